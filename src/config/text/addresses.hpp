// config/text/addresses.hpp: which addresses a node can listen on and announce. Pure. Internal to config/text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libp2p/multiaddr.hpp"

namespace config::text {

/// What is wrong with `text` as an address, in words for the operator.
std::string explain_bad_address(std::string_view text, const base::ErrorCode& error);

/// Why a node cannot listen on `addr`: it must be `/ip4|ip6/.../tcp/PORT`, port 0 meaning any free one.
std::optional<std::string> listen_fault(const libp2p::Multiaddr& addr);

/// Why peers cannot be told `addr`: it must be dialable over TCP, and name a host and a port.
std::optional<std::string> announce_fault(const libp2p::Multiaddr& addr);

}  // namespace config::text
