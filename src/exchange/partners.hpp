// exchange/partners.hpp: what each partner told us of its R, and up to where. Machine code.
// Invariants: a partner's memory changes only when a whole round with it succeeded; it outlives its connections
// and its epochs; the sum of all lines stays within kMaxViewLines, the longest unused partner being forgotten
// first.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "exchange/address_policy.hpp"
#include "exchange/fingerprint.hpp"
#include "exchange/messages.hpp"

namespace exchange {

struct Partner {
  std::optional<Position> position;  ///< Up to where its change log was taken over.
  Scope scope = Scope::global;       ///< Of the link on which it was; another scope begins anew.
  std::vector<Line> view;            ///< Its R as it told us, sorted.
  std::optional<base::TimePoint> asked_at;
};

/// What one finished round changes in a partner's memory.
struct Lesson {
  Position position;
  Scope scope = Scope::global;
  std::vector<Line> lines;               ///< Told in this round; replaces lines of the same key.
  std::size_t ranges = 0;                ///< If not 0: the ranges of a fingerprint question,
  std::vector<std::uint32_t> differing;  ///< and which of them are replaced as a whole.
};

class Partners {
 public:
  /// What is known of `peer`, empty at first. The reference is valid until the next call that is not const.
  Partner& of(const libp2p::PeerId& peer, base::TimePoint now);
  const Partner* find(const libp2p::PeerId& peer) const;
  void learn(const libp2p::PeerId& peer, const Lesson& lesson, base::TimePoint now);
  void forget(const libp2p::PeerId& peer);

  std::size_t size() const { return partners_.size(); }
  std::size_t lines() const { return lines_; }

 private:
  struct Held {
    Partner partner;
    base::TimePoint used_at{};
  };
  void make_room(const libp2p::PeerId& keep);

  std::unordered_map<libp2p::PeerId, Held> partners_;
  std::size_t lines_ = 0;
};

}  // namespace exchange
