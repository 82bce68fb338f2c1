// Whole nodes in one simulated world: that the parts fit together, and that nothing but the seed decides. Kind:
// simulation; no thread, no socket, no real time. What the nodes do on a real network: tests/integration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <initializer_list>

#include "whole_node.hpp"

namespace node::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Keeps = WholeNode::Keeps;

bool connected(const WholeNode& a, const WholeNode& b) {
  return a.connections_to(b) > 0 && b.connections_to(a) > 0;
}

/// Connected, and each has the record of the other in its store.
bool acquainted(const WholeNode& a, const WholeNode& b) { return connected(a, b) && a.stored(b) && b.stored(a); }

/// One after the other, in good order. Then nothing in the world waits for anything.
void stop_all(sim::World& world, std::initializer_list<WholeNode*> nodes) {
  for (WholeNode* node : nodes) ASSERT_NO_FATAL_FAILURE(node->stop());
  world.run_for(1s);  // the last segments arrive
  EXPECT_EQ(world.timers().size(), 0u);
  EXPECT_TRUE(world.at_rest());
  for (WholeNode* node : nodes) node->destroy();
}

/// The second node knows the first one.
class TwoNodes : public ::testing::Test, protected Surroundings {
 protected:
  TwoNodes() : Surroundings{1} {}

  void start() {
    b.add_peer(a);
    ASSERT_NO_FATAL_FAILURE(a.start());
    ASSERT_NO_FATAL_FAILURE(b.start());
  }
  void meet() {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(world.run_until([&] { return acquainted(a, b); }, 10s));
    world.settle();  // the log is written right after
  }

  WholeNode a{*this, 1};
  WholeNode b{*this, 2};
};

TEST_F(TwoNodes, ConnectAndStoreEachOthersRecords) {
  meet();
  EXPECT_EQ(a.connections_to(b), 1u);
  EXPECT_EQ(a.values("record.proven", "peer"), std::vector{b.name()});
  EXPECT_EQ(b.values("record.proven", "peer"), std::vector{a.name()});
  EXPECT_GT(a.record_number(), 0u);
  EXPECT_GT(b.record_number(), 0u);
  stop_all(world, {&a, &b});
}

TEST_F(TwoNodes, SayWhatOperatorsSearchForWordForWord) {
  meet();
  world.run_for(1s);
  stop_all(world, {&a, &b});
  const std::vector<std::string> both{"BTC Federation Node starting with config",
                                      "Network manager started successfully",
                                      "Listening addresses",
                                      "Node started successfully",
                                      "Connection established with peer",
                                      "Peer disconnected"};
  EXPECT_THAT(a.messages(), IsSupersetOf(both));
  EXPECT_THAT(b.messages(), IsSupersetOf(both));
  EXPECT_THAT(a.messages(), Contains("No peers configured - running in standalone mode"));
  EXPECT_THAT(b.messages(), Contains("Successfully connected to peer"));
  EXPECT_THAT(b.messages(), Not(Contains("No peers configured - running in standalone mode")));
  // The start waits for no peer.
  EXPECT_EQ(b.values("node.started", "took_ms"), std::vector<std::string>{"0"});
  EXPECT_EQ(b.values("peer.connected", "addr"), std::vector<std::string>{"/ip4/10.0.0.1/tcp/9000"});
}

TEST_F(TwoNodes, CountWhatTheyDid) {
  meet();
  world.run_for(60s);  // rounds in both directions
  for (WholeNode* node : {&a, &b}) {
    EXPECT_GE(node->count(observe::kExchangeMessages, {"in", "hello"}), 1u);
    EXPECT_GE(node->count(observe::kExchangeMessages, {"out", "hello"}), 1u);
    EXPECT_GT(node->count(observe::kBytes, {"in"}), 0u);
    EXPECT_GT(node->count(observe::kBytes, {"out"}), 0u);
    EXPECT_GE(node->count(observe::kRecords, {"proven"}), 1u);
    EXPECT_EQ(node->level(observe::kPeersKnown), 1);
    EXPECT_EQ(node->level(observe::kConnections, {"connected"}), 1);
    EXPECT_THAT(node->values("exchange.round.ended", "result"), Contains(std::string{"complete"}));
  }
  EXPECT_EQ(b.count(observe::kDials, {"ok"}), 1u);
  EXPECT_EQ(b.count(observe::kHandshakes, {"outbound", "ok"}), 1u);
  EXPECT_EQ(a.count(observe::kHandshakes, {"inbound", "ok"}), 1u);
  stop_all(world, {&a, &b});
}

TEST_F(TwoNodes, NoticeAPartitionAndMendIt) {
  meet();
  internet.cut(a.network(), b.network());
  EXPECT_TRUE(world.run_until([&] { return a.connections_to(b) == 0 && b.connections_to(a) == 0; }, 25s));
  world.run_for(35s);
  EXPECT_FALSE(connected(a, b));
  for (WholeNode* node : {&a, &b}) {
    EXPECT_EQ(node->values("peer.disconnected", "reason"),
              std::vector<std::string>{"the peer does not answer pings"});
    EXPECT_THAT(node->messages(), Contains("Connection to peer failed"));
  }
  internet.heal(a.network(), b.network());
  EXPECT_TRUE(world.run_until([&] { return connected(a, b); }, 20s));
  world.run_for(60s);
  EXPECT_TRUE(connected(a, b)) << "what mended does not last";
  stop_all(world, {&a, &b});
}

