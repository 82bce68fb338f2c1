// Too much memory, cancelled reads and writes, and readers that end what they read from.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using InterruptionTest = ConnTest;

// By memory
// -------------------------------------------------------------------------------------------------------

TEST_F(InterruptionTest, OverTheHardMarkTheStreamUnreadLongestIsReset) {
  b.limits.bytes.held_hard_connection = 300 * 1024;
  join();
  auto [old_ours, old_theirs] = open_pair();
  auto [new_ours, new_theirs] = open_pair();
  ASSERT_TRUE(written(old_ours, pattern(200 * 1024)));
  world.run_for(seconds{1});
  ASSERT_TRUE(written(new_ours, pattern(200 * 1024)));
  world.run_for(seconds{1});
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(old_theirs.read(byte), seconds{1})->error(), StreamErrc::reset_by_us);
  EXPECT_EQ(*world.run(new_theirs.read(byte), seconds{1}).value(), 1u);
  EXPECT_TRUE(b.is_open());
  EXPECT_LE(b.totals.held_bytes, 300u * 1024);
}

/// A fast transfer over a long way, beside a stream whose bytes nobody reads.
class GrowingWindow : public ConnTest {
 protected:
  /// The most that `b` held at a time.
  std::size_t most_held() {
    internet.conditions() = {.latency = milliseconds{50}, .buffer_bytes = 32 * 1024 * 1024};
    join();
    auto [idle_ours, idle_theirs] = open_pair();
    EXPECT_TRUE(write(idle_ours, "stays unread"));
    auto [ours, theirs] = open_pair();
    const base::Bytes bytes = pattern(4 * 1024 * 1024);
    bool sent = false;
    const auto send = [&]() -> asio::awaitable<void> {
      const base::Result<void> done = co_await ours.write(bytes);
      sent = done.has_value();
    };
    asio::co_spawn(world.context(), send(), asio::detached);
    std::size_t most = 0;
    base::Bytes chunk(1024 * 1024);
    for (std::size_t got = 0; got < bytes.size();) {
      const auto some = world.run(theirs.read(chunk), seconds{10});
      if (!some || !*some) {
        ADD_FAILURE() << "the transfer did not end";
        break;
      }
      got += **some;
      most = std::max<std::size_t>(most, b.totals.held_bytes);
    }
    EXPECT_TRUE(sent);
    return most;
  }

  static constexpr std::size_t kInitial =
      std::size_t{yamux::kInitialWindowBytes} * 101 / 100;  // and what chunks cost
};

TEST_F(GrowingWindow, GrowsAsLongAsNothingHindersIt) { EXPECT_GT(most_held(), 2 * kInitial); }

TEST_F(GrowingWindow, StopsAtItsMaximum) {
  b.limits.bytes.max_window = 2 * yamux::kInitialWindowBytes;
  const std::size_t most = most_held();
  EXPECT_GT(most, kInitial);
  EXPECT_LE(most, 2 * kInitial);
}

TEST_F(GrowingWindow, StopsWhereTheConnectionIsOverItsSoftMark) {
  b.limits.bytes.held_soft_connection = 1;
  EXPECT_LE(most_held(), kInitial);
}

TEST_F(GrowingWindow, StopsWhereAllTogetherAreOverTheirSoftMark) {
  b.limits.bytes.held_soft = 1;
  EXPECT_LE(most_held(), kInitial);
}

TEST_F(InterruptionTest, TheHostIsToldWhenAllTogetherHoldTooMuch) {
  b.limits.bytes.held_hard = 100 * 1024;
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(written(ours, pattern(120 * 1024)));
  world.run_for(seconds{1});
  EXPECT_GT(b.memory_overs, 0);
}

// Cancelled
// -------------------------------------------------------------------------------------------------------

