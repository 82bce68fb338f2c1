// Calls that are made on one thread and run on another, as those of a reload's commit.
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

#include "node/reserved_post.hpp"

namespace node {
namespace {

namespace asio = boost::asio;

TEST(ReservedPostThreads, ALoopOfAnotherThreadSeesWhatWasMadeForIt) {
  constexpr int kCalls = 1000;
  asio::io_context loop;
  auto work = asio::make_work_guard(loop);
  std::vector<int> seen;  // of the loop's thread, until it is joined
  std::thread runner{[&] { loop.run(); }};
  for (int i = 0; i < kCalls; ++i) {
    ReservedPost call{loop.get_executor(), [&seen, made = std::vector{i}] { seen.push_back(made.front()); }};
    call.post();
  }
  work.reset();
  runner.join();
  ASSERT_EQ(seen.size(), kCalls);
  for (int i = 0; i < kCalls; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace node
