#include "node/members.hpp"

#include <optional>

namespace node {
namespace {

/// The bytes of the IP address that `address` begins with; nothing if it begins with a name.
std::optional<std::string> ip_of(const libp2p::Multiaddr& address) {
  for (const libp2p::AddrComponent& part : address.components()) {
    if (part.proto == libp2p::Proto::ip6zone) continue;
    if (part.proto != libp2p::Proto::ip4 && part.proto != libp2p::Proto::ip6) return std::nullopt;
    return std::string{base::as_text(part.value)};
  }
  return std::nullopt;
}

}  // namespace

void Members::forget_ips(const Member& member) {
  for (const std::string& ip : member.ips) {
    const auto at = ips_.find(ip);
    if (--at->second == 0) ips_.erase(at);
  }
}

void Members::set(const libp2p::PeerId& peer, Verdict verdict, const std::vector<libp2p::Multiaddr>& addresses) {
  Member member{.verdict = verdict, .ips = {}};
  for (const libp2p::Multiaddr& address : addresses) {
    if (std::optional<std::string> ip = ip_of(address)) member.ips.push_back(std::move(*ip));
  }
  for (const std::string& ip : member.ips) ++ips_[ip];
  const auto [at, is_new] = members_.try_emplace(peer);
  if (!is_new) forget_ips(at->second);
  at->second = std::move(member);
}

libp2p::Admission::Verdict Members::admit(const libp2p::PeerId& peer) {
  if (banned_.contains(peer, clock_.now())) return Verdict::refuse;
  const auto at = members_.find(peer);
  return at != members_.end() ? at->second.verdict : Verdict::stranger;
}

bool Members::is_member_address(const libp2p::Multiaddr& source) {
  const std::optional<std::string> ip = ip_of(source);
  return ip && ips_.contains(*ip);
}

}  // namespace node