TEST_F(InterruptionTest, ACancelledReadLosesNothing) {
  join();
  auto [ours, theirs] = open_pair();
  asio::cancellation_signal cancel;
  std::array<std::uint8_t, 3> text{};
  std::optional<base::ErrorCode> ended;
  const auto reader = [&]() -> asio::awaitable<void> {
    const base::Result<std::size_t> got = co_await theirs.read(text);
    ended = got.error();
  };
  asio::co_spawn(world.context(), reader(), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  world.settle();
  cancel.emit(asio::cancellation_type::terminal);
  world.settle();
  EXPECT_EQ(ended, make_error_code(StreamErrc::cancelled));
  ASSERT_TRUE(write(ours, "abc"));
  ASSERT_TRUE(*world.run(theirs.read_exactly(text), seconds{1}));
  EXPECT_EQ(base::as_text(text), "abc");
}

TEST_F(InterruptionTest, AWriteCancelledOnItsWayResetsTheStream) {
  join();
  auto [ours, theirs] = open_pair();
  asio::cancellation_signal cancel;
  const base::Bytes much = pattern(2'000'000);
  std::optional<base::ErrorCode> ended;
  const auto writer = [&]() -> asio::awaitable<void> {
    const base::Result<void> sent = co_await ours.write(much);
    ended = sent.error();
  };
  asio::co_spawn(world.context(), writer(), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  world.run_for(seconds{1});
  ASSERT_FALSE(ended);
  cancel.emit(asio::cancellation_type::terminal);
  world.settle();
  ASSERT_TRUE(ended);
  EXPECT_TRUE(*ended == StreamErrc::cancelled || *ended == StreamErrc::reset_by_us) << ended->message();
  EXPECT_EQ(read_all(theirs).error(), StreamErrc::reset_by_peer);
}

TEST_F(InterruptionTest, AWriteCancelledBeforeItsFirstByteLeavesTheStreamAlone) {
  internet.conditions().buffer_bytes = 1'000;
  join();
  auto [ours, theirs] = open_pair();
  auto [other, other_theirs] = open_pair();
  internet.cut(a.network, b.network);  // the socket takes nothing more
  asio::cancellation_signal cancel;
  std::optional<base::ErrorCode> ended;
  const base::Bytes filler = pattern(2'000);
  bool filled = false;
  const auto fill = [&]() -> asio::awaitable<void> {
    const base::Result<void> sent = co_await other.write(filler);
    filled = sent.has_value();
  };
  const auto writer = [&]() -> asio::awaitable<void> {
    const base::Result<void> sent = co_await ours.write(base::as_bytes("never mind"));
    ended = sent.error();
  };
  asio::co_spawn(world.context(), fill(), asio::detached);
  world.settle();
  asio::co_spawn(world.context(), writer(), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  world.settle();
  ASSERT_FALSE(ended);
  cancel.emit(asio::cancellation_type::terminal);
  world.settle();
  EXPECT_EQ(ended, make_error_code(StreamErrc::cancelled));
  internet.heal(a.network, b.network);
  ASSERT_TRUE(write(ours, "instead"));
  std::array<std::uint8_t, 7> text{};
  ASSERT_TRUE(*world.run(theirs.read_exactly(text), seconds{1}));
  EXPECT_EQ(base::as_text(text), "instead");
  EXPECT_TRUE(filled);
}

// Re-entrancy
// -----------------------------------------------------------------------------------------------------

struct Inside {
  const char* name;
  void (*act)(Connection&, Stream&);
};
class FromAResumedReader : public ConnTest, public ::testing::WithParamInterface<Inside> {};

TEST_P(FromAResumedReader, AnythingMayBeDone) {
  join();
  auto [ours, theirs] = open_pair();
  bool acted = false;
  const auto reader = [&]() -> asio::awaitable<void> {
    std::array<std::uint8_t, 1> byte{};
    const base::Result<std::size_t> got = co_await theirs.read(byte);
    if (!got) co_return;
    GetParam().act(*b.connection, theirs);
    acted = true;
  };
  asio::co_spawn(world.context(), reader(), asio::detached);
  world.settle();
  ASSERT_TRUE(write(ours, "several bytes, of which one is read"));
  world.run_for(seconds{5});
  EXPECT_TRUE(acted);
  b.drop();
  world.run_for(seconds{5});
}

INSTANTIATE_TEST_SUITE_P(
    Connection, FromAResumedReader,
    ::testing::Values(Inside{"Close", [](Connection& c, Stream&) { c.close(ConnErrc::closed_by_us); }},
                      Inside{"Abort", [](Connection& c, Stream&) { c.abort(ConnErrc::closed_by_us); }},
                      Inside{"Reset", [](Connection&, Stream& s) { s.reset(1); }},
                      Inside{"DropTheHandle", [](Connection&, Stream& s) { const Stream gone = std::move(s); }},
                      Inside{"OpenAndAbort",
                             [](Connection& c, Stream&) {
                               const Stream other{*c.open_stream()};
                               c.abort(ConnErrc::closed_by_us);
                             }}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(InterruptionTest, AReaderThatDropsAFinishedStreamInsideItsReadLeavesNothingHeld) {
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(*world.run(theirs.close_write(), seconds{1}));
  const auto reader = [&]() -> asio::awaitable<void> {
    Stream stream = std::move(theirs);
    std::array<std::uint8_t, 1> byte{};
    static_cast<void>(co_await stream.read(byte));
  };
  asio::co_spawn(world.context(), reader(), asio::detached);
  world.settle();
  ASSERT_TRUE(write(ours, "several bytes, of which one is read"));
  world.run_for(seconds{1});
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

}  // namespace
}  // namespace libp2p::conn::testing
