// node/ban_list.hpp: who is kept out, and until when. Bounded: throw-away identities cost nothing, and each of
// them may earn a ban. No clock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <unordered_map>

#include "base/clock.hpp"
#include "libp2p/peer_id.hpp"

namespace node {

class BanList {
 public:
  /// Bans beyond it end those that would end soonest.
  static constexpr std::size_t kMax = 4096;  // BanList.HoldsABoundedNumberAndDropsWhatEndsFirst

  void add(const libp2p::PeerId& peer, base::TimePoint until, base::TimePoint now) {
    if (until_.size() >= kMax && !until_.contains(peer)) make_room(now);
    base::TimePoint& known = until_[peer];
    known = std::max(known, until);
  }

  bool contains(const libp2p::PeerId& peer, base::TimePoint now) const {
    const auto at = until_.find(peer);
    return at != until_.end() && now < at->second;
  }

  std::size_t size() const { return until_.size(); }

 private:
  void make_room(base::TimePoint now) {
    std::erase_if(until_, [now](const auto& ban) { return ban.second <= now; });
    if (until_.size() < kMax) return;
    const auto end = [](const auto& ban) { return ban.second; };
    until_.erase(std::ranges::min_element(until_, {}, end));
  }

  std::unordered_map<libp2p::PeerId, base::TimePoint> until_;
};

}  // namespace node