TEST_F(TwoNodes, ReconnectAfterTheirConnectionIsReset) {
  meet();
  internet.reset(a.network(), b.network());
  EXPECT_TRUE(world.run_until([&] { return a.connections_to(b) == 0 && b.connections_to(a) == 0; }, 1s));
  EXPECT_TRUE(world.run_until([&] { return connected(a, b); }, 5s));
  stop_all(world, {&a, &b});
}

TEST_F(TwoNodes, TellTheirAddressesOnlyWhenNodeStateIsOnDisk) {
  b.files().fail_changes(ENOSPC);
  start();
  world.run_for(20s);
  ASSERT_TRUE(connected(a, b));
  EXPECT_FALSE(a.stored(b));
  EXPECT_EQ(b.record_number(), 0u);
  EXPECT_EQ(b.lines("record.own.unsaved").size(), 1u) << "tried again, and told once";
  b.files().fail_changes(0);
  EXPECT_TRUE(world.run_until([&] { return a.stored(b); }, 40s));
  EXPECT_GT(b.record_number(), 0u);
  stop_all(world, {&a, &b});
}

TEST(WholeNodes, ThatCannotSaveStopAllTheSameAndSayWhatIsLost) {
  Surroundings around{1};
  WholeNode a{around, 1};
  WholeNode b{around, 2, Keeps::in_a_file};
  b.add_peer(a);
  ASSERT_NO_FATAL_FAILURE(a.start());
  ASSERT_NO_FATAL_FAILURE(b.start());
  ASSERT_TRUE(around.world.run_until([&] { return a.stored(b); }, 10s)) << "its own record is on disk";
  b.files().fail_changes(ENOSPC);
  around.world.run_for(20s);
  EXPECT_FALSE(b.stored(a));
  EXPECT_EQ(b.lines("peers.unsaved").size(), 1u) << "tried again, and told once";
  for (WholeNode* node : {&a, &b}) ASSERT_NO_FATAL_FAILURE(node->stop());
  for (WholeNode* node : {&a, &b}) node->destroy();
  around.world.run_for(1s);
  EXPECT_TRUE(around.world.at_rest());
}

TEST(WholeNodes, ThatHaveNoIp6SkipItsAddressAndServeTheOther) {
  const auto addr = [](const char* text) { return *libp2p::Multiaddr::from_text(text); };
  Surroundings around{1};
  WholeNode a{around, 1};
  WholeNode b{around, 2};
  a.listen_on({addr("/ip6/::/tcp/9000"), addr("/ip4/0.0.0.0/tcp/9000")});  // its machine is 10.0.0.1 alone
  b.add_peer(a);
  ASSERT_NO_FATAL_FAILURE(a.start());
  ASSERT_NO_FATAL_FAILURE(b.start());
  EXPECT_EQ(a.values("network.listen.skipped", "addr"), std::vector<std::string>{"/ip6/::/tcp/9000"});
  EXPECT_EQ(a.network().listeners(), 1u);
  EXPECT_TRUE(around.world.run_until([&] { return acquainted(a, b); }, 10s));
  stop_all(around.world, {&a, &b});
}

TEST(WholeNodes, ThatHaveNothingButIp6AndNoIp6DoNotStart) {
  Surroundings around{1};
  WholeNode a{around, 1};
  a.listen_on({*libp2p::Multiaddr::from_text("/ip6/::/tcp/9000")});
  std::optional<StartFailure> failure;
  ASSERT_NO_FATAL_FAILURE(a.try_to_start(failure));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->address) << "all were skipped";
  EXPECT_EQ(failure->error, boost::asio::error::address_family_not_supported);
  stop_all(around.world, {&a});
}

TEST(WholeNodes, ThatDialEachOtherAtOnceKeepOneConnection) {
  Surroundings around{1};
  around.internet.conditions().latency = 300ms;  // a handshake takes longer than the larger id waits
  WholeNode a{around, 1};
  WholeNode b{around, 2};
  a.add_peer(b);
  b.add_peer(a);
  ASSERT_NO_FATAL_FAILURE(a.start());
  ASSERT_NO_FATAL_FAILURE(b.start());
  ASSERT_TRUE(around.world.run_until([&] { return a.connections_to(b) == 2 && b.connections_to(a) == 2; }, 20s));
  EXPECT_TRUE(around.world.run_until([&] { return a.connections_to(b) == 1 && b.connections_to(a) == 1; }, 90s));
  EXPECT_TRUE(around.world.run_until([&] { return acquainted(a, b); }, 60s));
  EXPECT_THAT(a.values("peer.disconnected", "last"), Each(std::string{"false"}));
  stop_all(around.world, {&a, &b});
}

