// The limits of a host that its connections keep, with small values: reached without harm, and not passed.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using yamux::FrameType;
using yamux::Header;

// Streams and frames
// -------------------------------------------------------------------------------------------------------

constexpr Header kOpen{.type = FrameType::window_update, .flags = yamux::kSyn, .stream = 1, .length = 0};
constexpr Header kPing{.type = FrameType::ping, .flags = yamux::kSyn, .stream = 0, .length = 7};
constexpr Header kEmpty{.type = FrameType::data, .flags = 0, .stream = 1, .length = 0};

struct Limit {
  const char* name;
  void (*set_to_three)(CountLimits&);
  Header frame;                ///< Three of it in a row are allowed.
  bool ends = true;            ///< One more ends the session; else it is a stream that is refused.
  std::ptrdiff_t refused = 0;  ///< Of the three.
};

class LimitOfFrames : public AgainstRawPeer, public ::testing::WithParamInterface<Limit> {
 protected:
  void SetUp() override {
    GetParam().set_to_three(b.limits.count);
    RawPeer& peer = meet();
    if (GetParam().frame == kEmpty) peer.send_frame(kOpen);
  }
  /// In one Noise frame, so that nothing is answered in between. Each `kOpen` opens another stream.
  void send(int times) {
    base::Bytes plain(static_cast<std::size_t>(times) * yamux::kHeaderBytes);
    for (int i = 0; i < times; ++i) {
      Header header = GetParam().frame;
      if (header == kOpen) header.stream = static_cast<yamux::StreamId>(2 * i + 1);
      yamux::encode_header(header, std::span{plain}
                                       .subspan(static_cast<std::size_t>(i) * yamux::kHeaderBytes)
                                       .first<yamux::kHeaderBytes>());
    }
    raw_->send_plain(plain);
    world.run_for(milliseconds{10});
  }
  std::ptrdiff_t refused() const {
    return std::ranges::count_if(raw_->frames, [](const Header& frame) { return frame.has(yamux::kRst); });
  }
};

TEST_P(LimitOfFrames, IsReachedWithoutHarm) {
  send(3);
  EXPECT_TRUE(b.is_open());
  EXPECT_EQ(refused(), GetParam().refused);
}

TEST_P(LimitOfFrames, IsNotPassed) {
  send(4);
  EXPECT_EQ(b.is_open(), !GetParam().ends);
  EXPECT_EQ(raw_->frames.back().type == FrameType::go_away, GetParam().ends);
  if (!GetParam().ends) EXPECT_EQ(refused(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Connection, LimitOfFrames,
    ::testing::Values(Limit{"MemberStreams", [](CountLimits& count) { count.member_streams = 3; }, kOpen, false},
                      Limit{"Streams", [](CountLimits& count) { count.streams = 3; }, kOpen, false},
                      Limit{"StreamOpenBurst", [](CountLimits& count) { count.stream_open_burst = 3; }, kOpen,
                            false},
                      Limit{"PendingPongs", [](CountLimits& count) { count.pending_pongs = 3; }, kPing},
                      Limit{"PendingResets",
                            [](CountLimits& count) {
                              count.member_streams = 0;
                              count.pending_resets = 3;
                            },
                            kOpen, true, 3},
                      Limit{"EmptyFrames", [](CountLimits& count) { count.empty_frames_per_second = 3; }, kEmpty}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(AgainstRawPeer, StreamsCanBeOpenedAgainAsFastAsTheRateAllows) {
  b.limits.count.stream_open_burst = 1;
  b.limits.count.stream_opens_per_second = 2;
  RawPeer& peer = meet();
  for (const yamux::StreamId id : {1U, 3U, 5U}) {
    peer.send_frame({.type = FrameType::window_update, .flags = yamux::kSyn, .stream = id, .length = 0});
    world.run_for(milliseconds{id == 1 ? 400 : 100});
  }
  EXPECT_EQ(b.streams.size(), 2u) << "the second came after 400 ms, the third after 500";
}

TEST_F(AgainstRawPeer, StreamsThatThePeerHasNotAnsweredAreLimited) {
  b.limits.count.unacked_streams = 2;
  RawPeer& peer = meet();
  Stream first = b.open();
  const Stream second = b.open();
  EXPECT_EQ(b.connection->open_stream().error(), StreamErrc::too_many_streams);
  ASSERT_TRUE(write(first, "x"));
  peer.send_frame({.type = FrameType::window_update, .flags = yamux::kAck, .stream = 2, .length = 0});
  world.run_for(milliseconds{10});
  EXPECT_TRUE(b.connection->open_stream());
}

// Bytes
// -------------------------------------------------------------------------------------------------------

TEST_F(AgainstRawPeer, AnIncompleteFrameHoldsABlockOnlyBeyondTheCarry) {
  b.limits.bytes.carry = 1'000;
  RawPeer& peer = meet();
  const base::Bytes frame = peer.sealed(base::Bytes(60'000, 0));
  peer.send(base::ByteSpan{frame}.first(1'000));
  world.run_for(milliseconds{10});
  EXPECT_EQ(b.totals.held_bytes, 0u);
  peer.send(base::ByteSpan{frame}.subspan(1'000, 1));
  world.run_for(milliseconds{10});
  EXPECT_EQ(b.totals.held_bytes, kBlockBytes);
}

using BytesTest = ConnTest;

TEST_F(BytesTest, OthersOfTheLoopGetTheirTurnWhileMuchIsRead) {
  b.limits.bytes.read_per_turn = 100'000;
  internet.conditions().buffer_bytes = 1'000'000;
  join();
  auto [ours, theirs] = open_pair();
  internet.cut(a.network, b.network);
  ASSERT_TRUE(written(ours, pattern(250'000)));
  world.run_for(seconds{1});
  const std::uint64_t before = b.totals.bytes_received;
  std::uint64_t seen = before;
  std::uint64_t most = 0;
  world.on_step(
      [&] { most = std::max(most, b.totals.bytes_received - std::exchange(seen, b.totals.bytes_received)); });
  internet.heal(a.network, b.network);
  world.run_for(seconds{1});
  world.on_step(nullptr);
  EXPECT_GT(b.totals.bytes_received - before, 250'000u);
  EXPECT_GE(most, 100'000u) << "it was there all at once";
  EXPECT_LT(most, 100'000 + kBlockBytes);
}

}  // namespace
}  // namespace libp2p::conn::testing
