// Limits on connections through whole hosts: who gives way when all places are taken, and what follows a
// connection that has carried all the frames that one may carry.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "support.hpp"
#include "unit/libp2p/conn/support.hpp"

namespace libp2p::testing {
namespace {

using Verdict = Admission::Verdict;

class ByList : public Admission {
 public:
  Verdict admit(const PeerId& peer) override {
    const auto at = verdicts.find(peer);
    return at != verdicts.end() ? at->second : Verdict::stranger;
  }
  bool is_member_address(const Multiaddr&) override { return false; }

  std::map<PeerId, Verdict> verdicts;
};

/// `b` has a few places; `a` and `c` want one.
class ScarceConnections : public ::testing::Test, protected TwoHosts {
 protected:
  void SetUp() override {
    b.options.admission = &list;
    b.options.limits.count.connections = 1;
    start();
    c.start();
  }
  void TearDown() override {
    EXPECT_TRUE(world.run(c.host->stop(), seconds{10}));
    finish();
  }
  DialResult join(Peer& from) {
    auto result = world.run(from.host->dial(b.id(), {*b.bound}), seconds{30});
    EXPECT_TRUE(result);
    world.run_for(seconds{2});
    return result ? *result : DialResult{};
  }
  std::vector<base::ErrorCode> closed_at_b() {
    std::vector<base::ErrorCode> reasons;
    for (const ConnectionClosed& closed : b.all<ConnectionClosed>()) reasons.push_back(closed.reason);
    return reasons;
  }

  Peer c{world, internet, resolver, "10.0.0.3", 3};
  ByList list;
};

TEST_F(ScarceConnections, OneBelowTheLimitEverybodyIsTaken) {
  b.host.reset();
  b.subscription.reset();
  b.options.limits.count.connections = 2;
  b.start();
  EXPECT_TRUE(join(a).connection);
  EXPECT_TRUE(join(c).connection);
  EXPECT_EQ(b.host->metrics().connections_open, 2u);
}

TEST_F(ScarceConnections, AnOperatorsEntryDisplacesAPeerThatIsOnlyProven) {
  list.verdicts = {{a.id(), Verdict::member}, {c.id(), Verdict::operator_member}};
  EXPECT_TRUE(join(a).connection);
  EXPECT_EQ(b.connected_to(a), 1u);
  EXPECT_TRUE(join(c).connection);
  EXPECT_EQ(b.connected_to(c), 1u);
  EXPECT_EQ(b.connected_to(a), 0u);
  EXPECT_EQ(closed_at_b(), (std::vector<base::ErrorCode>{ConnErrc::too_many_connections}));
  EXPECT_EQ(a.all<ConnectionClosed>().size(), 1u) << "the displaced one hears of it";
}

TEST_F(ScarceConnections, AMemberDisplacesAStranger) {
  list.verdicts = {{c.id(), Verdict::member}};
  EXPECT_TRUE(join(a).connection);
  EXPECT_TRUE(join(c).connection);
  EXPECT_EQ(b.connected_to(a), 0u);
  EXPECT_EQ(b.connected_to(c), 1u);
}

TEST_F(ScarceConnections, AStrangerThatBecameAMemberStaysAndMayOpenMoreStreams) {
  b.host.reset();
  b.subscription.reset();
  b.options.limits.count.stranger_streams = 2;
  b.start();
  EXPECT_TRUE(join(a).connection);
  std::vector<Stream> streams;
  const auto opens_one_more = [&] {
    streams.push_back(open_echo());
    static_cast<void>(world.run(streams.back().write(base::as_bytes("x")), seconds{1}));
    std::array<std::uint8_t, 1> back{};
    return world.run(streams.back().read_exactly(back), seconds{5}).value().has_value();
  };
  EXPECT_TRUE(opens_one_more());
  EXPECT_TRUE(opens_one_more());
  EXPECT_FALSE(opens_one_more());
  b.host->set_standing(a.id(), Verdict::member);
  EXPECT_TRUE(opens_one_more());
  list.verdicts = {{c.id(), Verdict::member}};
  join(c);
  EXPECT_EQ(b.connected_to(a), 1u) << "no stranger any more";
  EXPECT_EQ(b.connected_to(c), 0u);
  b.host->set_standing(a.id(), Verdict::stranger);
  join(c);
  EXPECT_EQ(b.connected_to(a), 0u) << "one again";
}

/// `b` may hold little; `a` is a member, and a stranger is played by hand.
class ScarceMemory : public HostTest {
 protected:
  void SetUp() override {
    list.verdicts = {{a.id(), Verdict::member}};
    b.options.admission = &list;
    b.options.limits.bytes.held_hard = 100'000;
    start();
    b.host->set_handler("/hold/1.0.0", [this](Stream stream) -> asio::awaitable<void> {
      unread.push_back(std::move(stream));
      co_return;
    });
    connect();
    connecting = internet.add_machine({"10.0.0.9"}).connect(*io::to_endpoint(*b.bound), [this](auto socket) {
      stranger.emplace(world, std::move(*socket), noise::Role::initiator, std::uint8_t{9});
    });
    ASSERT_TRUE(world.run_until([&] { return b.host->metrics().connections_open == 2; }, seconds{5}));
    world.run_for(seconds{1});
  }
  void TearDown() override {
    unread.clear();
    stranger.reset();
    HostTest::TearDown();
  }

