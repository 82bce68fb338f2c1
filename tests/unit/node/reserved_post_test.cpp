// A call to a loop whose memory is there beforehand: when it runs, and that it is let go of when it does not. That
// nothing is allocated: tests/unit/apps/btc-federation/commit_test.cpp.
#include "node/reserved_post.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <memory>
#include <stdexcept>
#include <vector>

namespace node {
namespace {

namespace asio = boost::asio;

TEST(ReservedPost, RunsOnAFreshCallStackAndInOrder) {
  asio::io_context loop;
  std::vector<int> called;
  ReservedPost first{loop.get_executor(), [&] { called.push_back(1); }};
  ReservedPost third{loop.get_executor(), [&] { called.push_back(3); }};
  first.post();
  asio::post(loop, [&] { called.push_back(2); });
  third.post();
  EXPECT_TRUE(called.empty());
  loop.run();
  EXPECT_EQ(called, (std::vector{1, 2, 3}));
}

TEST(ReservedPost, MayPostFromWithinItsCall) {
  asio::io_context loop;
  int called = 0;
  ReservedPost second{loop.get_executor(), [&] { ++called; }};
  ReservedPost first{loop.get_executor(), [&] { second.post(); }};
  first.post();
  loop.run();
  EXPECT_EQ(called, 1);
}

/// What a call holds goes with it, however it ends.
class WhatACallHolds : public testing::Test {
 protected:
  std::shared_ptr<int> held_ = std::make_shared<int>();
  const std::weak_ptr<int> watch_ = held_;
};

TEST_F(WhatACallHolds, GoesWhenItHasRun) {
  asio::io_context loop;
  ReservedPost one{loop.get_executor(), [held = std::move(held_)] {}};
  one.post();
  EXPECT_FALSE(watch_.expired());
  loop.run();
  EXPECT_TRUE(watch_.expired());
}

TEST_F(WhatACallHolds, GoesWhenItIsNeverPosted) {
  asio::io_context loop;
  {
    const ReservedPost one{loop.get_executor(), [held = std::move(held_)] {}};
  }
  EXPECT_TRUE(watch_.expired());
}

TEST_F(WhatACallHolds, GoesWithALoopThatNeverRuns) {
  {
    asio::io_context loop;
    ReservedPost one{loop.get_executor(), [held = std::move(held_)] {}};
    one.post();
  }
  EXPECT_TRUE(watch_.expired());
}

TEST(ReservedPost, IsRefusedWhereItsMemoryWouldNotBeUsed) {
  EXPECT_THROW((ReservedPost{asio::system_executor{}, [] {}}), std::invalid_argument);
}

}  // namespace
}  // namespace node
