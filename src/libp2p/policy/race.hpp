// libp2p/policy/race.hpp: which of a peer's addresses to dial when: a race with staggered starts.
// Machine code: no I/O, no clock. Spec: RFC 8305 sections 4 and 5; docs/spec-map.md#dialing.
// Invariants: an attempt that was told to be committed (it sent Noise message 3) is never cancelled; at most
// `dials_per_peer` attempts run at once; every candidate is started at most once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "libp2p/limits.hpp"

namespace libp2p::policy {

enum class Family : std::uint8_t { ip6, ip4 };

/// What the race needs to know of one resolved address.
struct Candidate {
  Family family = Family::ip6;
  bool nearby = false;  ///< Loopback, private or link-local: tried before the others, and in quick succession.
};

/// One race. Order: nearby before global, in each the families in turn with IPv6 first, in each of these the order
/// of `add`. The next attempt starts after the stagger of the one before, or at once when one fails. Candidates
/// may still be added while it runs (names that resolve late).
class AddressRace {
 public:
  using Index = std::uint32_t;  ///< Of a candidate: the order of `add`, from 0.

  explicit AddressRace(const Limits& limits = {});

  /// Nothing if the race has as many candidates as `dial_candidates` allows.
  std::optional<Index> add(Candidate candidate);

  void start(base::TimePoint now);

  /// The next attempt to start now; call until it gives nothing.
  std::optional<Index> poll(base::TimePoint now);
  /// When `poll` may have something; nothing while only an event can change that.
  std::optional<base::TimePoint> next_deadline() const;

  void on_failed(Index index, base::TimePoint now);
  /// The attempt sent Noise message 3: from here on the other end may hold a connection.
  void on_committed(Index index, base::TimePoint now);
  /// The attempt finished its handshake. The first one wins and ends the race; returned are the attempts to
  /// cancel. One that comes after it was committed and is a connection too, for the rule of duplicates.hpp.
  [[nodiscard]] std::vector<Index> on_connected(Index index);
  /// The race is no longer needed (the peer is connected, the dial was cancelled): as if another had won.
  [[nodiscard]] std::vector<Index> give_up();

  std::optional<Index> winner() const { return winner_; }
  /// True once no attempt runs and none is left: won, given up or all failed.
  bool finished() const;

 private:
  enum class State : std::uint8_t { waiting, running, committed, connected, failed, cancelled };
  struct Entry {
    Candidate candidate;
    State state = State::waiting;
  };

  std::optional<Index> next_in_order() const;
  std::size_t in_flight() const;

  TimeLimits time_;
  std::size_t max_running_;
  std::size_t max_candidates_;
  std::vector<Entry> entries_;
  std::optional<Family> last_family_;  ///< Of the attempt started last.
  base::TimePoint next_start_{};
  bool started_ = false;
  bool over_ = false;
  std::optional<Index> winner_;
};

}  // namespace libp2p::policy
