#include "libp2p/host/task_group.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <vector>

namespace libp2p {

namespace asio = boost::asio;

namespace {

/// co_spawn alone begins inside the call when it is made on the executor.
asio::awaitable<void> from_fresh_stack(asio::any_io_executor executor, std::shared_ptr<const bool> closed,
                                       asio::awaitable<void> task) {
  co_await asio::post(executor, asio::use_awaitable);
  if (*closed) co_return;  // and what the task would have used may be gone
  co_await std::move(task);
}

}  // namespace

void TaskGroup::spawn(asio::awaitable<void> task, std::shared_ptr<void> owner) {
  if (state_->closed) return;
  const auto at = state_->running.emplace(state_->running.end());
  std::shared_ptr<const bool> closed{state_, &state_->closed};
  asio::co_spawn(executor_, from_fresh_stack(executor_, std::move(closed), std::move(task)),
                 asio::bind_cancellation_slot(
                     at->slot(), [state = state_, at, held = std::move(owner)](const std::exception_ptr& error) {
                       state->running.erase(at);
                       if (state->running.empty()) state->idle.resume(true);
                       // Errors are values here: what still throws is out of memory or a bug, and must not be
                       // swallowed. A cancelled coroutine ends by operation_aborted, which is no error of anybody.
                       try {
                         if (error) std::rethrow_exception(error);
                       } catch (const boost::system::system_error& thrown) {
                         if (thrown.code() != asio::error::operation_aborted) throw;
                       }
                     }));
}

void TaskGroup::cancel_all() {
  state_->closed = true;
  // On the executor: from elsewhere each signal would post itself, and find the task's end gone with it
  // (Boost 1.81).
  asio::dispatch(executor_, [state = state_] {
    // A cancelled task may end at once and take its signal out of the list.
    std::vector<asio::cancellation_signal*> signals;
    for (asio::cancellation_signal& signal : state->running) signals.push_back(&signal);
    for (asio::cancellation_signal* signal : signals) {
      const bool still = std::ranges::any_of(state->running, [signal](const auto& s) { return &s == signal; });
      if (still) signal->emit(asio::cancellation_type::terminal);
    }
  });
}

asio::awaitable<void> TaskGroup::join() {
  while (!state_->running.empty()) static_cast<void>(co_await state_->idle.wait(false));
}

}  // namespace libp2p
