// peers/wanted_set.hpp: which of the known peers are to be connected when there are more than we can hold: the
// operator's entries first, then a random set that stays the same while the same peers are known. Pure, O(log n).
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "libp2p/peer_id.hpp"

namespace peers {

class WantedSet {
 public:
  /// `salt` makes the choice this node's own: were it the same everywhere, the rest would be nobody's.
  WantedSet(std::size_t limit, std::uint64_t salt) : limit_{limit}, salt_{salt} {}

  /// What a change did besides itself: a peer that lost its place, or one that got a free one.
  struct Change {
    std::optional<libp2p::PeerId> dropped;
    std::optional<libp2p::PeerId> taken;
  };
  Change add(const libp2p::PeerId& peer, bool by_operator);
  Change remove(const libp2p::PeerId& peer, bool by_operator);
  bool wants(const libp2p::PeerId& peer, bool by_operator) const {
    return wanted_.contains(rank(peer, by_operator));
  }
  std::size_t size() const { return wanted_.size(); }

 private:
  struct Rank {
    bool known_only = false;  ///< False, for an operator's entry, sorts first.
    std::uint64_t random = 0;
    libp2p::PeerId peer;
    auto operator<=>(const Rank&) const = default;
  };
  Rank rank(const libp2p::PeerId& peer, bool by_operator) const;

  std::size_t limit_;
  std::uint64_t salt_;
  std::set<Rank> wanted_;
  std::set<Rank> spare_;
};

}  // namespace peers
