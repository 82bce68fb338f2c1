#include "libp2p/host/destinations.hpp"

#include <algorithm>

#include "libp2p/connection.hpp"
#include "libp2p/multi/ip_class.hpp"
#include "libp2p/multi/ip_text.hpp"

namespace libp2p {
namespace {

using multi::IpClass;

/// Dials come in bursts, and a look at the interfaces takes a few system calls; but an address may move from this
/// machine to a peer's at any time, and is dialled there then.
constexpr std::chrono::seconds kInterfacesFor{1};

/// IPv4 in the clothes of IPv6 reaches the sockets of IPv4.
io::Endpoint plain(const io::Endpoint& endpoint) {
  if (!endpoint.v6 || !multi::is_ip4_mapped(endpoint.ip)) return endpoint;
  io::Endpoint out{.port = endpoint.port, .zone = {}};
  std::ranges::copy(std::span{endpoint.ip}.last<4>(), out.ip.begin());
  return out;
}

IpClass class_of(const io::Endpoint& endpoint) {
  const std::span<const std::uint8_t, 16> ip{endpoint.ip};
  return endpoint.v6 ? multi::classify_ip6(ip) : multi::classify_ip4(ip.first<4>());
}

bool leads_nowhere(const io::Endpoint& endpoint) {
  const IpClass kind = class_of(endpoint);
  const bool of_any_link = kind == IpClass::link_local && endpoint.v6 && endpoint.zone.empty();
  return kind == IpClass::unspecified || of_any_link;
}

}  // namespace

base::ErrorCode Destinations::refusal(const io::Endpoint& to) {
  const io::Endpoint reached = plain(to);
  if (leads_nowhere(reached)) return ConnErrc::no_destination;
  if (is_own(reached)) return ConnErrc::dialed_self;
  return {};
}

bool Destinations::is_own(const io::Endpoint& to) {
  return std::ranges::any_of(listening_, [&](const io::Endpoint& own) {
    if (!own.is_unspecified()) return own == to;
    return own.v6 == to.v6 && own.port == to.port && is_of_this_machine(to);
  });
}

bool Destinations::is_of_this_machine(const io::Endpoint& to) {
  if (to.is_loopback()) return true;
  if (const base::TimePoint now = clock_.now(); now >= interfaces_until_) {
    interfaces_ = network_.interfaces();
    interfaces_until_ = now + kInterfacesFor;
  }
  return std::ranges::any_of(interfaces_,
                             [&](const io::Endpoint& one) { return one.v6 == to.v6 && one.ip == to.ip; });
}

}  // namespace libp2p
