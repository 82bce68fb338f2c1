// How connections end: in order, or by what the peer does.
#include <gtest/gtest.h>

#include <algorithm>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using EndingTest = ConnTest;

// In order
// --------------------------------------------------------------------------------------------------------

TEST_F(EndingTest, AnIdleConnectionClosesCleanlyOnBothEnds) {
  join();
  a.connection->close(ConnErrc::closed_by_us);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{5}));
  EXPECT_EQ(*a.closed, ConnErrc::closed_by_us);
  EXPECT_EQ(*b.closed, ConnErrc::closed_by_peer);
  EXPECT_EQ(internet.open_sockets(), 0u);
}

TEST_F(EndingTest, WhatWasWrittenBeforeTheCloseArrives) {
  internet.conditions().latency = milliseconds{50};
  join();
  auto [ours, theirs] = open_pair();
  const base::Bytes bytes = pattern(200'000);
  ASSERT_TRUE(written(ours, bytes));
  a.connection->close(ConnErrc::closed_by_us);
  const auto got = read_all(theirs);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, bytes);
}

TEST_F(EndingTest, AWriteUnderWayIsFinishedBeforeTheEnd) {
  join();
  auto [ours, theirs] = open_pair();
  const base::Bytes bytes = pattern(600'000);
  std::optional<bool> sent;
  const auto send = [&]() -> asio::awaitable<void> {
    const base::Result<void> done = co_await ours.write(bytes);
    sent = done.has_value();
  };
  asio::co_spawn(world.context(), send(), asio::detached);
  world.run_for(milliseconds{20});
  ASSERT_FALSE(sent);
  a.connection->close(ConnErrc::closed_by_us);
  const auto got = read_all(theirs);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, bytes);
  EXPECT_EQ(sent, true);
}

TEST_F(EndingTest, StreamsThatDoNotEndAreResetAfterASecond) {
  join();
  auto [ours, theirs] = open_pair();
  const base::TimePoint start = world.now();
  a.connection->close(ConnErrc::closed_by_us);
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(*world.run(theirs.read(byte), seconds{1}).value(), 0u) << "our half is closed in order";
  ASSERT_TRUE(world.run_until([&] { return a.closed.has_value(); }, seconds{5}));
  EXPECT_GE(world.now() - start, a.limits.time.half_close_wait);
  EXPECT_LE(world.now() - start, a.limits.time.half_close_wait + a.limits.time.eof_drain + milliseconds{10});
  EXPECT_FALSE(a.connection->open_stream());
}

TEST_F(AgainstRawPeer, GoAwayIsTheLastFrameAndThenTheEnd) {
  RawPeer& peer = meet();
  Stream stream = b.open();
  ASSERT_TRUE(write(stream, "bytes"));
  b.connection->close(ConnErrc::closed_by_us);
  ASSERT_TRUE(world.run_until([&] { return peer.ended; }, seconds{5}));
  ASSERT_FALSE(peer.frames.empty());
  EXPECT_EQ(peer.frames.back(), (yamux::Header{.type = yamux::FrameType::go_away}));
  const auto fin = std::ranges::find_if(peer.frames, [](const auto& f) { return f.has(yamux::kFin); });
  EXPECT_NE(fin, peer.frames.end());
  EXPECT_FALSE(b.closed) << "it drains until the peer has closed too";
  peer.socket().close();
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, milliseconds{50}));
}

TEST_F(AgainstRawPeer, DrainingEndsInTimeWhenThePeerDoesNot) {
  RawPeer& peer = meet();
  b.connection->close(ConnErrc::closed_by_us);
  ASSERT_TRUE(world.run_until([&] { return peer.ended; }, seconds{5}));
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, b.limits.time.eof_drain));
}

/// Once it floods, there is always more to read, and reading takes time.
class FloodingSocket final : public io::Socket {
 public:
  FloodingSocket(sim::World& world, std::unique_ptr<io::Socket> inner, const bool& floods)
      : world_{world}, inner_{std::move(inner)}, floods_{floods} {}

  base::Result<std::size_t> try_read(base::MutableBytes into) override {
    if (!floods_) return inner_->try_read(into);
    world_.spend(milliseconds{1});
    return into.size();
  }
  base::Result<std::size_t> try_write(base::ByteSpan bytes) override { return inner_->try_write(bytes); }
  void wait_readable(std::function<void()> ready) override { inner_->wait_readable(std::move(ready)); }
  void wait_writable(std::function<void()> ready) override { inner_->wait_writable(std::move(ready)); }
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override { inner_->close(); }
  void move_to(const io::asio::any_io_executor& loop) override { inner_->move_to(loop); }
  const io::Endpoint& local() const override { return inner_->local(); }
  const io::Endpoint& remote() const override { return inner_->remote(); }

 private:
  sim::World& world_;
  std::unique_ptr<io::Socket> inner_;
  const bool& floods_;
};

TEST_F(EndingTest, DrainingEndsInTimeWhenThePeerFloods) {
  bool floods = false;
  auto [dialled, accepted] = tcp();
  b.start(std::make_unique<FloodingSocket>(world, std::move(accepted), floods), Direction::inbound);
  RawPeer peer{world, std::move(dialled), noise::Role::initiator, 9};
  ASSERT_TRUE(world.run_until([&] { return b.is_open() && b.pongs > 0; }, seconds{5}));
  const base::TimePoint start = world.now();
  b.connection->close(ConnErrc::closed_by_us);
  floods = true;
  peer.send_plain(base::Bytes(12, 0));  // something to wake the reader
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{5}));
  EXPECT_EQ(*b.closed, ConnErrc::closed_by_us);
  EXPECT_LE(b.closed_at - start, b.limits.time.eof_drain + milliseconds{20});
}

