// Whole nodes that change where they listen while they run: what their peers see of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/listeners_component.hpp"
#include "whole_node.hpp"

namespace node::testing {
namespace {

namespace reload = config::reload;
namespace text = config::text;

libp2p::Multiaddr addr(const std::string& text) { return *libp2p::Multiaddr::from_text(text); }

/// Two nodes that know each other; the first one is changed.
class NodeRebind : public ::testing::Test {
 protected:
  void SetUp() override {
    moving.add_peer(other);
    ASSERT_NO_FATAL_FAILURE(moving.start());
    ASSERT_NO_FATAL_FAILURE(other.start());
    ASSERT_TRUE(
        around.world.run_until([&] { return connected() && moving.stored(other) && other.stored(moving); }, 30s));
    before.network.addresses = {address_of(1)};
    after = before;
    component = std::make_unique<ListenersComponent>(
        around.world.executor(), moving.node().listening(),
        reload::Answers{.prepared =
                            [this](reload::Ticket ticket, std::optional<reload::Failure> failure) {
                              prepared[ticket.number] = std::move(failure);
                            },
                        .released = [this](reload::Ticket ticket) { released.push_back(ticket.number); }});
  }
  void TearDown() override {
    component.reset();
    for (WholeNode* node : {&moving, &other}) ASSERT_NO_FATAL_FAILURE(node->stop());
    around.world.run_for(1s);
    EXPECT_EQ(around.world.timers().size(), 0u);
    EXPECT_TRUE(around.world.at_rest());
    for (WholeNode* node : {&moving, &other}) node->destroy();
  }

  bool connected() const { return moving.connections_to(other) == 1 && other.connections_to(moving) == 1; }
  std::vector<const text::Key*> changed() const {
    std::vector<const text::Key*> keys;
    if (before.network.addresses != after.network.addresses) keys.push_back(text::find_key("network.addresses"));
    if (before.network.announce_addresses != after.network.announce_addresses) {
      keys.push_back(text::find_key("network.announce_addresses"));
    }
    return keys;
  }
  /// From `before` to `after`; the failure, if there is one.
  std::optional<reload::Failure> prepare() {
    const auto keys = changed();
    const reload::Ticket ticket{.number = ++tickets};
    component->prepare({.before = before, .after = after, .changed = keys}, ticket);
    EXPECT_TRUE(prepared.empty()) << "never from inside the call";
    EXPECT_TRUE(around.world.run_until([&] { return prepared.contains(ticket.number); }, 1s));
    return std::exchange(prepared, {})[ticket.number];
  }
  void release() {
    const reload::Ticket ticket{.number = ++tickets};
    component->release(ticket);
    EXPECT_TRUE(around.world.run_until([&] { return !released.empty(); }, 2s));
    EXPECT_EQ(std::exchange(released, {}), std::vector{ticket.number});
  }
  std::string last_bound() { return moving.values("network.listening", "addrs").back(); }

