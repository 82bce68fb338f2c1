#include "libp2p/io/asio/asio_timers.hpp"

namespace libp2p::io {

AsioTimers::AsioTimers(const boost::asio::any_io_executor& executor, const base::Clock& clock)
    : clock_{clock}, timer_{executor} {}

AsioTimers::~AsioTimers() = default;

void AsioTimers::rearm(base::TimePoint at) {
  if (waiting_ && timer_.expiry() <= at) return;  // wakes early enough, and looks again
  waiting_ = true;
  timer_.expires_at(at);
  timer_.async_wait([this, alive = std::weak_ptr{alive_}](const boost::system::error_code& error) {
    // An error: moved to an earlier time. A completion that was queued before our end comes without one.
    if (!error && !alive.expired()) on_expiry();
  });
}

/// So that an idle host does not keep its context running until a deadline that nobody waits for.
void AsioTimers::disarm() {
  if (!waiting_) return;
  waiting_ = false;
  timer_.cancel();
}

void AsioTimers::on_expiry() {
  waiting_ = false;
  run_due(clock_.now());
}

}  // namespace libp2p::io
