// A write that is under way when its stream ends: the bytes are lent to the connection until the write completes,
// and not a moment longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

constexpr std::size_t kMoreThanAWindow = 600'000;

class LentWriteTest : public ConnTest {
 protected:
  /// Both ends of a stream on which a write waits for credit.
  void begin() {
    join();
    auto [one, other] = open_pair();
    ours.emplace(std::move(one));
    theirs.emplace(std::move(other));
  }
  void write() {
    asio::co_spawn(world.context(), write_own(), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    world.run_for(milliseconds{20});
    ASSERT_FALSE(ended);
  }
  /// Spoils and frees its bytes when the write completes, as any caller may.
  asio::awaitable<void> write_own() {
    auto bytes = std::make_unique<base::Bytes>(pattern(kMoreThanAWindow));
    const base::Result<void> sent = co_await ours->write(*bytes);
    std::ranges::fill(*bytes, std::uint8_t{0xEE});
    ended = sent ? base::ErrorCode{} : sent.error();
  }
  void peer_ends() {
    ASSERT_TRUE(*world.run(theirs->close_write(), seconds{1}));
    world.run_for(milliseconds{10});
  }
  void we_close() {
    a.connection->close(ConnErrc::closed_by_us);
    world.run_for(milliseconds{10});
  }
  void expect_all_arrives() {
    const auto got = read_all(*theirs);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_TRUE(*got == pattern(kMoreThanAWindow));
    EXPECT_EQ(ended, base::ErrorCode{});
  }

  std::optional<Stream> ours, theirs;
  asio::cancellation_signal cancel;
  std::optional<base::ErrorCode> ended;
};

TEST_F(LentWriteTest, IsFinishedWhenThePeerEndedFirst) {
  begin();
  peer_ends();
  write();
  we_close();
  ASSERT_FALSE(ended);
  expect_all_arrives();
}

TEST_F(LentWriteTest, IsFinishedWhenThePeerEndsAfterUs) {
  begin();
  write();
  we_close();
  peer_ends();
  ASSERT_FALSE(ended);
  expect_all_arrives();
}

TEST_F(LentWriteTest, LeavesNoStreamBehind) {
  begin();
  peer_ends();
  write();
  ASSERT_TRUE(*world.run(ours->close_write(), seconds{1}));
  EXPECT_EQ(a.connection->open_streams(), 1u);
  expect_all_arrives();
  EXPECT_EQ(a.connection->open_streams(), 0u);
  EXPECT_EQ(b.connection->open_streams(), 0u);
}

TEST_F(LentWriteTest, FailsWhenTheConnectionEndsBeforeIt) {
  begin();
  peer_ends();
  write();
  we_close();
  a.connection->abort(ConnErrc::closed_by_us);
  EXPECT_EQ(ended, make_error_code(StreamErrc::connection_closed));
}

TEST_F(LentWriteTest, FailsWhenThePeerResetsWhatItHadEnded) {
  begin();
  peer_ends();
  write();
  we_close();
  theirs->reset(5);
  world.run_for(milliseconds{10});
  EXPECT_EQ(ended, make_error_code(StreamErrc::reset_by_peer));
  EXPECT_EQ(ours->reset_code(), 5u);
}

TEST_F(LentWriteTest, ResetsTheStreamWhenItIsCancelledBehindBothEnds) {
  begin();
  peer_ends();
  write();
  we_close();
  cancel.emit(asio::cancellation_type::terminal);
  world.settle();
  ASSERT_TRUE(ended);
  EXPECT_TRUE(*ended == StreamErrc::cancelled || *ended == StreamErrc::reset_by_us) << ended->message();
  EXPECT_EQ(read_all(*theirs).error(), StreamErrc::reset_by_peer);
}

TEST_F(LentWriteTest, ResetsTheStreamWhenItsHandleGoes) {
  begin();
  write();
  we_close();
  asio::post(world.context(), [this] { const Stream gone = std::move(*ours); });
  world.run_for(milliseconds{10});
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, StreamErrc::reset_by_us);
  EXPECT_EQ(read_all(*theirs).error(), StreamErrc::reset_by_peer);
}

}  // namespace
}  // namespace libp2p::conn::testing
