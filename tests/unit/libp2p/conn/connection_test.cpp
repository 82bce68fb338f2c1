// Two connections over a simulated network: how they come up, carry data, and end.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

using ConnectionTest = ConnTest;

// Coming up
// -------------------------------------------------------------------------------------------------------

TEST_F(ConnectionTest, BothEndsKnowEachOtherAndShareOneBinding) {
  join();
  EXPECT_EQ(*a.connection->peer(), b.id);
  EXPECT_EQ(*b.connection->peer(), a.id);
  EXPECT_EQ(a.connection->handshake_hash(), b.connection->handshake_hash());
  EXPECT_TRUE(a.connection->info().early_muxer);
  EXPECT_EQ(a.connection->info().remote_addr.to_text(), "/ip4/10.0.0.2/tcp/4001");
  EXPECT_EQ(b.connection->info().direction, Direction::inbound);
  EXPECT_EQ(a.commits, 1);
  EXPECT_EQ(b.commits, 0) << "only a dialer commits";
  EXPECT_EQ(a.first_bytes, 1);
  EXPECT_EQ(b.first_bytes, 1);
}

TEST_F(ConnectionTest, AnIdleConnectionHoldsNoMemory) {
  join();
  EXPECT_EQ(a.totals.held_bytes, 0u);
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

TEST_F(ConnectionTest, TheWrongPeerIsRefusedAndNamed) {
  auto [dialled, accepted] = tcp();
  b.start(std::move(accepted), Direction::inbound);
  a.start(std::move(dialled), Direction::outbound, a.id);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{5}));
  EXPECT_EQ(*a.closed, noise::NoiseErrc::peer_id_mismatch);
  EXPECT_EQ(*a.connection->peer(), b.id);
  EXPECT_EQ(b.authentications, 0) << "we did not say who we are";
}

TEST_F(ConnectionTest, AProbeLeavesNoConnectionAtTheOtherEnd) {
  auto [dialled, accepted] = tcp();
  a.refuse_with = ConnErrc::closed_by_us;  // as the host does once a probe is verified
  b.start(std::move(accepted), Direction::inbound);
  a.start(std::move(dialled), Direction::outbound, b.id, /*probe=*/true);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{5}));
  EXPECT_EQ(a.authentications, 1);
  EXPECT_EQ(b.authentications, 0);
}

TEST_F(ConnectionTest, ASilentPeerRunsIntoTheHandshakeTimeout) {
  auto [dialled, accepted] = tcp();
  const base::TimePoint start = world.now();
  b.start(std::move(accepted), Direction::inbound);
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{60}));
  EXPECT_EQ(*b.closed, ConnErrc::handshake_timeout);
  EXPECT_EQ(world.now() - start, b.limits.time.handshake);
  EXPECT_EQ(b.first_bytes, 0);
}

TEST_F(ConnectionTest, APeerThatDripsBytesRunsIntoTheHandshakeTimeout) {
  auto [dialled, accepted] = tcp();
  b.start(std::move(accepted), Direction::inbound);
  base::Bytes slow;
  multistream::append_token(slow, "/multistream/1.0.0");
  for (const std::uint8_t byte : slow) {
    if (b.closed) break;
    static_cast<void>(dialled->try_write(base::ByteSpan{&byte, 1}));
    world.run_for(seconds{1});
  }
  ASSERT_TRUE(b.closed);
  EXPECT_EQ(*b.closed, ConnErrc::handshake_timeout);
}

TEST_F(ConnectionTest, GarbageEndsTheUpgradeAtOnce) {
  auto [dialled, accepted] = tcp();
  b.start(std::move(accepted), Direction::inbound);
  static_cast<void>(dialled->try_write(
      base::as_bytes("GET / HTTP/1.1\r\nHost: a-name-as-browsers-send-it.example\r\nAccept: text/html\r\n\r\n")));
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{1}));
  EXPECT_NE(*b.closed, ConnErrc::handshake_timeout);
}

TEST_F(ConnectionTest, NothingIsReadBeforeAdmission) {
  auto [dialled, accepted] = tcp();
  b.admits = false;
  b.start(std::move(accepted), Direction::inbound);
  a.start(std::move(dialled), Direction::outbound, b.id);
  ASSERT_TRUE(world.run_until([&] { return b.authentications == 1; }, seconds{5}));
  Stream stream = a.open();
  ASSERT_TRUE(write(stream, "early"));
  world.run_for(seconds{1});
  EXPECT_TRUE(b.streams.empty());
  b.connection->admit(true);
  ASSERT_TRUE(world.run_until([&] { return !b.streams.empty(); }, seconds{1}));
  Stream theirs = b.accept();
  std::array<std::uint8_t, 5> text{};
  ASSERT_TRUE(*world.run(theirs.read_exactly(text), seconds{1}));
  EXPECT_EQ(base::as_text(text), "early");
}

