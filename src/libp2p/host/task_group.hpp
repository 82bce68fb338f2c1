// libp2p/host/task_group.hpp: coroutines with an owner: none outlives the group, and stopping joins them all.
// Thread rules: one executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <memory>

#include "libp2p/io/waiter.hpp"

namespace libp2p {

class TaskGroup {
 public:
  explicit TaskGroup(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

  /// Starts `task` from the executor, never inside this call. After `cancel_all` nothing is started any more.
  /// `owner`: what `task` uses, kept until it has ended; for a group that may go before its tasks.
  void spawn(boost::asio::awaitable<void> task, std::shared_ptr<void> owner = nullptr);
  void cancel_all();
  /// Returns when no task runs.
  boost::asio::awaitable<void> join();
  std::size_t size() const { return state_->running.size(); }

 private:
  struct State {
    std::list<boost::asio::cancellation_signal> running;
    io::Waiter<bool> idle;
    bool closed = false;
  };
  boost::asio::any_io_executor executor_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace libp2p
