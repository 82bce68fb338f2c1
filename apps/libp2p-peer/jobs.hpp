// libp2p-peer/jobs.hpp: several coroutines at once, and the wait for the last of them.
// Thread rules: one executor. Invariant: no coroutine outlives the call that started it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <vector>

namespace libp2p_peer {

/// Runs all `tasks` at once until the last has ended, then throws the first exception of theirs, if any. The wait
/// itself cannot be cancelled: tasks may borrow from the caller's frame.
boost::asio::awaitable<void> join(std::vector<boost::asio::awaitable<void>> tasks);

struct Job {
  std::size_t index;   ///< Of `JobPlan::count`.
  std::size_t worker;  ///< Of `JobPlan::workers`: one does its jobs one after the other.
};

struct JobPlan {
  std::size_t count;
  std::size_t workers;
};

/// Calls `work` for every job, `plan.workers` of them at once.
boost::asio::awaitable<void> run_jobs(JobPlan plan, std::function<boost::asio::awaitable<void>(Job)> work);

/// `slot` becomes the result of `work`: for tasks of `join` that have one.
template <class T>
boost::asio::awaitable<void> store_result(T& slot, boost::asio::awaitable<T> work) {
  slot = co_await std::move(work);
}

}  // namespace libp2p_peer
