// Streams of a host: protocols, handlers, and users that do two things at once.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "support.hpp"

namespace libp2p::testing {
namespace {

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

TEST_F(HostTest, AServedStreamIsATaskUntilItEnds) {
  start();
  connect();
  world.run_for(seconds{5});  // identify is through
  const std::uint64_t before = b.host->metrics().tasks;
  {
    Stream stream = open_echo();
    ASSERT_TRUE(*world.run(stream.write(base::as_bytes("hello")), seconds{1}));
    ASSERT_TRUE(world.run_until([&] { return b.host->metrics().tasks == before + 1; }, seconds{1}));
    EXPECT_GT(b.host->metrics().timers, 0u) << "no deadline watches the connection";
  }
  EXPECT_TRUE(world.run_until([&] { return b.host->metrics().tasks == before; }, seconds{1}));
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

}  // namespace
}  // namespace libp2p::testing
