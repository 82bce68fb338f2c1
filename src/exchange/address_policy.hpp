// exchange/address_policy.hpp: which addresses of a record may be dialled, judged by the link that brought it.
// Pure. Spec: docs/protocol.md#addresses. Addresses are dropped, never records: a record is kept and relayed
// whole.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libp2p/multiaddr.hpp"

namespace exchange {

/// How far addresses of a kind reach, narrowest last. A link carries addresses of its own scope and of wider ones:
/// what a neighbour on this machine says of 127.0.0.1 is of use, what somebody far away says of it is not.
enum class Scope : std::uint8_t { global, private_network, loopback };

/// The scope of a connection whose other end is at `remote`; a name or another kind of address counts as global.
Scope scope_of(const libp2p::Multiaddr& remote);

/// The addresses of `addresses` that may be dialled if told over a link of scope `link`, in their order, at most
/// kMaxUsableAddresses: TCP, of a scope that the link carries; names pass (judged after their resolution).
std::vector<libp2p::Multiaddr> usable_addresses(std::span<const libp2p::Multiaddr> addresses, Scope link);

/// True if both begin with the same IP address.
bool same_ip(const libp2p::Multiaddr& a, const libp2p::Multiaddr& b);

/// What one operator's machine surely has: an IPv4 address, or a /64 of IPv6.
struct Network {
  std::uint8_t family = 0;  ///< 4 or 6.
  std::array<std::uint8_t, 8> prefix{};
  auto operator<=>(const Network&) const = default;
};

/// Of the IP address that `address` begins with; nothing for a name.
std::optional<Network> network_of(const libp2p::Multiaddr& address);

}  // namespace exchange
