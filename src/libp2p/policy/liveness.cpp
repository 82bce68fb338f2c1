#include "libp2p/policy/liveness.hpp"

namespace libp2p::policy {

LivenessAction Liveness::poll(base::TimePoint now, const TimeLimits& limits) {
  const std::optional<base::TimePoint> due = next_deadline(limits);
  if (!due) return LivenessAction::close;
  if (now < *due) return LivenessAction::none;
  switch (phase_) {
    case Phase::listening:
      phase_ = Phase::awaiting_pong;
      asked_ = now;
      if (ping_outstanding_) return LivenessAction::none;  // its pong will do
      ping_outstanding_ = true;
      return LivenessAction::send_ping;
    case Phase::awaiting_pong:
      phase_ = Phase::awaiting_echo;
      asked_ = now;
      return LivenessAction::open_ping_stream;
    case Phase::awaiting_echo:
    case Phase::dead: break;
  }
  phase_ = Phase::dead;
  return LivenessAction::close;
}

void Liveness::on_probe_impossible() {
  if (phase_ != Phase::awaiting_echo) return;
  phase_ = Phase::dead;
  failed_ = LivenessCheck::yamux_ping;
}

std::optional<base::TimePoint> Liveness::next_deadline(const TimeLimits& limits) const {
  switch (phase_) {
    case Phase::listening: return life_ + limits.ping_after_silence;
    case Phase::awaiting_pong: return asked_ + limits.ping_answer;
    case Phase::awaiting_echo: return asked_ + limits.probe_answer;
    case Phase::dead: break;
  }
  return std::nullopt;
}

std::optional<LivenessCheck> Liveness::failed_check() const {
  if (phase_ != Phase::dead) return std::nullopt;
  return failed_;
}

}  // namespace libp2p::policy
