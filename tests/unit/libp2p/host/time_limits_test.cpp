// The times of TimeLimits that a host keeps by itself: what ends then, and not before.
#include <gtest/gtest.h>

#include "support.hpp"
#include "unit/libp2p/conn/support.hpp"

namespace libp2p::testing {
namespace {

class TimeLimitTest : public HostTest {
 protected:
  TimeLimitTest() { internet.conditions().latency = {}; }

  base::Duration since(base::TimePoint before) const { return world.now() - before; }
};

// Dialling
// -------------------------------------------------------------------------------------------------------

TEST_F(TimeLimitTest, ANameThatIsNotResolvedInTimeIsGivenUp) {
  a.options.limits.time.resolve = seconds{3};
  start();
  resolver.set_silent(true);
  const base::TimePoint before = world.now();
  const auto result = world.run(a.host->dial(b.id(), {address("/dns/b.example/tcp/4001")}), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_EQ(since(before), seconds{3});
  ASSERT_EQ(result->attempts.size(), 1u);
  EXPECT_EQ(result->attempts[0].stage, DialStage::resolve);
  EXPECT_EQ(result->attempts[0].error, asio::error::timed_out);
}

TEST_F(TimeLimitTest, AnAddressThatDoesNotAnswerIsGivenUp) {
  a.options.limits.time.tcp_connect = seconds{3};
  start();
  const base::TimePoint before = world.now();
  const auto result = world.run(a.host->dial(b.id(), {address("/ip4/10.0.0.99/tcp/4001")}), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_EQ(since(before), seconds{3});
  EXPECT_EQ(result->error, asio::error::timed_out);
  EXPECT_EQ(result->attempts[0].stage, DialStage::tcp);
}

// Streams
// -------------------------------------------------------------------------------------------------------

/// One connection that a test opens streams on by itself, without a host.
class ByHand : public TimeLimitTest {
 protected:
  void SetUp() override {
    b.options.limits.time.negotiation = seconds{3};
    start();
    connecting = caller->network.connect(*io::to_endpoint(*b.bound), [this](auto socket) {
      caller->start(std::move(*socket), Direction::outbound, b.id());
    });
    ASSERT_TRUE(world.run_until([&] { return caller->is_open(); }, seconds{5}));
    world.run_for(seconds{1});
  }
  void TearDown() override {
    caller.reset();
    TimeLimitTest::TearDown();
  }

  std::unique_ptr<conn::testing::Party> caller =
      std::make_unique<conn::testing::Party>(world, internet, "10.0.0.3", std::uint8_t{3});
  std::unique_ptr<io::Operation> connecting;
};

TEST_F(ByHand, AStreamThatDoesNotSayWhatItIsForIsReset) {
  Stream stream = caller->open();
  ASSERT_TRUE(*world.run(stream.write(base::Bytes{19}), seconds{1}));  // the length of a first message
  const base::TimePoint before = world.now();
  std::array<std::uint8_t, 64> header{};
  auto got = world.run(stream.read(header), seconds{60});
  while (got && *got && **got > 0) got = world.run(stream.read(header), seconds{60});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error(), StreamErrc::reset_by_peer);
  EXPECT_EQ(since(before), seconds{3});
}

TEST_F(TimeLimitTest, AnIdentifyThatIsNotAnsweredEnds) {
  a.options.limits.time.request = seconds{3};
  start();
  std::optional<Stream> asked;
  b.host->set_handler("/ipfs/id/1.0.0", [&asked](Stream stream) -> asio::awaitable<void> {
    asked = std::move(stream);
    co_return;
  });
  const DialResult result = dial();
  ASSERT_TRUE(result.connection);
  const base::TimePoint before = world.now();
  ASSERT_TRUE(world.run_until([&] { return asked.has_value(); }, seconds{1}));
  EXPECT_GT(a.host->metrics().tasks, 0u);
  ASSERT_TRUE(world.run_until([&] { return a.host->metrics().tasks == 0; }, seconds{60}));
  EXPECT_EQ(since(before), seconds{3});
}

class PingStreams : public TimeLimitTest {
 protected:
  void SetUp() override {
    b.options.limits.time.ping_idle = seconds{5};
    b.options.limits.count.ping_streams_per_peer = 1;
    start();
    ASSERT_NO_FATAL_FAILURE(connect());
  }
  Stream open_ping() {
    auto stream = world.run(a.host->open_stream(b.id(), {"/ipfs/ping/1.0.0"}), seconds{5});
    EXPECT_TRUE(stream && *stream);
    return std::move(**stream);
  }
  bool answers(Stream& stream) {
    base::Bytes payload(32, 7);
    const auto written = world.run(stream.write(payload), seconds{1});
    const auto got = world.run(stream.read_exactly(payload), seconds{1});
    return written && *written && got && *got;
  }
};

TEST_F(PingStreams, EndWhenNobodyPingsThere) {
  Stream stream = open_ping();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(answers(stream));
    world.run_for(seconds{4});
  }
  ASSERT_TRUE(answers(stream));
  const base::TimePoint before = world.now();
  std::array<std::uint8_t, 1> byte{};
  EXPECT_EQ(world.run(stream.read(byte), seconds{60})->error(), StreamErrc::reset_by_peer);
  EXPECT_EQ(since(before), seconds{5});
}

TEST_F(PingStreams, AreLimitedForEachPeer) {
  Stream first = open_ping();
  ASSERT_TRUE(answers(first));
  Stream second = open_ping();
  EXPECT_FALSE(answers(second));
  EXPECT_TRUE(answers(first));
  first.reset();
  world.run_for(seconds{1});
  Stream third = open_ping();
  EXPECT_TRUE(answers(third));
}

// Listeners, and the end
// -------------------------------------------------------------------------------------------------------

TEST_F(TimeLimitTest, AListenerThatGoesLingers) {
  b.options.limits.time.listener_linger = seconds{3};
  start();
  ASSERT_FALSE(b.host->prepare_listeners({address("/ip4/10.0.0.2/tcp/4002")}));
  b.host->commit_listeners();
  const base::TimePoint before = world.now();
  ASSERT_TRUE(world.run(b.host->release_listeners(), seconds{60}));
  EXPECT_EQ(since(before), seconds{3});
}

TEST_F(TimeLimitTest, AStopIsHardAfterItsTimeAndNotBefore) {
  a.options.limits.time.stop = milliseconds{600};
  start();
  connect();
  Stream stream = open_echo();
  ASSERT_TRUE(*world.run(stream.write(base::as_bytes("x")), seconds{1}));
  internet.cut(a.node.network(), b.node.network());  // an orderly one would wait for the stream to end
  const base::TimePoint before = world.now();
  ASSERT_TRUE(world.run(a.host->stop(), seconds{60}));
  EXPECT_EQ(since(before), milliseconds{600});
}

}  // namespace
}  // namespace libp2p::testing
