// Streams of a host: opening, negotiating, handlers, and the protocols that every host serves: identify, ping,
// perf.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "libp2p/identify/info.hpp"
#include "libp2p/noise/handshake.hpp"
#include "support.hpp"

namespace libp2p::testing {
namespace {

// Streams.

TEST_F(HostTest, AnOptimisticStreamCarriesBytesBothWays) {
  start();
  connect();
  Stream stream = open_echo();
  EXPECT_EQ(stream.protocol(), kEcho);
  ASSERT_TRUE(*world.run(stream.write(base::as_bytes("hello")), seconds{1}));
  std::array<std::uint8_t, 5> text{};
  ASSERT_TRUE(*world.run(stream.read_exactly(text), seconds{1}));
  EXPECT_EQ(base::as_text(text), "hello");
}

TEST_F(HostTest, TheFirstProtocolThatThePeerSpeaksIsTaken) {
  start();
  connect();
  const auto stream = world.run(a.host->open_stream(b.id(), {"/no/1", "/nor/2", kEcho}), seconds{5});
  ASSERT_TRUE(stream && *stream);
  EXPECT_EQ((*stream)->protocol(), kEcho);
}

TEST_F(HostTest, AProtocolThatIsNotSpokenIsAnError) {
  start();
  connect();
  const auto waited = world.run(a.host->open_stream(b.id(), {"/no/1"}, {.optimistic = false}), seconds{5});
  EXPECT_EQ(waited->error(), StreamErrc::protocol_not_supported);
  auto hoped = world.run(a.host->open_stream(b.id(), {"/no/1"}), seconds{5});
  ASSERT_TRUE(*hoped);
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run((*hoped)->read(byte), seconds{5})->error(), StreamErrc::protocol_not_supported);
}

TEST_F(HostTest, AStreamToAStrangerIsAnError) {
  start();
  const auto stream = world.run(a.host->open_stream(b.id(), {kEcho}), seconds{5});
  EXPECT_EQ(stream->error(), StreamErrc::connection_closed);
}

TEST_F(HostTest, ARemovedHandlerIsNoLongerSpoken) {
  start();
  connect();
  b.host->remove_handler(kEcho);
  const auto stream = world.run(a.host->open_stream(b.id(), {kEcho}, {.optimistic = false}), seconds{5});
  EXPECT_EQ(stream->error(), StreamErrc::protocol_not_supported);
}

TEST_F(HostTest, AMissingLeadingSlashIsForgiven) {
  start();
  connect();
  const auto stream = world.run(a.host->open_stream(b.id(), {"echo/1.0.0"}, {.optimistic = false}), seconds{5});
  EXPECT_TRUE(stream && *stream);
}

TEST_F(HostTest, AReadAndAWriteAtOnceOnAFreshStreamAreServedOverAStuckPath) {
  internet.conditions().buffer_bytes = 600;
  start();
  connect();
  internet.cut(a.node.network(), b.node.network());
  Stream filler = open_echo();
  Stream stream = open_echo();
  const base::Bytes much(4'000, 1);
  bool filled = false, wrote = false, read = false;
  std::array<std::uint8_t, 5> text{};
  const auto fill = [&]() -> asio::awaitable<void> { filled = (co_await filler.write(much)).has_value(); };
  const auto reader = [&]() -> asio::awaitable<void> { read = (co_await stream.read_exactly(text)).has_value(); };
  const auto writer = [&]() -> asio::awaitable<void> {
    wrote = (co_await stream.write(base::as_bytes("hello"))).has_value();
  };
  asio::co_spawn(world.context(), fill(), asio::detached);
  world.settle();
  asio::co_spawn(world.context(), reader(), asio::detached);
  world.settle();
  asio::co_spawn(world.context(), writer(), asio::detached);
  world.settle();
  internet.heal(a.node.network(), b.node.network());
  EXPECT_TRUE(world.run_until([&] { return wrote && read; }, seconds{5}));
  EXPECT_EQ(base::as_text(text), "hello");
}

TEST_F(HostTest, AReadCancelledBeforeTheProposalWasSentLosesNothing) {
  internet.conditions().buffer_bytes = 600;
  start();
  connect();
  internet.cut(a.node.network(), b.node.network());
  Stream filler = open_echo();
  Stream stream = open_echo();
  const base::Bytes much(4'000, 1);
  std::array<std::uint8_t, 5> text{};
  std::optional<base::ErrorCode> cancelled;
  bool wrote = false;
  const auto fill = [&]() -> asio::awaitable<void> { static_cast<void>(co_await filler.write(much)); };
  const auto reader = [&]() -> asio::awaitable<void> { cancelled = (co_await stream.read_exactly(text)).error(); };
  const auto writer = [&]() -> asio::awaitable<void> {
    wrote = (co_await stream.write(base::as_bytes("hello"))).has_value();
  };
  asio::cancellation_signal cancel;
  asio::co_spawn(world.context(), fill(), asio::detached);
  world.settle();
  asio::co_spawn(world.context(), reader(), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  world.settle();
  asio::co_spawn(world.context(), writer(), asio::detached);
  world.settle();
  cancel.emit(asio::cancellation_type::terminal);
  world.settle();
  EXPECT_EQ(cancelled, make_error_code(StreamErrc::cancelled));
  internet.heal(a.node.network(), b.node.network());
  const auto read = world.run(stream.read_exactly(text), seconds{5});
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE(wrote);
  EXPECT_EQ(base::as_text(text), "hello");
}

// identify, ping, perf.

TEST_F(HostTest, BothEndsIdentifyEachOther) {
  a.options.agent_version = "tester";
  start();
  connect();
  const auto ours = *b.host->peer_info(a.id());
  EXPECT_EQ(ours.agent_version, "tester");
  EXPECT_EQ(ours.listen_addrs, (std::vector<Multiaddr>{*a.bound}));
  EXPECT_TRUE(std::ranges::find(ours.protocols, kEcho) != ours.protocols.end());
  world.settle();
  EXPECT_EQ(b.all<PeerIdentified>().size(), 1u);
}

TEST_F(HostTest, ARecordIsPushedAndRead) {
  start();
  connect();
  constexpr std::uint64_t kSeq = std::uint64_t{1} << 62;  // above what any clock gives
  a.host->set_record(SignedPeerRecord::sign(a.options.identity, kSeq, {*a.bound}));
  const auto arrived = [&] {
    const auto record = b.host->peer_info(a.id())->record;
    return record && record->version().seq == kSeq;
  };
  ASSERT_TRUE(world.run_until(arrived, seconds{5}));
}

TEST_F(HostTest, ANewHandlerIsPushed) {
  start();
  connect();
  a.host->set_handler("/new/1", [](Stream stream) { return echo(std::move(stream)); });
  const auto known = [&] {
    const auto protocols = b.host->peer_info(a.id())->protocols;
    return std::ranges::find(protocols, "/new/1") != protocols.end();
  };
  ASSERT_TRUE(world.run_until(known, seconds{5}));
}

TEST_F(HostTest, APingMeasuresTheRoundTrip) {
  internet.conditions().latency = milliseconds{30};
  start();
  connect();
  const auto rtt = world.run(a.host->ping(b.id(), seconds{5}), seconds{10});
  ASSERT_TRUE(rtt && *rtt) << rtt->error().message();
  EXPECT_GE(**rtt, milliseconds{60});
  EXPECT_LE(**rtt, milliseconds{130});
}

TEST_F(HostTest, APingToAPeerBehindACutPathTimesOut) {
  start();
  connect();
  internet.cut(a.node.network(), b.node.network());
  EXPECT_EQ(world.run(a.host->ping(b.id(), seconds{2}), seconds{10})->error(), StreamErrc::timed_out);
}

TEST_F(HostTest, PerfIsServedOnlyWhenAskedFor) {
  b.options.serve_perf = true;
  start();
  connect();
  auto stream = world.run(a.host->open_stream(b.id(), {"/perf/1.0.0"}), seconds{5});
  ASSERT_TRUE(*stream);
  base::Bytes ask{0, 0, 0, 0, 0, 1, 0x86, 0xa0};  // 100,000 bytes back
  ask.resize(ask.size() + 50'000, 1);
  ASSERT_TRUE(*world.run((*stream)->write(ask), seconds{5}));
  ASSERT_TRUE(*world.run((*stream)->close_write(), seconds{5}));
  base::Bytes back(100'000);
  ASSERT_TRUE(*world.run((*stream)->read_exactly(back), seconds{5}));
  std::array<std::uint8_t, 1> more{};
  EXPECT_EQ(*world.run((*stream)->read(more), seconds{5}).value(), 0u);
}

}  // namespace
}  // namespace libp2p::testing
