// What ends by time alone: large frames, silence, cut paths, lost machines.
#include <gtest/gtest.h>

#include <algorithm>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using DeadlineTest = ConnTest;

TEST_F(AgainstRawPeer, ALargeFrameMustBecomeWholeInTime) {
  RawPeer& peer = meet();
  const base::Bytes frame = peer.sealed(base::Bytes(60'000, 0));
  const base::TimePoint start = world.now();
  peer.send(base::ByteSpan{frame}.first(20'000));
  world.run_for(milliseconds{10});
  EXPECT_EQ(b.totals.held_bytes, kBlockBytes) << "its block is counted";
  for (std::size_t at = 20'000; at < 40'000 && !b.closed; ++at) {  // dripping does not help
    peer.send(base::ByteSpan{frame}.subspan(at, 1));
    world.run_for(seconds{1});
  }
  ASSERT_TRUE(b.closed);
  EXPECT_EQ(*b.closed, ConnErrc::frame_timeout);
  EXPECT_NEAR(static_cast<double>((b.closed_at - start).count()), 10e9, 0.1e9);
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

TEST_F(AgainstRawPeer, ALargeFrameInTimeIsTaken) {
  RawPeer& peer = meet();
  peer.answers_pings = false;  // a pong would land inside the frame
  base::Bytes plain(yamux::kHeaderBytes);
  yamux::encode_header({.type = yamux::FrameType::data, .flags = yamux::kSyn, .stream = 1, .length = 60'000},
                       std::span<std::uint8_t, yamux::kHeaderBytes>{plain});
  plain.resize(plain.size() + 60'000, 7);
  const base::Bytes frame = peer.sealed(plain);
  peer.send(base::ByteSpan{frame}.first(30'000));
  world.run_for(seconds{9});
  peer.send(base::ByteSpan{frame}.subspan(30'000));
  world.run_for(seconds{2});
  ASSERT_FALSE(b.closed) << b.closed->message();
  ASSERT_EQ(b.streams.size(), 1u);
  EXPECT_EQ(b.streams.front()->unread_bytes(), 60'000u);
  EXPECT_LE(b.totals.held_bytes, 60'100u) << "the block went back";
}

TEST_F(AgainstRawPeer, SilenceIsPingedAfterEightSeconds) {
  RawPeer& peer = meet();
  world.run_for(milliseconds{10});
  const auto asks = [&] {
    return std::ranges::count_if(peer.frames, [](const yamux::Header& f) {
      return f.type == yamux::FrameType::ping && f.has(yamux::kSyn);
    });
  };
  const auto before = asks();
  const base::TimePoint start = world.now();
  ASSERT_TRUE(world.run_until([&] { return asks() > before; }, seconds{20}));
  EXPECT_NEAR(static_cast<double>((world.now() - start).count()), 8e9, 0.1e9);
  world.run_for(seconds{120});
  EXPECT_FALSE(b.closed) << "a peer that answers stays";
  EXPECT_EQ(b.probes_wanted, 0);
}

TEST_F(AgainstRawPeer, AFrozenPeerIsGoneWithinTwentyFiveSeconds) {
  RawPeer& peer = meet();
  peer.answers_pings = false;
  const base::TimePoint start = world.now();
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{25}));
  EXPECT_EQ(*b.closed, ConnErrc::not_answering);
  EXPECT_EQ(b.probes_wanted, 1);
  EXPECT_GE(world.now() - start, seconds{22});
}

TEST_F(AgainstRawPeer, AFrozenPeerThatCannotBeAskedIsJudgedByItsPings) {
  RawPeer& peer = meet();
  peer.answers_pings = false;
  b.when_probe = [](Connection& c) { c.on_probe_impossible(); };
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{19}));
  EXPECT_EQ(*b.closed, ConnErrc::no_pong);
}

TEST_F(AgainstRawPeer, AnyFrameDuringTheProbeIsLife) {
  RawPeer& peer = meet();
  peer.answers_pings = false;
  ASSERT_TRUE(world.run_until([&] { return b.probes_wanted == 1; }, seconds{25}));
  peer.send_frame({.type = yamux::FrameType::window_update, .flags = yamux::kSyn, .stream = 1});
  world.run_for(seconds{6});
  EXPECT_FALSE(b.closed);
}

TEST_F(DeadlineTest, APeerBehindACutPathIsGoneWithinTwentyFiveSeconds) {
  join();
  internet.cut(a.network, b.network);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{25}));
  EXPECT_EQ(*a.closed, ConnErrc::not_answering);
}

TEST_F(DeadlineTest, AShortCutIsSurvived) {
  join();
  auto [ours, theirs] = open_pair();
  internet.cut(a.network, b.network);
  ASSERT_TRUE(write(ours, "late"));
  world.run_for(seconds{10});
  internet.heal(a.network, b.network);
  std::array<std::uint8_t, 4> text{};
  ASSERT_TRUE(*world.run(theirs.read_exactly(text), seconds{1}));
  world.run_for(seconds{60});
  EXPECT_TRUE(a.is_open() && b.is_open());
}

TEST_F(DeadlineTest, AMachineThatLostPowerIsFoundOutAndResetsWhatItDoesNotKnow) {
  join();
  b.network.power_off();
  b.drop();
  b.network.power_on();
  ASSERT_TRUE(world.run_until([&] { return a.closed.has_value(); }, seconds{10}));
  EXPECT_EQ(*a.closed, ConnErrc::reset_by_peer);
}

/// A dialer that knows no early muxer negotiation, and whose first data shares a frame with its proposal.
TEST_F(DeadlineTest, ALargeFrameOfTheMuxerNegotiationHasNoDeadlineOnceItIsWhole) {
  auto [socket, accepted] = tcp();
  b.start(std::move(accepted), Direction::inbound);
  base::SeededRng rng{3};
  noise::Handshake handshake{{.role = noise::Role::initiator}, a.key, rng};
  multistream::Dialer security{{std::string{kNoiseProtocol}}};
  base::Bytes out;
  security.start(out);
  handshake.start(out);
  ASSERT_TRUE(socket->try_write(out));
  world.run_for(seconds{1});
  base::Bytes in(1'000);
  base::ByteSpan answer = base::ByteSpan{in}.first(*socket->try_read(in));
  base::Bytes third;
  ASSERT_TRUE(security.feed(answer, third)->has_value());
  ASSERT_TRUE(*handshake.feed(answer, third));

  base::Bytes plain;
  multistream::Dialer{{std::string{kYamuxProtocol}}}.start(plain);
  const std::size_t at = plain.size();
  plain.resize(at + yamux::kHeaderBytes + 5'000);
  yamux::encode_header({.type = yamux::FrameType::data, .flags = yamux::kSyn, .stream = 1, .length = 5'000},
                       base::MutableBytes{plain}.subspan(at).first<yamux::kHeaderBytes>());
  base::Bytes frame(noise::kLengthBytes + plain.size() + crypto::kTagBytes);
  ASSERT_TRUE(
      noise::Session{handshake.take_keys()}.seal(a.loop.aead, std::array<base::ByteSpan, 1>{plain}, frame));
  ASSERT_TRUE(socket->try_write(third));
  ASSERT_TRUE(socket->try_write(base::ByteSpan{frame}.first(4'500)));
  world.run_for(seconds{1});
  ASSERT_EQ(b.totals.held_bytes, kBlockBytes) << "its block is kept, for a time";
  ASSERT_TRUE(socket->try_write(base::ByteSpan{frame}.subspan(4'500)));
  world.run_for(seconds{12});
  EXPECT_TRUE(b.is_open()) << b.closed->message();
}

}  // namespace
}  // namespace libp2p::conn::testing