/// Each node knows only the one before it.
struct Chain : Surroundings {
  explicit Chain(std::uint64_t seed) : Surroundings{seed} {}

  void start() {
    b.add_peer(a);
    c.add_peer(b);
    for (WholeNode* node : {&a, &b, &c}) ASSERT_NO_FATAL_FAILURE(node->start());
  }
  void meet() {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(world.run_until([&] { return meshed(); }, 30s));
    world.settle();
  }
  bool meshed() const { return acquainted(a, b) && acquainted(b, c) && acquainted(a, c); }

  WholeNode a{*this, 1, Keeps::in_a_file};
  WholeNode b{*this, 2, Keeps::in_a_file};
  WholeNode c{*this, 3, Keeps::in_a_file};
};

TEST(ChainOfThree, TheEndsFindEachOtherAndEveryFileHoldsAll) {
  Chain chain{1};
  chain.meet();
  EXPECT_THAT(chain.a.values("record.learned", "peer"), Contains(chain.c.name()));
  EXPECT_THAT(chain.c.values("record.learned", "peer"), Contains(chain.a.name()));
  EXPECT_FALSE(chain.b.lines("peers.saved").empty());
  stop_all(chain.world, {&chain.a, &chain.b, &chain.c});
}

TEST(ChainOfThree, ANodeThatRestartsKeepsItsRecordAndItsPlaceInTheMesh) {
  Chain chain{1};
  chain.meet();
  WholeNode& end = chain.c;
  const std::uint64_t number = end.record_number();
  ASSERT_NO_FATAL_FAILURE(end.stop());
  end.destroy();
  chain.world.run_for(10s);
  EXPECT_EQ(chain.a.connections_to(end), 0u);
  ASSERT_NO_FATAL_FAILURE(end.start());
  EXPECT_TRUE(chain.world.run_until([&] { return chain.meshed(); }, 30s));
  EXPECT_EQ(end.record_number(), number) << "the same addresses need no new number";
  stop_all(chain.world, {&chain.a, &chain.b, &chain.c});
}

TEST(ChainOfThree, ANodeThatLosesPowerIsNoticedAndTakenBack) {
  Chain chain{1};
  chain.meet();
  chain.b.network().power_off();
  EXPECT_TRUE(chain.world.run_until(
      [&] { return chain.a.connections_to(chain.b) == 0 && chain.c.connections_to(chain.b) == 0; }, 25s));
  EXPECT_TRUE(connected(chain.a, chain.c));
  chain.b.destroy();
  chain.b.files().crash();
  chain.b.network().power_on();
  ASSERT_NO_FATAL_FAILURE(chain.b.start());
  EXPECT_TRUE(chain.world.run_until([&] { return chain.meshed(); }, 30s));
  stop_all(chain.world, {&chain.a, &chain.b, &chain.c});
}

/// What a run leaves behind: all that happened on the wires, and all that the nodes said.
struct Trail {
  std::uint64_t events;
  std::uint64_t event_hash;
  std::string log;
  bool operator==(const Trail&) const = default;
};

Trail run_with(std::uint64_t seed) {
  Chain chain{seed};
  chain.internet.conditions() = {.latency = 5ms, .jitter = 5ms, .max_read_bytes = 300, .max_write_bytes = 300};
  chain.meet();
  chain.internet.cut(chain.a.network(), chain.c.network());
  chain.world.run_for(60s);
  EXPECT_FALSE(connected(chain.a, chain.c));
  chain.internet.heal(chain.a.network(), chain.c.network());
  EXPECT_TRUE(chain.world.run_until([&] { return chain.meshed(); }, 30s));
  stop_all(chain.world, {&chain.a, &chain.b, &chain.c});
  return {.events = chain.world.event_count(),
          .event_hash = chain.world.event_hash(),
          .log = chain.a.whole_log() + chain.b.whole_log() + chain.c.whole_log()};
}

TEST(ChainOfThree, TheSameSeedGivesTheSameRunToTheLastByteAndLine) {
  const Trail once = run_with(7);
  const Trail again = run_with(7);
  EXPECT_GT(once.events, 0u);
  EXPECT_EQ(once.events, again.events);
  EXPECT_EQ(once.event_hash, again.event_hash);
  EXPECT_TRUE(once.log == again.log);
}

TEST(ChainOfThree, AnotherSeedGivesAnotherRun) {
  const Trail one = run_with(7);
  const Trail other = run_with(8);
  EXPECT_NE(one.event_hash, other.event_hash);
  EXPECT_FALSE(one.log == other.log) << "the hash differs by the seed alone";
}

class Seeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, AChainBecomesAMeshMendsAndStopsOnSlowAndTornPaths) { EXPECT_GT(run_with(GetParam()).events, 0u); }

INSTANTIATE_TEST_SUITE_P(ChainOfThree, Seeds, ::testing::Range(std::uint64_t{100}, std::uint64_t{110}),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

}  // namespace
}  // namespace node::testing
