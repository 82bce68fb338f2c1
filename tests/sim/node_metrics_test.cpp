// What whole nodes count and measure, on paths whose latency is known: docs/metrics.md, row by row. Kind:
// simulation; no thread, no socket, no real time. Those that need nothing to be set up: node_seams_test.cpp.
#include <gtest/gtest.h>

#include <cerrno>

#include "exchange/messages.hpp"
#include "node/events.hpp"
#include "node/limits.hpp"
#include "whole_node.hpp"

namespace node::testing {
namespace {

constexpr std::chrono::duration<double> kRoundTrip = 40ms;

/// The second one dials the first one, and keeps its peers in a file.
class NodeMetrics : public ::testing::Test, protected Surroundings {
 protected:
  NodeMetrics() : Surroundings{1} { internet.conditions().latency = 20ms; }

  void SetUp() override {
    dialer.add_peer(listener);
    ASSERT_NO_FATAL_FAILURE(listener.start());
    ASSERT_NO_FATAL_FAILURE(dialer.start());
    ASSERT_TRUE(world.run_until([&] { return dialer.stored(listener) && listener.stored(dialer); }, 10s));
    world.settle();
  }
  void TearDown() override {
    for (WholeNode* node : {&listener, &dialer}) {
      ASSERT_NO_FATAL_FAILURE(node->stop());
      node->destroy();
    }
    world.run_for(1s);
  }

  WholeNode listener{*this, 1};
  WholeNode dialer{*this, 2, WholeNode::Keeps::in_a_file};
};

TEST_F(NodeMetrics, TimeEveryStageOfAHandshake) {
  double stages = 0;
  for (const char* stage : {"resolve", "tcp", "security", "muxer"}) {
    const auto [times, sum] = dialer.measured(observe::kHandshakeSeconds, {stage});
    EXPECT_EQ(times, 1u) << stage;
    stages += sum;
  }
  EXPECT_DOUBLE_EQ(dialer.measured(observe::kHandshakeSeconds, {"resolve"}).sum, 0)
      << "nothing had to be resolved";
  EXPECT_DOUBLE_EQ(dialer.measured(observe::kHandshakeSeconds, {"tcp"}).sum, kRoundTrip.count());
  EXPECT_GE(dialer.measured(observe::kHandshakeSeconds, {"security"}).sum, kRoundTrip.count());
  const auto total = dialer.measured(observe::kHandshakeSeconds, {"total"});
  EXPECT_EQ(total.times, 1u);
  EXPECT_NEAR(total.sum, stages, 1e-9);

  for (const char* stage : {"security", "muxer"}) {
    EXPECT_EQ(listener.measured(observe::kHandshakeSeconds, {stage}).times, 1u) << stage;
  }
  for (const char* stage : {"resolve", "tcp", "total"}) {
    EXPECT_EQ(listener.measured(observe::kHandshakeSeconds, {stage}).times, 0u) << "of dials only: " << stage;
  }
}

TEST_F(NodeMetrics, TimeLivenessPings) {
  const std::uint64_t before = dialer.measured(observe::kPingSeconds).times;
  world.run_for(60s);
  const auto [times, sum] = dialer.measured(observe::kPingSeconds);
  EXPECT_GT(times, before) << "one after 8 s of silence";
  EXPECT_NEAR(sum, static_cast<double>(times) * kRoundTrip.count(), 1e-9);
}

TEST_F(NodeMetrics, CountOpenStreamsAndThoseThatWereOpened) {
  EXPECT_EQ(dialer.level(observe::kStreams, {"outbound"}), 1) << "the exchange's";
  EXPECT_EQ(dialer.level(observe::kStreams, {"inbound"}), 0);
  EXPECT_EQ(listener.level(observe::kStreams, {"inbound"}), 1);
  EXPECT_EQ(listener.level(observe::kStreams, {"outbound"}), 0);
  EXPECT_EQ(dialer.count(observe::kStreamsOpened, {"outbound", exchange::kProtocol}), 1u);
  EXPECT_EQ(listener.count(observe::kStreamsOpened, {"inbound", exchange::kProtocol}), 1u);
  for (WholeNode* node : {&dialer, &listener}) {
    EXPECT_EQ(node->count(observe::kStreamsOpened, {"outbound", "/ipfs/id/1.0.0"}), 1u);
    EXPECT_EQ(node->count(observe::kStreamsOpened, {"inbound", "/ipfs/id/1.0.0"}), 1u);
  }
}

TEST_F(NodeMetrics, CountSavesAndThoseThatFailed) {
  const std::uint64_t saved = dialer.count(observe::kSaves, {"ok"});
  EXPECT_GT(saved, 0u) << "what the listener told of itself";
  EXPECT_EQ(dialer.count(observe::kSaves, {"failed"}), 0u);

  WholeNode newcomer{*this, 3};
  newcomer.add_peer(dialer);
  dialer.files().fail_changes(ENOSPC);
  ASSERT_NO_FATAL_FAILURE(newcomer.start());
  world.run_for(20s);
  EXPECT_GT(dialer.count(observe::kSaves, {"failed"}), 0u);
  EXPECT_EQ(dialer.count(observe::kSaves, {"ok"}), saved);
  dialer.files().fail_changes(0);
  EXPECT_TRUE(world.run_until([&] { return dialer.count(observe::kSaves, {"ok"}) > saved; }, 60s));
  ASSERT_NO_FATAL_FAILURE(newcomer.stop());
  newcomer.destroy();
}

TEST_F(NodeMetrics, AreTakenOverEveryTenSeconds) {
  world.run_for(kMetricsRefresh);
  const std::uint64_t before = dialer.shown(observe::kBytes, {"in"});
  world.run_for(kMetricsRefresh);
  EXPECT_GT(dialer.shown(observe::kBytes, {"in"}), before) << "of the exchange, and of pings every 8 s";
}

TEST_F(NodeMetrics, CountEventsThatASlowSubscriberLost) {
  constexpr std::uint64_t kTooMany = 10;
  for (const char* subscriber : {"metrics", "log"}) {
    EXPECT_EQ(dialer.count(observe::kEventsLost, {subscriber}), 0u) << subscriber;
  }
  for (std::uint64_t i = 0; i < kEventQueue + kTooMany; ++i) dialer.node().bus().publish(PeersSaved{});
  world.settle();
  for (const char* subscriber : {"metrics", "log"}) {
    EXPECT_EQ(dialer.count(observe::kEventsLost, {subscriber}), kTooMany) << subscriber;
  }
}

}  // namespace
}  // namespace node::testing
