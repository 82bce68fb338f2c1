#include "libp2p/yamux/window.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace libp2p::yamux {

bool ReceiveWindow::receive(std::uint32_t bytes) {
  if (bytes > available_) return false;
  available_ -= bytes;
  unread_ += bytes;
  return true;
}

bool ReceiveWindow::consume(std::size_t bytes, const Tuning& tuning, base::TimePoint now) {
  unread_ -= static_cast<std::uint32_t>(std::min<std::size_t>(bytes, unread_));
  if (due_ || grantable(tuning.pressure) < target(tuning.pressure) / 2) return false;
  due_ = true;
  const bool window_limits_sender = tuning.rtt > base::Duration::zero() && now - last_update_ < 4 * tuning.rtt;
  if (window_limits_sender && !tuning.pressure && size_ < tuning.max_bytes) {
    const std::uint64_t doubled = std::uint64_t{size_} * 2;
    size_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(doubled, tuning.max_bytes));
  }
  last_update_ = now;
  return true;
}

std::uint32_t ReceiveWindow::take_credit(bool pressure) {
  due_ = false;
  const std::uint32_t credit = grantable(pressure);
  available_ += credit;
  return credit;
}

std::uint32_t ReceiveWindow::target(bool pressure) const {
  return pressure ? std::min(size_, kInitialWindowBytes) : size_;
}

std::uint32_t ReceiveWindow::grantable(bool pressure) const {
  const std::uint32_t in_use = available_ + unread_;  // At most size_, so it cannot wrap.
  return target(pressure) > in_use ? target(pressure) - in_use : 0;
}

bool SendCredit::add(std::uint32_t delta) {
  if (delta > std::numeric_limits<std::uint32_t>::max() - bytes_) return false;
  bytes_ += delta;
  return true;
}

void SendCredit::spend(std::uint32_t bytes) {
  assert(bytes <= bytes_);
  bytes_ -= bytes;
}

}  // namespace libp2p::yamux
