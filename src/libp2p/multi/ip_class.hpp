// libp2p/multi/ip_class.hpp: what kind of network an IP address belongs to; the address policy is built on it.
// Pure. Spec: IANA special-purpose address registries (RFC 6890); RFC 1918, RFC 6598, RFC 4193, RFC 4291.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "libp2p/multiaddr.hpp"

namespace libp2p::multi {

enum class IpClass : std::uint8_t {
  unspecified,  ///< 0.0.0.0/8 and `::`: for listening only.
  loopback,
  link_local,
  private_use,  ///< RFC 1918, RFC 6598 (carrier NAT), RFC 2544 (benchmarks), fc00::/7, fec0::/10.
  multicast,    ///< Also broadcast and reserved 240.0.0.0/4: no single host is there.
  global,
};

/// An IPv4 address embedded as IPv4-mapped counts as itself.
IpClass classify_ip4(std::span<const std::uint8_t, 4> ip);
IpClass classify_ip6(std::span<const std::uint8_t, 16> ip);

/// The class of the host of `addr`; nothing if it begins with a name, which is judged after its resolution.
std::optional<IpClass> classify(const Multiaddr& addr);

}  // namespace libp2p::multi