TEST_F(EndingTest, CloseDuringTheHandshakeIsAtOnce) {
  auto [dialled, accepted] = tcp();
  b.start(std::move(accepted), Direction::inbound);
  b.connection->close(ConnErrc::host_stopped);
  EXPECT_EQ(*b.closed, ConnErrc::host_stopped);
}

TEST_F(EndingTest, ClosingTwiceIsClosingOnce) {
  join();
  a.connection->close(ConnErrc::closed_by_us);
  a.connection->close(ConnErrc::host_stopped);
  a.connection->abort(ConnErrc::superseded);
  a.connection->abort(ConnErrc::host_stopped);
  EXPECT_EQ(*a.closed, ConnErrc::superseded);
}

// By the peer
// -----------------------------------------------------------------------------------------------------

TEST_F(EndingTest, AResetOfTheTransportEndsBothAndAllTheirWaits) {
  join();
  auto [ours, theirs] = open_pair();
  std::array<std::uint8_t, 1> byte{};
  std::optional<base::ErrorCode> read_end, write_end;
  const base::Bytes much = pattern(3'000'000);
  const auto reader = [&]() -> asio::awaitable<void> {
    const base::Result<std::size_t> got = co_await ours.read(byte);
    read_end = got.error();
  };
  const auto writer = [&]() -> asio::awaitable<void> {
    const base::Result<void> sent = co_await ours.write(much);
    write_end = sent.error();
  };
  asio::co_spawn(world.context(), reader(), asio::detached);
  asio::co_spawn(world.context(), writer(), asio::detached);
  world.run_for(seconds{1});
  internet.reset(a.network, b.network);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{1}));
  EXPECT_EQ(*a.closed, ConnErrc::reset_by_peer);
  EXPECT_EQ(read_end, make_error_code(StreamErrc::connection_closed));
  EXPECT_EQ(write_end, make_error_code(StreamErrc::connection_closed));
}

TEST_F(EndingTest, WhatWasReceivedBeforeTheEndCanStillBeRead) {
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(write(ours, "last words"));
  world.run_for(seconds{1});
  b.connection->abort(ConnErrc::closed_by_us);
  std::array<std::uint8_t, 10> text{};
  const auto got = world.run(theirs.read_exactly(text), seconds{1});
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(base::as_text(text), "last words");
  std::array<std::uint8_t, 1> more{};
  EXPECT_EQ(world.run(theirs.read(more), seconds{1})->error(), StreamErrc::connection_closed);
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

TEST_F(AgainstRawPeer, AnEndBetweenFramesIsACloseByThePeer) {
  RawPeer& peer = meet();
  peer.socket().shutdown_write();
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{1}));
  EXPECT_EQ(*b.closed, ConnErrc::closed_by_peer);
}

class CutFrames : public AgainstRawPeer, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(CutFrames, AnEndInsideAFrameIsTruncated) {
  RawPeer& peer = meet();
  const base::Bytes frame = peer.sealed(base::Bytes(60'000, 0));
  peer.send(base::ByteSpan{frame}.first(GetParam()));
  world.run_for(milliseconds{10});
  peer.socket().shutdown_write();
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{1}));
  EXPECT_EQ(*b.closed, ConnErrc::truncated);
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Connection, CutFrames, ::testing::Values(1, 2, 3, 4'096, 4'097, 50'000));

TEST_F(AgainstRawPeer, AFrameThatDoesNotOpenEndsTheConnection) {
  RawPeer& peer = meet();
  base::Bytes frame = peer.sealed(base::Bytes(12, 0));
  frame.back() ^= 1;
  peer.send(frame);
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{1}));
  EXPECT_EQ(*b.closed, noise::NoiseErrc::decrypt_failed);
}

TEST_F(AgainstRawPeer, AViolationOfYamuxIsAnsweredByGoAwayOne) {
  RawPeer& peer = meet();
  base::Bytes bad(12, 0);
  bad[0] = 9;  // a version that does not exist
  peer.send_plain(bad);
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value() && peer.ended; }, seconds{1}));
  EXPECT_EQ(peer.frames.back(), (yamux::Header{.type = yamux::FrameType::go_away, .length = 1}));
}

struct Away {
  std::uint32_t code;
  ConnErrc want;
};
class GoAwayOfThePeer : public AgainstRawPeer, public ::testing::WithParamInterface<Away> {};

TEST_P(GoAwayOfThePeer, EndsTheConnectionWithItsMeaning) {
  RawPeer& peer = meet();
  peer.send_frame({.type = yamux::FrameType::go_away, .length = GetParam().code});
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{1}));
  EXPECT_EQ(*b.closed, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Connection, GoAwayOfThePeer,
                         ::testing::Values(Away{0, ConnErrc::closed_by_peer}, Away{1, ConnErrc::go_away},
                                           Away{2, ConnErrc::go_away}),
                         [](const auto& c) { return "Code" + std::to_string(c.param.code); });

}  // namespace
}  // namespace libp2p::conn::testing
