// Two processes that share a peers.yaml and both have something to write: who is in it afterwards must not hang on
// who writes first. For the property test of the merge and for its fuzz target.
#pragma once

#include "base/rng.hpp"
#include "unit/store/merge/build.hpp"

namespace store::merge {

/// What a version says of a peer: where it stands, and the newest that is known of it.
struct Standing {
  enum class Place : std::uint8_t { nowhere, listed, removed };
  Place place{};
  std::uint64_t sequence = 0;
  bool operator==(const Standing&) const = default;
};

class TwoWriters {
 public:
  explicit TwoWriters(base::Rng& rng) {
    const auto below = [&rng](std::int64_t bound) { return static_cast<std::uint64_t>(rng.below(bound)); };
    for (std::uint8_t i = 1; i <= kPeers; ++i) {
      const auto in_file = below(3);
      if (in_file == 1) file_.peers.push_back(below(2) == 0 ? by_hand(i) : learned(i, below(4)));
      if (in_file == 2) file_.removed.push_back({.key = key_of(i)});
      // Of two commands about one peer the later one counts, and that is the order.
      Waiting* const commanded = below(2) == 0 ? &first_ : &second_;
      if (below(3) == 0) {
        const auto kind = below(2) == 0 ? Command::Kind::add : Command::Kind::remove;
        commanded->commands.emplace(key_of(i), Command{.kind = kind, .entry = by_hand(i), .at = kNow});
      }
      for (Waiting* waiting : {&first_, &second_}) {
        if (below(2) == 0) waiting->learned.emplace(key_of(i), learned(i, 1 + below(4)));
      }
    }
  }

  /// Of each peer, after both wrote.
  std::vector<Standing> first_writes_first() const { return standings(written(first_, second_)); }
  std::vector<Standing> second_writes_first() const { return standings(written(second_, first_)); }

 private:
  /// What is in the file after `one` was written to it, and `other` by somebody who had read it before.
  text::Document written(const Waiting& one, const Waiting& other) const {
    const text::Document sealed = version(5, file_.peers, file_.removed);
    const Base base = base_of(sealed, {});
    text::Document written = after(sealed, merged(base, sealed, one).changes);
    written.seal = text::Seal{.stamp = {kFileId, 6}, .intact = true};
    return after(written, merged(base, written, other).changes);
  }

  /// Of a peer that somebody commands only the place: while it is removed, nothing that is learned of it is kept.
  std::vector<Standing> standings(const text::Document& document) const {
    std::vector<Standing> all;
    for (std::uint8_t i = 1; i <= kPeers; ++i) {
      const RawKey key = key_of(i);
      const bool is_commanded = first_.commands.contains(key) || second_.commands.contains(key);
      if (const PeerEntry* peer = find(document, key)) {
        all.push_back({Standing::Place::listed, is_commanded ? 0 : peer->sequence});
      } else {
        all.push_back({buried(document, key) ? Standing::Place::removed : Standing::Place::nowhere});
      }
    }
    return all;
  }

  static constexpr std::uint8_t kPeers = 11;
  text::Document file_;
  Waiting first_, second_;
};

}  // namespace store::merge
