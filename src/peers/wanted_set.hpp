// peers/wanted_set.hpp: which of the known peers are to be connected when there are more than we can hold: the
// operator's entries first, then those that were proven, and among equals a random set that stays the same while
// the same peers are known. Pure, O(log n).
#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

#include "libp2p/peer_id.hpp"
#include "peers/address_book.hpp"

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
  /// A peer whose trust changes is removed with the old one and added with the new.
  Change add(const libp2p::PeerId& peer, Trust trust);
  Change remove(const libp2p::PeerId& peer, Trust trust);
  /// Another limit: the best of the spare come in, or the last of the wanted go. Those are named, each once.
  std::vector<Change> set_limit(std::size_t limit);
  bool wants(const libp2p::PeerId& peer, Trust trust) const { return wanted_.contains(rank(peer, trust)); }
  std::size_t size() const { return wanted_.size(); }

  /// The lowest ranked peer that nobody has proven and `may_go` accepts; asks it of each in turn.
  template <class Predicate>
  std::optional<libp2p::PeerId> lowest_unproven(Predicate may_go) const {
    for (const std::set<Rank>* ranks : {&spare_, &wanted_}) {
      for (const Rank& rank : std::views::reverse(*ranks)) {
        if (rank.tier != Tier::unproven) break;
        if (may_go(rank.peer)) return rank.peer;
      }
    }
    return std::nullopt;
  }

 private:
  enum class Tier : std::uint8_t { operator_entry, proven, unproven };  ///< The first is wanted first.
  struct Rank {
    Tier tier = Tier::unproven;
    std::uint64_t random = 0;
    libp2p::PeerId peer;
    auto operator<=>(const Rank&) const = default;
  };
  static Tier tier_of(Trust trust);
  Rank rank(const libp2p::PeerId& peer, Trust trust) const;

  std::size_t limit_;
  std::uint64_t salt_;
  std::set<Rank> wanted_;
  std::set<Rank> spare_;
};

}  // namespace peers