  Surroundings around{21};
  WholeNode moving{around, 1};
  WholeNode other{around, 2};
  text::Settings before;
  text::Settings after;
  std::unique_ptr<ListenersComponent> component;
  std::map<std::uint64_t, std::optional<reload::Failure>> prepared;
  std::vector<std::uint64_t> released;
  std::uint64_t tickets = 0;
};

TEST_F(NodeRebind, ItsPeersStayConnectedAndLearnTheNewAddress) {
  const std::uint64_t number = moving.record_number();
  after.network.addresses = {addr("/ip4/10.0.0.1/tcp/9100")};
  ASSERT_FALSE(prepare());
  component->commit();
  release();
  EXPECT_TRUE(around.world.run_until([&] { return moving.record_number() > number; }, 10s));
  EXPECT_NE(last_bound().find("/ip4/10.0.0.1/tcp/9100"), std::string::npos) << last_bound();
  around.world.run_for(2s);
  EXPECT_TRUE(connected());
  EXPECT_TRUE(other.lines("peer.disconnected").empty());
  EXPECT_EQ(moving.network().listeners(), 1u);
}

TEST_F(NodeRebind, AWildcardTakesOverThePortOfAnAddressAndBack) {
  for (const char* next : {"/ip4/0.0.0.0/tcp/9000", "/ip4/10.0.0.1/tcp/9000"}) {
    after.network.addresses = {addr(next)};
    ASSERT_FALSE(prepare());
    component->commit();
    release();
    EXPECT_EQ(moving.node().hosts().first().listen_addresses(), after.network.addresses);
    before = after;
  }
  EXPECT_TRUE(connected());
}

TEST_F(NodeRebind, AnAddressThatCannotBeBoundIsNamedAndNothingChanges) {
  const std::uint64_t number = moving.record_number();
  after.network.addresses = {addr("/ip4/10.0.0.1/tcp/9100"), addr("/ip4/192.0.2.77/tcp/9000")};
  const std::optional<reload::Failure> failure = prepare();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->key, "network.addresses");
  EXPECT_NE(failure->reason.find("/ip4/192.0.2.77/tcp/9000"), std::string::npos) << failure->reason;
  component->abort();
  release();
  around.world.run_for(2s);
  EXPECT_EQ(moving.network().listeners(), 1u);
  EXPECT_EQ(moving.node().hosts().first().listen_addresses(), before.network.addresses);
  EXPECT_EQ(moving.record_number(), number);
  EXPECT_TRUE(connected());
}

TEST_F(NodeRebind, AnAbortWhileItIsStillPreparedUndoesIt) {
  after.network.addresses = {addr("/ip4/10.0.0.1/tcp/9100")};
  const auto keys = changed();
  component->prepare({.before = before, .after = after, .changed = keys}, {.number = ++tickets});
  component->abort();
  release();
  EXPECT_EQ(moving.network().listeners(), 1u);
  EXPECT_EQ(moving.node().hosts().first().listen_addresses(), before.network.addresses);
}

TEST_F(NodeRebind, Ip6IsLeftOutWhereTheHostHasNone) {
  after.network.addresses = {addr("/ip4/10.0.0.1/tcp/9000"), addr("/ip6/::/tcp/9000")};
  ASSERT_FALSE(prepare());
  component->commit();
  release();
  EXPECT_EQ(moving.lines("network.listen.skipped").size(), 1u);
  EXPECT_EQ(moving.node().hosts().first().listen_addresses(), before.network.addresses);
}

TEST_F(NodeRebind, OneAddressHasToBeLeft) {
  after.network.addresses = {addr("/ip6/::/tcp/9000")};
  const std::optional<reload::Failure> failure = prepare();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->key, "network.addresses");
  component->abort();
  release();
  EXPECT_EQ(moving.node().hosts().first().listen_addresses(), before.network.addresses);
}

TEST_F(NodeRebind, AnotherAnnouncedAddressIsSignedAndTouchesNoSocket) {
  const std::uint64_t number = moving.record_number();
  after.network.announce_addresses = {addr("/dns4/node1.example.com/tcp/9000")};
  ASSERT_FALSE(prepare());
  component->commit();
  release();
  EXPECT_TRUE(around.world.run_until([&] { return moving.record_number() > number; }, 10s));
  EXPECT_EQ(moving.node().hosts().first().announced_addresses(), after.network.announce_addresses);
  EXPECT_TRUE(connected());
}

TEST_F(NodeRebind, AStopDuringTheReleaseEndsInTime) {
  after.network.addresses = {addr("/ip4/10.0.0.1/tcp/9100")};
  ASSERT_FALSE(prepare());
  component->commit();
  component->release({.number = ++tickets});
  around.world.settle();
  EXPECT_TRUE(released.empty());
  // The stop and its checks are in TearDown.
}

}  // namespace
}  // namespace node::testing
