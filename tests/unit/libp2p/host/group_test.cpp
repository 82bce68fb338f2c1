// A group of hosts with one identity in a simulated world: each peer lives on one of them.
#include "libp2p/host_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support.hpp"

namespace libp2p::testing {
namespace {

constexpr std::size_t kLoops = 3;

/// Says what the test wrote down for a peer; else member.
class Desk final : public Admission {
 public:
  std::map<PeerId, Verdict> verdicts;
  Verdict admit(const PeerId& peer) override {
    const auto at = verdicts.find(peer);
    return at != verdicts.end() ? at->second : Verdict::member;
  }
  bool is_member_address(const Multiaddr&) override { return true; }
};

class GroupTest : public ::testing::Test {
 protected:
  void start(const HostOptions& options = {.identity = identity_of(200)}) {
    std::vector<GroupMember> members;
    for (std::size_t i = 0; i < kLoops; ++i) members.push_back({machine.environment(), &desk});
    group = std::make_unique<HostGroup>(std::move(members), options);
    for (std::size_t i = 0; i < kLoops; ++i) {
      group->host(i).set_handler(kEcho, [](Stream stream) { return echo(std::move(stream)); });
      subscriptions.push_back(group->host(i).subscribe([this, i](const HostEvent& event) {
        if (const auto* opened = std::get_if<ConnectionOpened>(&event)) homes[opened->info.peer].insert(i);
        if (const auto* opened = std::get_if<ConnectionOpened>(&event)) ids.push_back(opened->info.id);
      }));
    }
    bound = *group->first().listen(address("/ip4/10.0.1.1/tcp/4001"));
  }

  Peer& add_peer(std::uint8_t seed) {
    const std::string ip = "10.0.2." + std::to_string(seed);
    peers.push_back(std::make_unique<Peer>(world, internet, resolver, ip, seed));
    peers.back()->start();
    return *peers.back();
  }

  /// A peer with this seed or a later one that lives on host `index`.
  Peer& add_peer_on(std::size_t index) {
    while (group->index_of(PeerId::of(identity_of(next_seed).public_key())) != index) ++next_seed;
    return add_peer(next_seed++);
  }

  DialResult dial_group(Peer& peer, DialOptions options = {}) {
    auto result = world.run(peer.host->dial(group->id(), {*bound}, std::move(options)), seconds{60});
    EXPECT_TRUE(result);
    world.settle();
    return result ? *result : DialResult{};
  }

  HostMetrics metrics() { return *world.run(group->metrics(), seconds{5}); }
  void limit_connections(std::size_t connections) {
    for (std::size_t i = 0; i < group->size(); ++i) group->host(i).set_max_connections(connections);
  }

  bool echoes(Peer& peer) {
    auto stream = world.run(peer.host->open_stream(group->id(), {kEcho}), seconds{20});
    if (!stream || !*stream) return false;
    const base::Bytes words{1, 2, 3};
    auto written = world.run((*stream)->write(words), seconds{5});
    base::Bytes back(words.size());
    auto read = world.run((*stream)->read(back), seconds{5});
    return written && *written && read && *read && back == words;
  }

  void TearDown() override {
    EXPECT_TRUE(world.run(group->stop(), seconds{10})) << "stop did not end";
    for (const auto& peer : peers) EXPECT_TRUE(world.run(peer->host->stop(), seconds{10}));
    const HostMetrics left = metrics();
    EXPECT_EQ(left.connections_open, 0u);
    EXPECT_EQ(left.handshakes_pending, 0u);
    EXPECT_EQ(left.handshakes_started, left.handshakes_completed + left.handshakes_failed);
    EXPECT_EQ(left.held_bytes, 0u);
    EXPECT_EQ(left.tasks, 0u);
    world.settle();
    EXPECT_EQ(internet.open_sockets(), 0u);
    EXPECT_EQ(world.timers().size(), 0u);
  }

