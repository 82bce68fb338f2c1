// peers/backoff.hpp: when to try a peer again. Pure machines: exponential back-off, circuit breaker, and a penalty
// that decays (as in RFC 2439) for peers whose connections come and go.
#pragma once

#include <algorithm>

#include "base/rng.hpp"
#include "peers/limits.hpp"

namespace peers {

class Backoff {
 public:
  /// The next attempt after a failure at `now`: uniform in [step/2, step], then the step doubles up to `cap`.
  base::TimePoint on_failure(base::TimePoint now, base::Duration cap, base::Rng& rng) {
    step_ = std::min(step_, cap);
    const base::Duration half = step_ / 2;
    const base::Duration wait = half + base::Duration{rng.below(half.count() + 1)};
    step_ = std::min(step_ * 2, cap);
    return now + wait;
  }
  void on_hint() { step_ = kBackoffFirst; }

 private:
  base::Duration step_{kBackoffFirst};
};

/// Closed: whole dials. Open, after kBreakerOpensAfter failures in a row: the back-off runs. Half open: one probe,
/// with one address, out of a share of the dials that the living do not need; its outcome closes or opens again.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  State state() const { return state_; }
  /// An attempt begins; true if it is a probe.
  bool on_attempt() {
    if (state_ == State::open) state_ = State::half_open;
    return state_ == State::half_open;
  }
  void on_failure() {
    failures_ = std::min(failures_ + 1, kBreakerOpensAfter);
    if (failures_ == kBreakerOpensAfter) state_ = State::open;
  }
  /// A connection came up, or there is a reason to think that the next one will.
  void reset() { *this = Breaker{}; }

 private:
  State state_ = State::closed;
  std::uint32_t failures_ = 0;
};

/// Points that halve every kPenaltyHalfLife (linear in between, so that every platform counts alike).
class Penalty {
 public:
  void add(std::uint32_t points, base::TimePoint now) {
    points_ = std::min(value(now) + points, kPenaltyMax);
    at_ = now;
  }
  std::uint32_t value(base::TimePoint now) const {
    if (now <= at_) return points_;
    const auto halvings = (now - at_) / kPenaltyHalfLife;
    if (halvings >= 32) return 0;
    const std::uint32_t from = points_ >> halvings;
    const base::Duration rest = (now - at_) % kPenaltyHalfLife;
    return from -
           static_cast<std::uint32_t>(from / 2.0 * (double(rest.count()) / double(kPenaltyHalfLife.count())));
  }
  /// When the value has come down to `points`; `now` if it has.
  base::TimePoint falls_to(std::uint32_t points, base::TimePoint now) const {
    base::TimePoint at = now;
    while (value(at) > points) at += kPenaltyHalfLife / 8;
    return at;
  }

 private:
  std::uint32_t points_ = 0;
  base::TimePoint at_{};
};

}  // namespace peers
