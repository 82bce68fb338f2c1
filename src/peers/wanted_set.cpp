#include "peers/wanted_set.hpp"

namespace peers {

WantedSet::Tier WantedSet::tier_of(Trust trust) {
  if (trust == Trust::operator_entry) return Tier::operator_entry;
  return trust == Trust::proven ? Tier::proven : Tier::unproven;
}

WantedSet::Rank WantedSet::rank(const libp2p::PeerId& peer, Trust trust) const {
  std::uint64_t mixed = salt_;
  for (const std::uint8_t byte : peer.bytes()) {
    mixed = (mixed ^ byte) * 0x9e3779b97f4a7c15;
    mixed ^= mixed >> 29;
  }
  return {tier_of(trust), mixed, peer};
}

WantedSet::Change WantedSet::add(const libp2p::PeerId& peer, Trust trust) {
  const Rank added = rank(peer, trust);
  if (wanted_.contains(added) || spare_.contains(added)) return {};
  wanted_.insert(added);
  if (wanted_.size() <= limit_) return {};
  const auto last = std::prev(wanted_.end());
  const Rank out = *last;
  wanted_.erase(last);
  spare_.insert(out);
  if (out.peer == peer) return {};
  return {.dropped = out.peer, .taken = std::nullopt};
}

WantedSet::Change WantedSet::remove(const libp2p::PeerId& peer, Trust trust) {
  const Rank gone = rank(peer, trust);
  spare_.erase(gone);
  if (wanted_.erase(gone) == 0 || spare_.empty()) return {};
  const Rank in = *spare_.begin();
  spare_.erase(spare_.begin());
  wanted_.insert(in);
  return {.dropped = std::nullopt, .taken = in.peer};
}

std::vector<WantedSet::Change> WantedSet::set_limit(std::size_t limit) {
  limit_ = limit;
  std::vector<Change> changes;
  while (wanted_.size() > limit_) {
    const auto last = std::prev(wanted_.end());
    changes.push_back({.dropped = last->peer, .taken = std::nullopt});
    spare_.insert(wanted_.extract(last));
  }
  while (wanted_.size() < limit_ && !spare_.empty()) {
    changes.push_back({.dropped = std::nullopt, .taken = spare_.begin()->peer});
    wanted_.insert(spare_.extract(spare_.begin()));
  }
  return changes;
}

}  // namespace peers
