#include "libp2p/yamux/pinger.hpp"

#include <algorithm>

namespace libp2p::yamux {

bool Pinger::start() {
  if (state_ != State::idle) return false;
  state_ = State::queued;
  return true;
}

std::uint32_t Pinger::send(base::TimePoint now) {
  state_ = State::sent;
  sent_at_ = now;
  return ++id_;
}

std::optional<base::TimePoint> Pinger::sent_at() const {
  return state_ == State::sent ? std::optional{sent_at_} : std::nullopt;
}

std::optional<base::Duration> Pinger::on_pong(std::uint32_t id, base::TimePoint now) {
  if (state_ != State::sent || id != id_) return std::nullopt;
  state_ = State::idle;
  const base::Duration sample = std::max(now - sent_at_, base::Duration{1});  // Zero means "not measured".
  rtt_ = rtt_ == base::Duration::zero() ? sample : rtt_ + (sample - rtt_) / 8;
  return sample;
}

}  // namespace libp2p::yamux
