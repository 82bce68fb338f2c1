// How connections end: in order, by time, by the peer, by memory, in the middle of anything.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using EndingTest = ConnTest;

class AgainstRawPeer : public ConnTest {
 protected:
  /// `b` listens, a hand-made peer dials.
  RawPeer& meet() {
    auto [dialled, accepted] = tcp();
    b.start(std::move(accepted), Direction::inbound);
    raw_ = std::make_unique<RawPeer>(world, std::move(dialled), noise::Role::initiator, 9);
    EXPECT_TRUE(world.run_until([&] { return raw_->ready() && b.is_open() && b.pongs > 0; }, seconds{5}));
    return *raw_;
  }

  std::unique_ptr<RawPeer> raw_;
};

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

// By time
// ---------------------------------------------------------------------------------------------------------

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
  EXPECT_EQ(b.totals.held_bytes, 60'000u) << "the block went back";
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
  EXPECT_EQ(*b.closed, ConnErrc::not_answering);
}

TEST_F(AgainstRawPeer, AnyFrameDuringTheProbeIsLife) {
  RawPeer& peer = meet();
  peer.answers_pings = false;
  ASSERT_TRUE(world.run_until([&] { return b.probes_wanted == 1; }, seconds{25}));
  peer.send_frame({.type = yamux::FrameType::window_update, .flags = yamux::kSyn, .stream = 1});
  world.run_for(seconds{6});
  EXPECT_FALSE(b.closed);
}

TEST_F(EndingTest, APeerBehindACutPathIsGoneWithinTwentyFiveSeconds) {
  join();
  internet.cut(a.network, b.network);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{25}));
  EXPECT_EQ(*a.closed, ConnErrc::not_answering);
}

TEST_F(EndingTest, AShortCutIsSurvived) {
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

TEST_F(EndingTest, AMachineThatLostPowerIsFoundOutAndResetsWhatItDoesNotKnow) {
  join();
  b.network.power_off();
  b.drop();
  b.network.power_on();
  ASSERT_TRUE(world.run_until([&] { return a.closed.has_value(); }, seconds{10}));
  EXPECT_EQ(*a.closed, ConnErrc::reset_by_peer);
}

// By memory
// -------------------------------------------------------------------------------------------------------

TEST_F(EndingTest, OverTheHardMarkTheStreamUnreadLongestIsReset) {
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

TEST_F(EndingTest, OverTheSoftMarkWindowsStopGrowing) {
  b.limits.bytes.held_soft_connection = 1;
  internet.conditions() = {.latency = milliseconds{50}, .buffer_bytes = 32 * 1024 * 1024};
  join();
  auto [idle_ours, idle_theirs] = open_pair();
  ASSERT_TRUE(write(idle_ours, "stays unread"));
  auto [ours, theirs] = open_pair();
  const base::Bytes bytes = pattern(4 * 1024 * 1024);
  bool sent = false;
  std::size_t most = 0;
  const auto send = [&]() -> asio::awaitable<void> {
    const base::Result<void> done = co_await ours.write(bytes);
    sent = done.has_value();
  };
  asio::co_spawn(world.context(), send(), asio::detached);
  std::size_t got = 0;
  base::Bytes chunk(1024 * 1024);
  while (got < bytes.size()) {
    const auto some = world.run(theirs.read(chunk), seconds{10});
    ASSERT_TRUE(some && *some);
    got += **some;
    most = std::max<std::size_t>(most, b.totals.held_bytes);
  }
  EXPECT_TRUE(sent);
  EXPECT_LE(most, 256u * 1024 + 100);
}

TEST_F(EndingTest, TheHostIsToldWhenAllTogetherHoldTooMuch) {
  b.limits.bytes.held_hard = 100 * 1024;
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(written(ours, pattern(120 * 1024)));
  world.run_for(seconds{1});
  EXPECT_GT(b.memory_overs, 0);
}

// Cancelled
// -------------------------------------------------------------------------------------------------------

TEST_F(EndingTest, ACancelledReadLosesNothing) {
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

TEST_F(EndingTest, AWriteCancelledOnItsWayResetsTheStream) {
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

TEST_F(EndingTest, AWriteCancelledBeforeItsFirstByteLeavesTheStreamAlone) {
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

TEST_F(EndingTest, AReaderThatDropsAFinishedStreamInsideItsReadLeavesNothingHeld) {
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
