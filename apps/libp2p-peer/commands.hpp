// libp2p-peer/commands.hpp: what the tool does; each prints its result as one JSON line and gives the exit status.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "libp2p-peer/json.hpp"
#include "libp2p-peer/options.hpp"
#include "libp2p-peer/outcome.hpp"

namespace boost::asio {
class io_context;
}

namespace libp2p_peer {

void print_version();
/// Serves until SIGTERM or SIGINT.
boost::asio::awaitable<int> listen(boost::asio::io_context& context, ListenCommand command);
boost::asio::awaitable<int> dial(boost::asio::io_context& context, DialCommand command);

/// Writes the line at once, also into a pipe.
void print(const JsonObject& result);
/// Prints the line of a failure. Always 1, the exit status.
int report(const Failure& failure);

}  // namespace libp2p_peer