  sim::World world{7};
  sim::Internet internet{world};
  sim::Resolver resolver{world};
  sim::Node machine{world, internet, resolver, {"10.0.1.1"}};
  Desk desk;
  std::unique_ptr<HostGroup> group;
  std::vector<Host::Subscription> subscriptions;
  std::map<PeerId, std::set<std::size_t>> homes;  ///< On which hosts a peer's connections opened.
  std::vector<ConnectionId> ids;
  std::optional<Multiaddr> bound;
  std::vector<std::unique_ptr<Peer>> peers;
  std::uint8_t next_seed = 1;
};

TEST_F(GroupTest, EveryInboundConnectionOpensOnTheHostOfItsPeer) {
  start();
  for (std::uint8_t seed = 1; seed <= 24; ++seed) {
    Peer& peer = add_peer(seed);
    ASSERT_TRUE(dial_group(peer).connection);
    EXPECT_TRUE(echoes(peer));
    EXPECT_EQ(homes[peer.id()], std::set{group->index_of(peer.id())});
  }
  EXPECT_EQ(metrics().connections_inbound, 24u);
  const auto connections = world.run(group->connections(), seconds{5});
  ASSERT_TRUE(connections);
  EXPECT_EQ(connections->size(), 24u);
  std::ranges::sort(ids);
  EXPECT_TRUE(std::ranges::adjacent_find(ids) == ids.end()) << "connection ids are unique in the group";
}

TEST_F(GroupTest, AHostThatHoldsLittleDoesNotPayForWhatAnotherHolds) {
  HostOptions options{.identity = identity_of(200)};
  options.limits.bytes.held_hard = 400'000;
  start(options);
  std::vector<Stream> unread, senders;
  const auto hold = [&unread](Stream stream) -> asio::awaitable<void> {
    unread.push_back(std::move(stream));
    co_return;
  };
  for (std::size_t i = 0; i < kLoops; ++i) group->host(i).set_handler("/hold/1.0.0", hold);
  const auto send = [&](Peer& peer, std::size_t bytes) {
    auto stream = world.run(peer.host->open_stream(group->id(), {"/hold/1.0.0"}), seconds{20});
    ASSERT_TRUE(stream && *stream);
    const base::Bytes much(bytes, 7);
    ASSERT_TRUE(*world.run((*stream)->write(much), seconds{5}));
    senders.push_back(std::move(**stream));
    world.run_for(seconds{1});
  };
  Peer& heavy = add_peer_on(0);
  Peer& light = add_peer_on(1);
  for (Peer* peer : {&heavy, &light}) ASSERT_TRUE(dial_group(*peer).connection);
  ASSERT_NO_FATAL_FAILURE(send(heavy, 195'000));
  ASSERT_NO_FATAL_FAILURE(send(heavy, 195'000));
  ASSERT_NO_FATAL_FAILURE(send(light, 16'000));
  ASSERT_EQ(unread.size(), 3u);
  EXPECT_TRUE(world.run(unread[2].peek(), seconds{1}).value()) << "it holds less than its share";
  EXPECT_EQ(metrics().connections_open, 2u);
  ASSERT_NO_FATAL_FAILURE(send(heavy, 10));
  EXPECT_FALSE(world.run(unread[0].peek(), seconds{1}).value()) << "who holds more gives way";
  EXPECT_LE(metrics().held_bytes, 400'000u);
  unread.clear();
  senders.clear();
}

TEST_F(GroupTest, WhatCameBehindTheHandshakeIsReadAfterTheMove) {
  // Small segments: the dialer's first yamux frames arrive with message 3, or split anywhere behind it.
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{7}, std::size_t{64}}) {
    internet.conditions().max_read_bytes = bytes;
    if (!group) start();
    Peer& peer = add_peer_on(1);
    ASSERT_TRUE(dial_group(peer).connection);
    EXPECT_TRUE(echoes(peer)) << bytes;
    Host& home = group->host_of(peer.id());
    ASSERT_TRUE(world.run_until([&] { return peer.host->peer_info(group->id()) && home.peer_info(peer.id()); },
                                seconds{5}))
        << "identified both ways";
  }
}

TEST_F(GroupTest, TwoConnectionsOfOnePeerMeetOnOneHost) {
  start();
  Peer& peer = add_peer_on(2);
  ASSERT_TRUE(dial_group(peer).connection);
  ASSERT_TRUE(dial_group(peer, {.force_new = true}).connection);
  const auto back =
      world.run(group->host_of(peer.id()).dial(peer.id(), {*peer.bound}, {.force_new = true}), seconds{20});
  ASSERT_TRUE(back && back->connection);
  world.run_for(seconds{2});
  EXPECT_EQ(homes[peer.id()], std::set<std::size_t>{2});
  EXPECT_EQ(peer.host->preferred_connection(group->id())->handshake_hash,
            group->host(2).preferred_connection(peer.id())->handshake_hash);
}

TEST_F(GroupTest, APeerIsDialledOnlyFromItsOwnHost) {
  start();
  Peer& peer = add_peer_on(1);
  const auto wrong = world.run(group->host(0).dial(peer.id(), {*peer.bound}), seconds{20});
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->error, ConnErrc::lives_elsewhere);
  const auto right = world.run(group->host(1).dial(peer.id(), {*peer.bound}), seconds{20});
  ASSERT_TRUE(right && right->connection);
}

TEST_F(GroupTest, WhatTheListeningHostServesIsOwnToTheOthersToo) {
  start();
  for (std::size_t i = 0; i < kLoops; ++i) {
    Peer& peer = add_peer_on(i);
    const auto dialled = world.run(group->host(i).dial(peer.id(), {*bound}), seconds{60});
    ASSERT_TRUE(dialled);
    EXPECT_EQ(dialled->error, ConnErrc::dialed_self);
  }
  EXPECT_EQ(metrics().handshakes_started, 0u);
}

TEST_F(GroupTest, TheLimitOnConnectionsHoldsForAllHostsTogether) {
  HostOptions options{.identity = identity_of(200)};
  options.limits.count.connections = 4;
  start(options);
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(dial_group(add_peer_on(i % kLoops)).connection);
  Peer& late = add_peer_on(0);
  static_cast<void>(dial_group(late));
  world.run_for(seconds{1});
  EXPECT_EQ(late.connected_to(late), 0u);
  EXPECT_TRUE(late.host->connections().empty()) << "refused: nobody is of lower standing";
  EXPECT_EQ(metrics().connections_open, 4u);
}

TEST_F(GroupTest, TheLimitCanBeChangedAndNobodyGoesForALowerOne) {
  start();
  for (std::size_t i = 0; i < kLoops; ++i) ASSERT_TRUE(dial_group(add_peer_on(i)).connection);
  world.run_for(seconds{1});  // a dialer is through before the other end has admitted it
  limit_connections(1);
  Peer& late = add_peer_on(0);
  static_cast<void>(dial_group(late));
  world.run_for(seconds{1});
  EXPECT_TRUE(late.host->connections().empty());
  EXPECT_EQ(metrics().connections_open, 3u);
  limit_connections(4);
  EXPECT_TRUE(dial_group(late).connection);
  world.run_for(seconds{1});
  EXPECT_EQ(metrics().connections_open, 4u);
}

TEST_F(GroupTest, TheTimeForEstablishingCanBeRaised) {
  HostOptions options{.identity = identity_of(200)};
  options.limits.time.establish = seconds{2};
  start(options);
  resolver.set_silent(true);
  const PeerId peer = PeerId::of(identity_of(1).public_key());
  const auto seconds_of_a_dial = [&] {
    const base::TimePoint before = world.now();
    const std::vector<Multiaddr> name{address("/dns4/b.example/tcp/4001")};
    EXPECT_TRUE(world.run(group->host_of(peer).dial(peer, name, {.timeout = seconds{30}}), seconds{60}));
    return world.now() - before;
  };
  EXPECT_EQ(seconds_of_a_dial(), seconds{2});
  group->host_of(peer).set_establish_timeout(seconds{4});
  EXPECT_EQ(seconds_of_a_dial(), seconds{4});
}

TEST_F(GroupTest, AtTheLimitAnOperatorsEntryDisplacesAPeerOfAnotherHost) {
  HostOptions options{.identity = identity_of(200)};
  options.limits.count.connections = 2;
  start(options);
  Peer& proven = add_peer_on(1);
  Peer& listed = add_peer_on(0);
  desk.verdicts[listed.id()] = Admission::Verdict::operator_member;
  ASSERT_TRUE(dial_group(listed).connection);
  ASSERT_TRUE(dial_group(proven).connection);
  Peer& newcomer = add_peer_on(0);
  desk.verdicts[newcomer.id()] = Admission::Verdict::operator_member;
  ASSERT_TRUE(dial_group(newcomer).connection);
  world.run_for(seconds{3});
  EXPECT_EQ(newcomer.host->connections().size(), 1u);
  EXPECT_EQ(listed.host->connections().size(), 1u);
  EXPECT_TRUE(proven.host->connections().empty()) << "it was on host 1, the newcomer is on host 0";
  EXPECT_EQ(metrics().connections_open, 2u);
}

TEST_F(GroupTest, AllHostsSayWhatTheListeningOneSays) {
  start();
  world.settle();
  for (std::size_t i = 0; i < kLoops; ++i) {
    Peer& peer = add_peer_on(i);
    ASSERT_TRUE(dial_group(peer).connection);
    ASSERT_TRUE(world.run_until([&] { return peer.host->peer_info(group->id()).has_value(); }, seconds{5}));
    const PeerInfo info = *peer.host->peer_info(group->id());
    EXPECT_EQ(info.listen_addrs, std::vector{*bound});
    ASSERT_TRUE(info.record);
    EXPECT_EQ(info.record->addresses(), std::vector{*bound});
    EXPECT_EQ(info.record->version().seq, peers.front()->host->peer_info(group->id())->record->version().seq);
  }
}

TEST_F(GroupTest, AStopInTheMiddleOfHandshakesLeavesNothing) {
  start();
  for (std::size_t i = 0; i < 12; ++i) {
    Peer& peer = add_peer_on(i % kLoops);
    asio::co_spawn(world.executor(), peer.host->dial(group->id(), {*bound}), asio::detached);
  }
  world.run_for(milliseconds{3});  // some are between their two loops; TearDown stops and looks
}

}  // namespace
}  // namespace libp2p::testing