  ByList list;
  std::vector<Stream> unread;
  std::unique_ptr<io::Operation> connecting;
  std::optional<conn::testing::RawPeer> stranger;
};

TEST_F(ScarceMemory, AStrangersHalfFrameGoesBeforeAMembersStream) {
  stranger->answers_pings = false;  // a pong would land inside the frame
  stranger->send(base::ByteSpan{stranger->sealed(base::Bytes(60'000))}.first(20'000));
  world.run_for(milliseconds{10});
  ASSERT_EQ(b.host->metrics().held_bytes, conn::kBlockBytes);

  auto stream = world.run(a.host->open_stream(b.id(), {"/hold/1.0.0"}), seconds{5});
  const base::Bytes much(60'000);
  ASSERT_TRUE(*world.run((*stream)->write(much), seconds{5}));
  world.run_for(seconds{1});
  EXPECT_GE(b.host->metrics().held_bytes, much.size()) << "the member's stream stays";
  EXPECT_LT(b.host->metrics().held_bytes, conn::kBlockBytes) << "and is all that is held";
  EXPECT_EQ(b.connected_to(a), 1u);
  const auto closed = b.all<ConnectionClosed>();
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].info.peer, stranger->id());
  EXPECT_EQ(closed[0].reason, ConnErrc::memory_limit);
}

class NotDisplaced : public ScarceConnections,
                     public ::testing::WithParamInterface<std::pair<Verdict, Verdict>> {};

TEST_P(NotDisplaced, ByANewcomerOfNoHigherStanding) {
  list.verdicts = {{a.id(), GetParam().first}, {c.id(), GetParam().second}};
  EXPECT_TRUE(join(a).connection);
  // The dialer may hold the connection for a moment: it is through before the listener has judged.
  join(c);
  EXPECT_EQ(c.connected_to(b), 0u);
  EXPECT_EQ(b.connected_to(c), 0u);
  EXPECT_EQ(b.connected_to(a), 1u);
  const auto failed = b.all<InboundFailed>();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].error, ConnErrc::too_many_connections);
}

std::string name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::refuse: return "Refused";
    case Verdict::stranger: return "AStranger";
    case Verdict::member: return "AMember";
    case Verdict::operator_member: return "AnOperatorsEntry";
  }
  return "Nobody";
}

INSTANTIATE_TEST_SUITE_P(Host, NotDisplaced,
                         ::testing::Values(std::pair{Verdict::stranger, Verdict::stranger},
                                           std::pair{Verdict::member, Verdict::stranger},
                                           std::pair{Verdict::member, Verdict::member},
                                           std::pair{Verdict::operator_member, Verdict::operator_member}),
                         [](const auto& c) { return name_of(c.param.first) + "By" + name_of(c.param.second); });

/// One peer that opens one connection after the other and keeps them all.
class ManyOfOnePeer : public ::testing::TestWithParam<bool>, protected TwoHosts {
 protected:
  void TearDown() override { finish(); }
};

TEST_P(ManyOfOnePeer, KeepsTheLimitAndThePreferredOne) {
  const std::size_t limit = Limits{}.count.connections_per_peer_hard;
  const bool b_is_smaller = GetParam();
  if ((b.id() < a.id()) != b_is_smaller) std::swap(a.options.identity, b.options.identity);
  a.options.limits.count.connections_per_peer = a.options.limits.count.connections_per_peer_hard = 1'000;
  b.options.limits.count.connections_per_peer = 1'000;  // the soft limit is a matter of the smaller id only
  start();
  connect();
  std::size_t most = 0;
  world.on_step([&] { most = std::max(most, b.connected_to(a)); });
  for (std::size_t i = 0; i < 3 * limit; ++i) {
    const std::optional<ConnectionInfo> serving = b.host->preferred_connection(a.id());
    ASSERT_TRUE(serving);
    ASSERT_TRUE(dial({.force_new = true}).connection);
    const auto all = b.host->connections();
    EXPECT_NE(std::ranges::find(all, serving->id, &ConnectionInfo::id), all.end()) << "the one in use has gone";
    world.run_for(milliseconds{100});
  }
  world.on_step(nullptr);
  EXPECT_EQ(most, limit);
  EXPECT_EQ(b.connected_to(a), limit);
  for (const ConnectionClosed& closed : b.all<ConnectionClosed>()) {
    EXPECT_EQ(closed.reason, ConnErrc::too_many_connections);
  }
}

INSTANTIATE_TEST_SUITE_P(Host, ManyOfOnePeer, ::testing::Bool(),
                         [](const auto& c) { return c.param ? "OfTheLargerId" : "OfTheSmallerId"; });

/// `a`, the smaller id, dialled a connection, over which many frames go.
class WornConnection : public ::testing::Test, protected TwoHosts {
 protected:
  static constexpr std::uint64_t kFrames = 200;

