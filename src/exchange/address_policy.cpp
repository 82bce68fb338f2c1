#include "exchange/address_policy.hpp"

#include <algorithm>
#include <optional>

#include "exchange/limits.hpp"
#include "libp2p/multi/ip_class.hpp"

namespace exchange {
namespace {

using libp2p::multi::IpClass;

/// The scope of addresses of `kind`; nothing for those that nobody can dial.
std::optional<Scope> scope_of_class(IpClass kind) {
  switch (kind) {
    case IpClass::global: return Scope::global;
    case IpClass::private_use:
    case IpClass::link_local: return Scope::private_network;
    case IpClass::loopback: return Scope::loopback;
    case IpClass::unspecified:
    case IpClass::multicast: break;
  }
  return std::nullopt;
}

bool may_be_dialled(const libp2p::Multiaddr& address, Scope link) {
  const auto target = address.tcp_target();
  if (!target || target->port == 0) return false;
  const std::optional<IpClass> kind = libp2p::multi::classify(address);
  if (!kind) return true;
  const std::optional<Scope> scope = scope_of_class(*kind);
  return scope && *scope <= link;
}

/// The IP address at the front, behind its zone; nothing for a name. Its bytes are those of `address`.
std::optional<libp2p::AddrComponent> ip_of(const libp2p::Multiaddr& address) {
  for (const libp2p::AddrComponent& part : address.components()) {
    if (part.proto == libp2p::Proto::ip6zone) continue;
    const bool is_ip = part.proto == libp2p::Proto::ip4 || part.proto == libp2p::Proto::ip6;
    return is_ip ? std::optional{part} : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Scope scope_of(const libp2p::Multiaddr& remote) {
  const std::optional<IpClass> kind = libp2p::multi::classify(remote);
  return kind ? scope_of_class(*kind).value_or(Scope::global) : Scope::global;
}

std::vector<libp2p::Multiaddr> usable_addresses(std::span<const libp2p::Multiaddr> addresses, Scope link) {
  std::vector<libp2p::Multiaddr> usable;
  for (const libp2p::Multiaddr& address : addresses) {
    if (usable.size() == kMaxUsableAddresses) break;
    if (may_be_dialled(address, link) && std::ranges::find(usable, address) == usable.end())
      usable.push_back(address);
  }
  return usable;
}

bool same_ip(const libp2p::Multiaddr& a, const libp2p::Multiaddr& b) {
  const std::optional<libp2p::AddrComponent> left = ip_of(a);
  const std::optional<libp2p::AddrComponent> right = ip_of(b);
  return left && right && left->proto == right->proto && std::ranges::equal(left->value, right->value);
}

std::optional<Network> network_of(const libp2p::Multiaddr& address) {
  const std::optional<libp2p::AddrComponent> ip = ip_of(address);
  if (!ip) return std::nullopt;
  Network network{.family = static_cast<std::uint8_t>(ip->proto == libp2p::Proto::ip4 ? 4 : 6), .prefix = {}};
  std::copy_n(ip->value.begin(), std::min(ip->value.size(), network.prefix.size()), network.prefix.begin());
  return network;
}

}  // namespace exchange
