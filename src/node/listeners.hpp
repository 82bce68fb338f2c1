// node/listeners.hpp: brings the listeners up at the start: a busy port is tried again for a while, an IPv6
// address is skipped where the host has none. Nothing else is excused: operators publish fixed addresses.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "libp2p/host.hpp"
#include "libp2p/host/environment.hpp"
#include "observe/event_bus.hpp"

namespace node {

/// Why the node does not listen as it should: what the operator has to mend (at the start exit status 1), or
/// operation_aborted.
struct StartFailure {
  std::optional<libp2p::Multiaddr> address;
  base::ErrorCode error;
};

/// What a failed bind means for the start.
enum class BindVerdict : std::uint8_t { retry, skip, fail };
BindVerdict judge_bind(const libp2p::Multiaddr& address, const base::ErrorCode& error);

/// Binds all of `addresses`. Cancelled while it waits for a busy port it fails with operation_aborted; each retry
/// and each skip is an event. Nothing: they are up. The failure names the first address that could not be bound,
/// or none if all were skipped.
boost::asio::awaitable<std::optional<StartFailure>> start_listening(libp2p::Host& host,
                                                                    const libp2p::Environment& environment,
                                                                    observe::Bus& bus,
                                                                    std::vector<libp2p::Multiaddr> addresses);

}  // namespace node
