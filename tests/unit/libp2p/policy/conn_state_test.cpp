// The table of a connection's stages.
#include "libp2p/policy/conn_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace libp2p::policy {
namespace {

constexpr std::array kStages{ConnStage::resolving, ConnStage::dialing, ConnStage::securing, ConnStage::muxing,
                             ConnStage::open,      ConnStage::closing, ConnStage::closed};
constexpr std::array kEvents{ConnEvent::resolved, ConnEvent::connected, ConnEvent::secured, ConnEvent::muxed,
                             ConnEvent::close,    ConnEvent::fail,      ConnEvent::drained};

TEST(ConnState, EveryEdgeOfTheTableAndNoOtherExists) {
  for (const ConnStage from : kStages) {
    for (const ConnEvent on : kEvents) {
      const auto edge =
          std::ranges::find_if(kConnEdges, [&](const ConnEdge& e) { return e.from == from && e.on == on; });
      const std::optional<ConnStage> want = edge != kConnEdges.end() ? std::optional{edge->to} : std::nullopt;
      EXPECT_EQ(next(from, on), want) << to_text(from) << " on " << to_text(on);
    }
  }
}

TEST(ConnState, NoEventHasTwoEdgesFromOneStage) {
  std::set<std::pair<ConnStage, ConnEvent>> seen;
  for (const ConnEdge& edge : kConnEdges) EXPECT_TRUE(seen.emplace(edge.from, edge.on).second);
}

TEST(ConnState, ADialWalksThroughAllStages) {
  ConnStage stage = ConnStage::resolving;
  for (const ConnEvent on : {ConnEvent::resolved, ConnEvent::connected, ConnEvent::secured, ConnEvent::muxed,
                             ConnEvent::close, ConnEvent::drained}) {
    const auto to = next(stage, on);
    ASSERT_TRUE(to) << to_text(stage) << " on " << to_text(on);
    stage = *to;
  }
  EXPECT_EQ(stage, ConnStage::closed);
}

TEST(ConnState, EveryStageButClosedCanFail) {
  for (const ConnStage stage : kStages) {
    EXPECT_EQ(next(stage, ConnEvent::fail).has_value(), stage != ConnStage::closed) << to_text(stage);
  }
}

TEST(ConnState, NamesAreDistinct) {
  std::set<std::string_view> stages;
  std::set<std::string_view> events;
  for (const ConnStage stage : kStages) stages.insert(to_text(stage));
  for (const ConnEvent event : kEvents) events.insert(to_text(event));
  EXPECT_EQ(stages.size(), kStages.size());
  EXPECT_EQ(events.size(), kEvents.size());
}

}  // namespace
}  // namespace libp2p::policy
