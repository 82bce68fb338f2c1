// libp2p/yamux/pinger.hpp: our pings: one outstanding at a time, and the round-trip time they measure.
// Machine code: `now` is passed in. Invariant: a pong that answers no gathered ping changes nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace libp2p::yamux {

class Pinger {
 public:
  /// Queues a ping. False if one is outstanding, gathered or not.
  bool start();
  bool queued() const { return state_ == State::queued; }

  /// The queued ping is gathered: its id.
  std::uint32_t send(base::TimePoint now);
  std::optional<base::TimePoint> sent_at() const;

  /// The round trip, if `id` is that of the ping under way.
  std::optional<base::Duration> on_pong(std::uint32_t id, base::TimePoint now);

  /// Smoothed as in RFC 6298 (an eighth of each new sample); zero until the first pong.
  base::Duration rtt() const { return rtt_; }

 private:
  enum class State : std::uint8_t { idle, queued, sent };

  base::TimePoint sent_at_{};
  base::Duration rtt_{};
  std::uint32_t id_ = 0;
  State state_ = State::idle;
};

}  // namespace libp2p::yamux