  void begin(std::uint64_t frames_until_worn) {
    if (b.id() < a.id()) std::swap(a.options.identity, b.options.identity);
    for (Peer* peer : {&a, &b}) peer->options.limits.count.frames_until_worn = frames_until_worn;
    start();
    connect();
    former = a.host->preferred_connection(b.id())->handshake_hash;
    stream.emplace(open_echo());
    ASSERT_NO_FATAL_FAILURE(echo(kFrames));
  }
  /// The dialer has replaced it.
  void replaced() {
    world.run_for(seconds{2});
    ASSERT_EQ(a.connected_to(b), 2u);
    ASSERT_EQ(b.connected_to(a), 2u);
    const auto all = a.host->connections();
    latter = std::ranges::find_if(all, [&](const ConnectionInfo& one) {
               return one.handshake_hash != former;
             })->handshake_hash;
  }
  void echo(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_NO_FATAL_FAILURE(echo_one());
  }
  void echo_one() {
    ASSERT_TRUE(*world.run(stream->write(base::as_bytes("x")), seconds{5}));
    std::array<std::uint8_t, 1> back{};
    ASSERT_TRUE(*world.run(stream->read_exactly(back), seconds{5}));
  }
  auto preferred_at(Peer& one, Peer& other) { return one.host->preferred_connection(other.id())->handshake_hash; }
  static ConnectionId with(const Peer& at, const std::array<std::uint8_t, 32>& hash) {
    const auto all = at.host->connections();
    return std::ranges::find(all, hash, &ConnectionInfo::handshake_hash)->id;
  }
  void TearDown() override {
    stream.reset();
    finish();
  }

  std::optional<Stream> stream;
  std::array<std::uint8_t, 32> former{}, latter{};
};

TEST_F(WornConnection, StaysPreferredWhileItIsBelowTheLimit) {
  ASSERT_NO_FATAL_FAILURE(begin(100 * kFrames));
  auto second = world.run(b.host->dial(a.id(), {*a.bound}, {.force_new = true}), seconds{10});
  ASSERT_TRUE(second && second->connection);
  world.run_for(seconds{2});
  ASSERT_EQ(a.connected_to(b), 2u);
  EXPECT_EQ(preferred_at(a, b), former);
  EXPECT_EQ(preferred_at(b, a), former);
}

TEST_F(WornConnection, IsReplacedByItsDialerWithoutCuttingItsStreams) {
  ASSERT_NO_FATAL_FAILURE(begin(kFrames));
  ASSERT_NO_FATAL_FAILURE(replaced());
  EXPECT_EQ(preferred_at(a, b), latter);
  EXPECT_EQ(preferred_at(b, a), latter);
  EXPECT_TRUE(b.host->agree_to_retire(with(b, former)));
  a.host->confirm_retire(with(a, former));
  world.run_for(seconds{30});
  ASSERT_NO_FATAL_FAILURE(echo_one());
  EXPECT_EQ(a.connected_to(b), 2u) << "not closed while it has a stream";
  stream.reset();
  EXPECT_TRUE(world.run_until([&] { return a.connected_to(b) == 1 && b.connected_to(a) == 1; }, seconds{30}));
  EXPECT_EQ(preferred_at(a, b), latter);
}

TEST_F(WornConnection, IsReplacedOnceTheOtherEndListensAgain) {
  ASSERT_NO_FATAL_FAILURE(begin(2 * kFrames));
  ASSERT_TRUE(b.host->stop_listening(*b.bound));
  ASSERT_NO_FATAL_FAILURE(echo(kFrames));
  world.run_for(seconds{30});
  EXPECT_GE(a.host->metrics().dials_failed, 1u);
  ASSERT_EQ(a.connected_to(b), 1u);
  ASSERT_TRUE(b.host->listen(*b.bound));
  ASSERT_NO_FATAL_FAILURE(echo(kFrames / 8));
  EXPECT_TRUE(world.run_until([&] { return a.connected_to(b) == 2; }, seconds{10}));
}

TEST_F(WornConnection, ThatServedAgainIsNotClosedByAnOldConsent) {
  ASSERT_NO_FATAL_FAILURE(begin(kFrames));
  ASSERT_NO_FATAL_FAILURE(replaced());
  ASSERT_TRUE(b.host->agree_to_retire(with(b, former)));
  a.host->confirm_retire(with(a, former));
  a.host->disconnect(with(a, latter), ConnErrc::closed_by_us);  // the survivor dies first
  ASSERT_TRUE(world.run_until([&] { return a.connected_to(b) == 1 && b.connected_to(a) == 1; }, seconds{30}));
  EXPECT_EQ(preferred_at(b, a), former) << "in use again";
  auto third = world.run(b.host->dial(a.id(), {*a.bound}, {.force_new = true}), seconds{10});
  ASSERT_TRUE(third && third->connection);
  world.run_for(seconds{2});
  EXPECT_EQ(preferred_at(a, b), third->connection->handshake_hash);
  stream.reset();
  world.run_for(seconds{30});
  EXPECT_EQ(a.connected_to(b), 2u) << "nobody agreed to retire it beside the third";
}

}  // namespace
}  // namespace libp2p::testing
