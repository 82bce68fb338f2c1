// One coroutine waits, another gives the value; what a wait does when it is cancelled or when it is one too many.
#include "libp2p/io/waiter.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace libp2p::io {
namespace {

constexpr int kCancelled = -1;

class WaiterTest : public ::testing::Test {
 protected:
  void wait(std::optional<int>& got) {
    asio::co_spawn(context, waiting(got), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    context.poll();
  }
  /// A slot serves one coroutine: another that waits beside it has none.
  void wait_uncancelled(std::optional<int>& got) {
    asio::co_spawn(context, waiting(got), asio::detached);
    context.poll();
  }
  asio::awaitable<void> waiting(std::optional<int>& got) { got = co_await waiter.wait(kCancelled); }

  asio::io_context context{1};
  asio::cancellation_signal cancel;
  Waiter<int> waiter;
};

TEST_F(WaiterTest, AWaitEndsInsideResumeWithItsValue) {
  std::optional<int> got;
  wait(got);
  EXPECT_TRUE(waiter.waiting());
  waiter.resume(7);
  EXPECT_EQ(got, 7);
  EXPECT_FALSE(waiter.waiting());
}

TEST_F(WaiterTest, ResumingNobodyIsNothing) {
  waiter.resume(7);
  EXPECT_FALSE(waiter.waiting());
}

TEST_F(WaiterTest, ACancelledWaitYieldsWhatItWasGivenForThat) {
  std::optional<int> got;
  wait(got);
  cancel.emit(asio::cancellation_type::terminal);
  context.poll();
  EXPECT_EQ(got, kCancelled);
}

TEST_F(WaiterTest, ASecondWaitEndsAsIfCancelledAndTheFirstGoesOn) {
  std::optional<int> first, second;
  wait(first);
  wait_uncancelled(second);
  EXPECT_EQ(second, kCancelled);
  EXPECT_FALSE(first);
  waiter.resume(7);
  EXPECT_EQ(first, 7);
}

}  // namespace
}  // namespace libp2p::io
