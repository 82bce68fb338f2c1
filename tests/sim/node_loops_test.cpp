// Whole nodes with several network loops in one simulated world: the loops share the world's one executor, so that
// every hand-over happens and nothing but the seed decides. On real threads: tests/integration.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "whole_node.hpp"

namespace node::testing {
namespace {

constexpr std::size_t kNodes = 6;
constexpr std::size_t kLoops = 3;

struct Chain : Surroundings {
  Chain() : Surroundings{11} {
    for (std::size_t i = 0; i < kNodes; ++i) {
      nodes.push_back(std::make_unique<WholeNode>(*this, static_cast<std::uint8_t>(i + 1)));
      nodes.back()->set_loops(1 + i % kLoops);
      if (i > 0) nodes[i]->add_peer(*nodes[i - 1]);
    }
  }
  bool full_mesh() const {
    for (const auto& one : nodes) {
      for (const auto& other : nodes) {
        if (one != other && (one->connections_to(*other) == 0 || !one->stored(*other))) return false;
      }
    }
    return true;
  }

  std::vector<std::unique_ptr<WholeNode>> nodes;
};

TEST(NodeLoops, AChainOfNodesWithDifferentNumbersOfLoopsBecomesAFullMesh) {
  Chain chain;
  for (const auto& node : chain.nodes) ASSERT_NO_FATAL_FAILURE(node->start());
  EXPECT_TRUE(chain.world.run_until([&] { return chain.full_mesh(); }, 60s));
  for (const auto& node : chain.nodes) {
    EXPECT_EQ(node->level(observe::kConnections, {"connected"}), static_cast<std::int64_t>(kNodes - 1));
  }
  for (const auto& node : chain.nodes) ASSERT_NO_FATAL_FAILURE(node->stop());
  chain.world.run_for(1s);
  EXPECT_EQ(chain.world.timers().size(), 0u);
  EXPECT_TRUE(chain.world.at_rest());
  for (const auto& node : chain.nodes) node->destroy();
}

TEST(NodeLoops, AMeshAtRestHoldsLaterWhatItHeldAfterAMinute) {
  Chain chain;
  for (const auto& node : chain.nodes) ASSERT_NO_FATAL_FAILURE(node->start());
  ASSERT_TRUE(chain.world.run_until([&] { return chain.full_mesh(); }, 60s));
  std::vector<Activity> early;
  early.reserve(kNodes);
  chain.world.run_for(1min);
  for (const auto& node : chain.nodes) early.push_back(*chain.world.run(node->node().activity(), 1s));
  chain.world.run_for(20min);
  for (std::size_t i = 0; i < kNodes; ++i) {
    const Activity late = *chain.world.run(chain.nodes[i]->node().activity(), 1s);
    EXPECT_GE(early[i].tasks, kNodes - 1) << "a connection has its exchange stream, and that a task";
    EXPECT_GE(early[i].timers, kNodes - 1) << "a connection has its deadline";  // the world's heap, here
    // A round or a ping may be under way at one of the two moments.
    EXPECT_LE(late.tasks, early[i].tasks + 2);
    EXPECT_LE(late.streams_inbound + late.streams_outbound,
              early[i].streams_inbound + early[i].streams_outbound + 2);
  }
  for (const auto& node : chain.nodes) ASSERT_NO_FATAL_FAILURE(node->stop());
  for (const auto& node : chain.nodes) node->destroy();
}

}  // namespace
}  // namespace node::testing
