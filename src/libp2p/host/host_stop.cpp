// How a host ends: in good order, or with its owner.
#include <boost/asio/post.hpp>
#include <utility>

#include "libp2p/host/host_impl.hpp"

namespace libp2p {

namespace asio = boost::asio;

/// The stop under way: when it ends, those that called `stop` meanwhile return as well.
class Host::Impl::Stopping {
 public:
  explicit Stopping(Impl& host) : host_{host} { host_.stopping = true; }
  ~Stopping() {
    host_.stopped = true;
    for (std::shared_ptr<io::Waiter<bool>>& other : std::exchange(host_.also_stopping, {})) {
      asio::post(host_.environment.executor, [waiter = std::move(other)] { waiter->resume(true); });
    }
  }
  Stopping(const Stopping&) = delete;
  Stopping& operator=(const Stopping&) = delete;

 private:
  Impl& host_;
};

asio::awaitable<void> Host::Impl::stop() {
  if (stopped) co_return;
  if (stopping) {
    const auto first = std::make_shared<io::Waiter<bool>>();
    also_stopping.push_back(first);
    static_cast<void>(co_await first->wait(false));
    co_return;
  }
  const Stopping under_way{*this};
  listeners.stop_all();
  push_timer.cancel();
  cancel_dials();
  book.close_all(ConnErrc::host_stopped);

  io::Timer deadline{environment.timers, [this] { drained.resume(false); }};
  deadline.arm(environment.clock.now() + options.limits.time.stop);
  if (!book.empty()) static_cast<void>(co_await drained.wait(false));
  book.abort_all(ConnErrc::host_stopped);
  tasks.cancel_all();
  co_await tasks.join();
  if (!dials.empty()) static_cast<void>(co_await dials_ended.wait(false));
}

void Host::Impl::cancel_dials() {
  const std::vector<DialRace*> running = dials;
  for (DialRace* race : running) race->cancel(ConnErrc::host_stopped);
}

void Host::Impl::abandon() {
  stopping = true;
  abandoned = true;
  listeners.stop_all();
  push_timer.cancel();
  cancel_dials();
  book.abort_all(ConnErrc::host_stopped);
  tasks.cancel_all();
}

}  // namespace libp2p
