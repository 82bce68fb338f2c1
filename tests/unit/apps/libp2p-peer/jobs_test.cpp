#include "libp2p-peer/jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace libp2p_peer {
namespace {

namespace asio = boost::asio;

/// Runs `task` to its end; rethrows what it throws.
void run(asio::awaitable<void> task) {
  asio::io_context context;
  std::exception_ptr failure;
  asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& thrown) { failure = thrown; });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> yield_and_count(int times, int& ended) {
  for (int i = 0; i < times; ++i) co_await asio::post(asio::use_awaitable);
  ++ended;
}

asio::awaitable<void> fail() {
  co_await asio::post(asio::use_awaitable);
  throw std::runtime_error{"broken"};
}

TEST(Join, OfNothingReturnsAtOnce) { run(join({})); }

TEST(Join, WaitsForTheLastTaskEvenIfOneThrows) {
  int ended = 0;
  std::vector<asio::awaitable<void>> tasks;
  tasks.push_back(fail());
  tasks.push_back(yield_and_count(10, ended));
  EXPECT_THROW(run(join(std::move(tasks))), std::runtime_error);
  EXPECT_EQ(ended, 1);
}

struct Seen {
  std::vector<std::size_t> jobs;
  std::size_t running = 0, most = 0;
};

asio::awaitable<void> record(Seen& seen, Job job) {
  seen.jobs.push_back(job.index);
  seen.most = std::max(seen.most, ++seen.running);
  co_await asio::post(asio::use_awaitable);
  --seen.running;
}

TEST(RunJobs, DoesEveryJobOnceWithTheGivenNumberAtOnce) {
  Seen seen;
  const JobPlan plan{.count = 10, .workers = 3};
  run(run_jobs(plan, [&](Job job) { return record(seen, job); }));
  EXPECT_THAT(seen.jobs, ::testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(seen.most, 3U);
}

}  // namespace
}  // namespace libp2p_peer