TEST_F(ConnectionTest, APeerThatIsNeverAdmittedTimesOut) {
  auto [dialled, accepted] = tcp();
  b.admits = false;
  b.start(std::move(accepted), Direction::inbound);
  a.start(std::move(dialled), Direction::outbound, b.id);
  ASSERT_TRUE(world.run_until([&] { return b.closed.has_value(); }, seconds{60}));
  EXPECT_EQ(*b.closed, ConnErrc::handshake_timeout);
}

TEST_F(ConnectionTest, ARefusedPeerSeesAnEnd) {
  auto [dialled, accepted] = tcp();
  b.refuse_with = ConnErrc::refused;
  b.start(std::move(accepted), Direction::inbound);
  a.start(std::move(dialled), Direction::outbound, b.id);
  ASSERT_TRUE(world.run_until([&] { return a.closed && b.closed; }, seconds{5}));
  EXPECT_EQ(*b.closed, ConnErrc::refused);
  EXPECT_TRUE(*a.closed == ConnErrc::closed_by_peer || *a.closed == ConnErrc::reset_by_peer)
      << a.closed->message();
}

// Data
// ------------------------------------------------------------------------------------------------------------

struct Path {
  const char* name;
  sim::Conditions conditions;
};

class DataOverAnyPath : public ConnTest, public ::testing::WithParamInterface<Path> {};

/// Writes `bytes`, then ends the direction.
asio::awaitable<void> send_all(Stream& stream, base::ByteSpan bytes, bool& ok) {
  const base::Result<void> sent = co_await stream.write(bytes);
  const base::Result<void> ended = co_await stream.close_write();
  ok = sent && ended;
}

