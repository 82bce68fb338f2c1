#include "libp2p-peer/jobs.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace libp2p_peer {

namespace asio = boost::asio;

asio::awaitable<void> join(std::vector<asio::awaitable<void>> tasks) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer all_ended{executor, asio::steady_timer::time_point::max()};
  std::size_t running = tasks.size();
  std::exception_ptr first;
  for (asio::awaitable<void>& task : tasks) {
    asio::co_spawn(executor, std::move(task), [&](const std::exception_ptr& thrown) {
      if (thrown && !first) first = thrown;
      if (--running == 0) all_ended.cancel();
    });
  }
  while (running > 0) co_await all_ended.async_wait(asio::as_tuple(asio::use_awaitable));
  if (first) std::rethrow_exception(first);
}

namespace {

asio::awaitable<void> work_off(std::size_t worker, std::size_t& next, std::size_t count,
                               const std::function<asio::awaitable<void>(Job)>& work) {
  while (next < count) {
    const Job job{.index = next++, .worker = worker};
    co_await work(job);
  }
}

}  // namespace

asio::awaitable<void> run_jobs(JobPlan plan, std::function<asio::awaitable<void>(Job)> work) {
  std::size_t next = 0;
  std::vector<asio::awaitable<void>> workers;
  const std::size_t wanted = std::min(plan.workers, plan.count);
  workers.reserve(wanted);
  for (std::size_t i = 0; i < wanted; ++i) {
    workers.push_back(work_off(i, next, plan.count, work));
  }
  co_await join(std::move(workers));
}

}  // namespace libp2p_peer
