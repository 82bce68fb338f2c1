#include "exchange/standing.hpp"

namespace exchange {

bool Standing::is_spotless(base::TimePoint now) const {
  const bool rested = !checked_at || now - *checked_at >= kCheckDialRest;
  return rested && messages.is_full(now) && checks.is_full(now) && abuse.at(now) < 1;
}

void AbsentStandings::keep(const libp2p::PeerId& peer, const Standing& standing, base::TimePoint now) {
  erase(peer);
  if (standing.is_spotless(now)) return;
  const std::uint64_t order = ++last_order_;
  standings_.emplace(peer, Kept{.standing = standing, .order = order});
  by_order_.emplace(order, peer);
  // Those that recovered at the front need not wait for the limit.
  while (!by_order_.empty()) {
    const libp2p::PeerId oldest = by_order_.begin()->second;
    if (standings_.size() <= kMaxAbsentStandings && !standings_.at(oldest).standing.is_spotless(now)) break;
    erase(oldest);
  }
}

Standing AbsentStandings::take(const libp2p::PeerId& peer) {
  const auto at = standings_.find(peer);
  if (at == standings_.end()) return {};
  Standing standing = at->second.standing;
  erase(peer);
  return standing;
}

void AbsentStandings::erase(const libp2p::PeerId& peer) {
  const auto at = standings_.find(peer);
  if (at == standings_.end()) return;
  by_order_.erase(at->second.order);
  standings_.erase(at);
}

}  // namespace exchange
