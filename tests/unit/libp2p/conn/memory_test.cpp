// What a connection holds is counted as what it takes, and stays under its marks.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using MemoryTest = ConnTest;

TEST_F(AgainstRawPeer, SmallPiecesCountWithTheRoomThatTheyTake) {
  RawPeer& peer = meet();
  const base::Bytes one{1};
  peer.send_frame({.type = yamux::FrameType::data, .flags = yamux::kSyn, .stream = 1, .length = 1}, one);
  peer.send_frame({.type = yamux::FrameType::data, .stream = 1, .length = 1}, one);
  world.run_for(milliseconds{10});
  ASSERT_EQ(b.streams.size(), 1u);
  EXPECT_EQ(b.streams.front()->unread_bytes(), 2u);
  EXPECT_GT(b.totals.held_bytes, 500u) << "the second piece opened a chunk for more of its kind";
  Stream stream = b.accept();
  std::array<std::uint8_t, 2> both{};
  ASSERT_TRUE(*world.run(stream.read_exactly(both), seconds{1}));
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

/// `a` sends into a path that takes 1,000 bytes and then nothing.
class UnsentBytes : public ConnTest {
 protected:
  void begin(std::size_t bytes) {
    internet.conditions().buffer_bytes = 1'000;
    join();
    auto [one, other] = open_pair();
    ours.emplace(std::move(one));
    theirs.emplace(std::move(other));
    internet.cut(a.network, b.network);
    much = pattern(bytes);
    const auto send = [this]() -> asio::awaitable<void> { static_cast<void>(co_await ours->write(much)); };
    asio::co_spawn(world.context(), send(), asio::detached);
    world.settle();
  }
  void TearDown() override {
    a.drop();
    EXPECT_EQ(a.totals.held_bytes, 0u);
    world.settle();
  }

  std::optional<Stream> ours, theirs;
  base::Bytes much;
};

TEST_F(UnsentBytes, AFewAreKeptInABufferOfTheirSize) {
  begin(3'000);
  EXPECT_GE(a.totals.held_bytes, 2'000u);
  EXPECT_LE(a.totals.held_bytes, 2'100u);
}

TEST_F(UnsentBytes, ManyKeepTheirBlockWhichCounts) {
  begin(60'000);
  EXPECT_EQ(a.totals.held_bytes, kBlockBytes);
}

class UnsentSizes : public UnsentBytes, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(UnsentSizes, AllArrivesAndNothingStaysHeld) {
  begin(GetParam());
  internet.heal(a.network, b.network);
  base::Bytes got(much.size());
  ASSERT_TRUE(*world.run(theirs->read_exactly(got), seconds{60}));
  EXPECT_TRUE(got == much);
  world.run_for(seconds{1});
  EXPECT_EQ(a.totals.held_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Connection, UnsentSizes,
                         ::testing::Values(1'001, 3'000, 17'000, 18'000, 60'000, 200'000));

TEST_F(MemoryTest, OverTheHardMarkStreamsAreResetUntilItIsMet) {
  b.limits.bytes.held_hard_connection = 70'000;
  join();
  auto [oldest, oldest_theirs] = open_pair();
  auto [second, second_theirs] = open_pair();
  auto [latest, latest_theirs] = open_pair();
  ASSERT_TRUE(write(oldest, "."));
  world.run_for(seconds{1});
  ASSERT_TRUE(written(second, pattern(60'000)));
  world.run_for(seconds{1});
  ASSERT_TRUE(written(latest, pattern(16'000)));  // one frame
  world.run_for(seconds{1});
  EXPECT_LE(b.totals.held_bytes, 70'000u) << "the oldest held one byte only";
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(oldest_theirs.read(byte), seconds{1})->error(), StreamErrc::reset_by_us);
  EXPECT_EQ(world.run(second_theirs.read(byte), seconds{1})->error(), StreamErrc::reset_by_us);
  EXPECT_EQ(*world.run(latest_theirs.read(byte), seconds{1}).value(), 1u);
}

}  // namespace
}  // namespace libp2p::conn::testing
