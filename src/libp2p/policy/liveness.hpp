// libp2p/policy/liveness.hpp: is the other end of a connection still there? Silence, a yamux ping, then one libp2p
// ping on a fresh stream, then the verdict.
// Machine code: no I/O, no clock. Spec: docs/spec-map.md#liveness.
// Invariants: at most one yamux ping of this machine is outstanding; a verdict is never withdrawn; nothing is
// judged before the libp2p ping had its time, unless its stream could not be opened here. Three words of state:
// one of these lives in every connection.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "libp2p/limits.hpp"

namespace libp2p::policy {

/// The check that a dead connection failed: the reason of its close.
enum class LivenessCheck : std::uint8_t {
  yamux_ping,   ///< No pong, and no stream could be opened here to ask once more.
  libp2p_ping,  ///< No pong, and no answer on a fresh ping stream.
};

enum class LivenessAction : std::uint8_t {
  none,
  send_ping,         ///< Queue a yamux ping.
  open_ping_stream,  ///< Send one libp2p ping on a new stream; its answer, refusal or reset arrives as life.
  close,             ///< Dead: `failed_check` says why.
};

class Liveness {
 public:
  /// A connection counts as heard when it comes up.
  explicit Liveness(base::TimePoint now) : life_{now} {}

  /// A frame that counts as life was received. Cheap: it moves no timer; the deadline is looked at when it is due.
  void on_life(base::TimePoint now) {
    life_ = now;
    if (phase_ != Phase::dead) phase_ = Phase::listening;
  }
  /// A pong to any ping of ours; it is life as well.
  void on_pong(base::TimePoint now) {
    ping_outstanding_ = false;
    on_life(now);
  }
  /// Somebody else (a PreferenceRound) sent a yamux ping: no second one goes out before its pong.
  void on_ping_sent() { ping_outstanding_ = true; }
  /// The ping stream could not be opened for a reason of our own (limit, shutdown): judge by the yamux ping alone.
  void on_probe_impossible();

  /// What is to be done at `now`; call when `next_deadline` is reached. Early calls give `none`.
  LivenessAction poll(base::TimePoint now, const TimeLimits& limits);
  /// When to poll again; nothing once dead. May be earlier than needed after `on_life`, never later.
  std::optional<base::TimePoint> next_deadline(const TimeLimits& limits) const;

  base::TimePoint last_heard() const { return life_; }
  /// Set once the verdict is that the peer is gone.
  std::optional<LivenessCheck> failed_check() const;

 private:
  enum class Phase : std::uint8_t { listening, awaiting_pong, awaiting_echo, dead };

  base::TimePoint life_;     ///< When something was heard last.
  base::TimePoint asked_{};  ///< When the check that `phase_` waits for began.
  Phase phase_ = Phase::listening;
  bool ping_outstanding_ = false;
  LivenessCheck failed_ = LivenessCheck::libp2p_ping;
};
static_assert(sizeof(Liveness) <= 24, "one per connection");

}  // namespace libp2p::policy
