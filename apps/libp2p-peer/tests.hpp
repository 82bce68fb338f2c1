// libp2p-peer/tests.hpp: what `dial --test` can run. Each gives the fields of its result line, without the common
// ones, or why there is no result.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "libp2p-peer/json.hpp"
#include "libp2p-peer/node.hpp"
#include "libp2p-peer/options.hpp"
#include "libp2p-peer/outcome.hpp"

namespace libp2p_peer {

using TestResult = boost::asio::awaitable<Outcome<JsonObject>>;

// On one connection, which is there.
TestResult test_ping(Node& node, const DialCommand& command);
TestResult test_identify(Node& node, const DialCommand& command);
TestResult test_perf_up(Node& node, const DialCommand& command);
TestResult test_perf_down(Node& node, const DialCommand& command);
TestResult test_echo(Node& node, const DialCommand& command);
TestResult test_protocol(Node& node, const DialCommand& command);

// On many connections, which they make.
TestResult test_handshakes(boost::asio::io_context& context, const Target& target, const DialCommand& command);
TestResult test_idle(boost::asio::io_context& context, const Target& target, const DialCommand& command);

}  // namespace libp2p_peer
