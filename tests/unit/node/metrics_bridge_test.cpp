#include "node/metrics_bridge.hpp"

#include <gtest/gtest.h>

#include <array>

#include "observe/metric_names.hpp"
#include "unit/node/support.hpp"

namespace node {
namespace {

using peers::PeerState;

class MetricsBridgeTest : public testing::Test {
 protected:
  void move(PeerState from, PeerState to) {
    bus_.publish(PeerMoved{{.peer = peer(1), .from = from, .to = to}});
    bridge_.drain();
  }
  std::int64_t in_state(std::string_view label) { return registry_.gauge(observe::kConnections, {label}).value(); }

  observe::Registry registry_;
  observe::Bus bus_;
  MetricsBridge bridge_{registry_, bus_, [] {}};
};

TEST_F(MetricsBridgeTest, CountsAPeerInTheStateThatItIsIn) {
  struct Step {
    PeerState to;
    std::string_view label;  // As docs/metrics.md lists them.
  };
  constexpr std::array kSteps{Step{PeerState::connecting, "connecting"}, Step{PeerState::failed, "failed"},
                              Step{PeerState::backing_off, "backing_off"}, Step{PeerState::connected, "connected"},
                              Step{PeerState::disconnecting, "disconnecting"}};
  PeerState before = PeerState::idle;
  for (const Step& step : kSteps) {
    move(before, step.to);
    before = step.to;
    for (const Step& other : kSteps) {
      EXPECT_EQ(in_state(other.label), other.to == step.to ? 1 : 0)
          << other.label << " while it is " << step.label;
    }
  }
  move(before, PeerState::idle);
  EXPECT_EQ(in_state("disconnecting"), 0);
}

TEST_F(MetricsBridgeTest, CountsTheFirstDialsToToldPeersByTheirResult) {
  const auto outbound = connection(1, peer(1), libp2p::Direction::outbound, addr("/ip4/10.0.0.1/tcp/9000"));
  bus_.publish(DialEnded{.peer = peer(1), .connection = outbound, .discovery = true});
  bus_.publish(DialEnded{.peer = peer(2), .error = make_error_code(std::errc::timed_out), .discovery = true});
  bus_.publish(DialEnded{.peer = peer(3), .connection = outbound});
  bridge_.drain();
  EXPECT_EQ(registry_.counter(observe::kDiscoveryDials, {"ok"}).value(), 1U);
  EXPECT_EQ(registry_.counter(observe::kDiscoveryDials, {"failed"}).value(), 1U);
  EXPECT_EQ(registry_.counter(observe::kDials, {"ok"}).value(), 2U);
}

}  // namespace
}  // namespace node
