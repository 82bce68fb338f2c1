#include "libp2p/multi/overlap.hpp"

#include "libp2p/multi/ip_class.hpp"

namespace libp2p::multi {
namespace {

bool is_wildcard(const Multiaddr& addr) { return classify(addr) == IpClass::unspecified; }

}  // namespace

bool overlap(const Multiaddr& a, const Multiaddr& b) {
  const base::Result<TcpTarget> first = a.tcp_target();
  const base::Result<TcpTarget> second = b.tcp_target();
  if (!first || !second) return false;
  if (first->host_kind != second->host_kind || first->port != second->port || first->port == 0) return false;
  return is_wildcard(a) || is_wildcard(b) || (first->host == second->host && first->zone == second->zone);
}

}  // namespace libp2p::multi