asio::awaitable<void> receive_all(Stream& stream, base::Bytes& into, bool& ended) {
  base::Bytes chunk(30'011);
  for (;;) {
    const base::Result<std::size_t> got = co_await stream.read(chunk);
    if (!got) co_return;
    if (*got == 0) break;
    base::append(into, base::ByteSpan{chunk}.first(*got));
  }
  ended = true;
}

TEST_P(DataOverAnyPath, BothWaysAtOnceArrivesWhole) {
  internet.conditions() = GetParam().conditions;
  join();
  auto [ours, theirs] = open_pair();
  const base::Bytes up = pattern(1'500'000, 1), down = pattern(700'001, 2);
  base::Bytes got_up, got_down;
  bool up_ok = false, down_ok = false, up_end = false, down_end = false;
  asio::co_spawn(world.context(), send_all(ours, up, up_ok), asio::detached);
  asio::co_spawn(world.context(), send_all(theirs, down, down_ok), asio::detached);
  asio::co_spawn(world.context(), receive_all(theirs, got_up, up_end), asio::detached);
  asio::co_spawn(world.context(), receive_all(ours, got_down, down_end), asio::detached);
  ASSERT_TRUE(world.run_until([&] { return up_end && down_end; }, seconds{600}));
  EXPECT_TRUE(up_ok && down_ok);
  EXPECT_EQ(got_up, up);
  EXPECT_EQ(got_down, down);
  EXPECT_EQ(a.connection->open_streams(), 0u);
  EXPECT_EQ(b.connection->open_streams(), 0u);
  EXPECT_EQ(a.totals.held_bytes, 0u);
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Connection, DataOverAnyPath,
                         ::testing::Values(Path{"Plain", {}},
                                           Path{"Far", {.latency = milliseconds{150}, .jitter = milliseconds{40}}},
                                           Path{"ShortReads", {.max_read_bytes = 700}},
                                           Path{"ShortWrites", {.max_write_bytes = 900}},
                                           Path{"SmallBuffers", {.buffer_bytes = 3'000}},
                                           Path{"Everything",
                                                {.latency = milliseconds{20},
                                                 .jitter = milliseconds{5},
                                                 .max_read_bytes = 3'000,
                                                 .max_write_bytes = 2'000,
                                                 .buffer_bytes = 20'000}}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(ConnectionTest, AWriterWaitsForAReaderAndNoMoreThanTheWindowIsHeld) {
  join();
  auto [ours, theirs] = open_pair();
  const base::Bytes bytes = pattern(3'000'000);
  bool ok = false;
  asio::co_spawn(world.context(), send_all(ours, bytes, ok), asio::detached);
  world.run_for(seconds{5});
  EXPECT_FALSE(ok);
  EXPECT_LE(b.totals.held_bytes, yamux::kInitialWindowBytes * 101 / 100) << "with what chunks cost";
  EXPECT_GT(b.totals.held_bytes, 200'000u);
  const auto got = read_all(theirs);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, bytes);
  EXPECT_TRUE(ok);
}

TEST_F(ConnectionTest, ABlockedStreamDoesNotHoldUpAnother) {
  join();
  auto [blocked, unread] = open_pair();
  auto [free, read] = open_pair();
  const base::Bytes much = pattern(1'000'000);
  bool ok = false;
  asio::co_spawn(world.context(), send_all(blocked, much, ok), asio::detached);
  world.run_for(seconds{1});
  ASSERT_TRUE(write(free, "through"));
  std::array<std::uint8_t, 7> text{};
  const auto got = world.run(read.read_exactly(text), seconds{1});
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(base::as_text(text), "through");
  EXPECT_FALSE(ok);
  a.drop();  // ends the writer while what it refers to is there
}

TEST_F(ConnectionTest, HalfCloseEndsOneDirectionOnly) {
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(*world.run(ours.close_write(), seconds{1}));
  EXPECT_EQ(read_all(theirs)->size(), 0u);
  EXPECT_EQ(write(ours, "x").error(), StreamErrc::write_closed);
  ASSERT_TRUE(write(theirs, "answer"));
  ASSERT_TRUE(*world.run(theirs.close_write(), seconds{1}));
  EXPECT_EQ(base::as_text(*read_all(ours)), "answer");
  EXPECT_EQ(a.connection->open_streams(), 0u);
}

TEST_F(ConnectionTest, AResetReachesTheOtherEndWithItsCode) {
  join();
  auto [ours, theirs] = open_pair();
  ours.reset(77);
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(theirs.read(byte), seconds{1})->error(), StreamErrc::reset_by_peer);
  EXPECT_EQ(theirs.reset_code(), 77u);
  EXPECT_EQ(write(theirs, "x").error(), StreamErrc::reset_by_peer);
  EXPECT_EQ(world.run(ours.read(byte), seconds{1})->error(), StreamErrc::reset_by_us);
}

TEST_F(ConnectionTest, DroppingAHandleResetsTheStream) {
  join();
  auto [ours, theirs] = open_pair();
  { const Stream gone = std::move(ours); }
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(theirs.read(byte), seconds{1})->error(), StreamErrc::reset_by_peer);
}

TEST_F(ConnectionTest, AnAbandonedStreamIsResetWhenThePeerNeverEnds) {
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(*world.run(ours.close_write(), seconds{1}));
  { const Stream gone = std::move(ours); }
  ASSERT_TRUE(write(theirs, "nobody reads this"));
  world.run_for(seconds{5});
  EXPECT_EQ(a.totals.held_bytes, 0u);
  EXPECT_EQ(a.connection->open_streams(), 1u);
  world.run_for(seconds{10});
  EXPECT_EQ(a.connection->open_streams(), 0u);
  EXPECT_EQ(write(theirs, "x").error(), StreamErrc::reset_by_peer);
}

TEST_F(ConnectionTest, PeekShowsWithoutTakingAndConsumeTakes) {
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(write(ours, "abcdef"));
  const auto seen = world.run(theirs.peek(), seconds{1});
  EXPECT_EQ(base::as_text(**seen), "abcdef");
  theirs.consume(2);
  EXPECT_EQ(base::as_text(**world.run(theirs.peek(), seconds{1})), "cdef");
  theirs.consume(100);
  ASSERT_TRUE(*world.run(ours.close_write(), seconds{1}));
  EXPECT_TRUE((*world.run(theirs.peek(), seconds{1}))->empty());
}

TEST_F(ConnectionTest, ReadExactlyTellsAnEndThatCameTooEarly) {
  join();
  auto [ours, theirs] = open_pair();
  ASSERT_TRUE(write(ours, "ab"));
  ASSERT_TRUE(*world.run(ours.close_write(), seconds{1}));
  std::array<std::uint8_t, 3> text{};
  EXPECT_EQ(world.run(theirs.read_exactly(text), seconds{1})->error(), asio::error::eof);
}

TEST_F(ConnectionTest, AStreamDeadlineEndsReadsAndWrites) {
  join();
  auto [ours, theirs] = open_pair();
  const base::TimePoint due = world.now() + seconds{3};
  theirs.set_deadline(due);
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(theirs.read(byte), seconds{60})->error(), StreamErrc::timed_out);
  EXPECT_EQ(world.now(), due);
  EXPECT_EQ(world.run(theirs.read(byte), seconds{60})->error(), StreamErrc::timed_out) << "it stays so";
  ours.set_deadline(world.now() + seconds{3});
  EXPECT_EQ(written(ours, pattern(2'000'000)).error(), StreamErrc::timed_out);
}

TEST_F(ConnectionTest, StreamsBeyondALimitAreAnErrorAndNoMore) {
  a.limits.count.streams = 3;
  join();
  std::vector<Stream> open;
  for (int i = 0; i < 3; ++i) open.push_back(a.open());
  const auto fourth = a.connection->open_stream();
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error(), StreamErrc::too_many_streams);
  open.pop_back();
  world.settle();
  EXPECT_TRUE(a.connection->open_stream());
}

TEST_F(ConnectionTest, AStrangersStreamsAreFewer) {
  b.as_member = false;
  b.limits.count.stranger_streams = 2;
  join();
  std::vector<Stream> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(a.open());
    ASSERT_TRUE(write(open.back(), "x"));
  }
  world.run_for(seconds{1});
  EXPECT_EQ(b.streams.size(), 2u);
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(open.back().read(byte), seconds{1})->error(), StreamErrc::reset_by_peer);
}

}  // namespace
}  // namespace libp2p::conn::testing
