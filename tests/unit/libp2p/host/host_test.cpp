// What a host serves by itself (identify, push, ping, perf), how it loses connections, how it stops.
#include <gtest/gtest.h>

#include <algorithm>

#include "changing_interfaces.hpp"
#include "libp2p/identify/info.hpp"
#include "support.hpp"

namespace libp2p::testing {
namespace {

TEST_F(HostTest, BothEndsIdentifyEachOther) {
  a.options.agent_version = "tester";
  start();
  connect();
  const auto ours = *b.host->peer_info(a.id());
  EXPECT_EQ(ours.agent_version, "tester");
  EXPECT_EQ(ours.listen_addrs, (std::vector<Multiaddr>{*a.bound}));
  EXPECT_TRUE(std::ranges::find(ours.protocols, kEcho) != ours.protocols.end());
  world.settle();
  EXPECT_EQ(b.all<PeerIdentified>().size(), 1u);
}

TEST_F(HostTest, ARecordIsPushedAndRead) {
  start();
  connect();
  constexpr std::uint64_t kSeq = std::uint64_t{1} << 62;  // above what any clock gives
  a.host->set_record(SignedPeerRecord::sign(a.options.identity, kSeq, {*a.bound}));
  const auto arrived = [&] {
    const auto record = b.host->peer_info(a.id())->record;
    return record && record->version().seq == kSeq;
  };
  ASSERT_TRUE(world.run_until(arrived, seconds{5}));
}

TEST_F(HostTest, ANewHandlerIsPushed) {
  start();
  connect();
  a.host->set_handler("/new/1", [](Stream stream) { return echo(std::move(stream)); });
  const auto known = [&] {
    const auto protocols = b.host->peer_info(a.id())->protocols;
    return std::ranges::find(protocols, "/new/1") != protocols.end();
  };
  ASSERT_TRUE(world.run_until(known, seconds{5}));
}

TEST_F(HostTest, PushesAreTakenAsFastAsTheLimitAllows) {
  start();
  connect();
  world.run_for(2 * TimeLimits{}.push_interval);  // a push of what was set up is made up for
  const auto pushes_taken = [&](std::size_t tries) {
    const std::size_t before = b.all<PeerIdentified>().size();
    for (std::size_t i = 0; i < tries; ++i) {
      auto stream = world.run(a.host->open_stream(b.id(), {std::string{identify::kPushProtocol}}), seconds{5});
      EXPECT_TRUE(stream && *stream);
      const base::Bytes message = *identify::encode({.agent_version = "push " + std::to_string(i)});
      static_cast<void>(world.run((*stream)->write(message), seconds{5}));
      static_cast<void>(world.run((*stream)->close_write(), seconds{5}));
      world.settle();
      world.run_for(milliseconds{10});
    }
    return b.all<PeerIdentified>().size() - before;
  };
  EXPECT_EQ(pushes_taken(25), CountLimits{}.push_burst);
  world.run_for(2 * TimeLimits{}.push_interval);
  EXPECT_EQ(pushes_taken(5), 2u);
}

TEST_F(HostTest, OfAPeersInfoOnlySoMuchIsKept) {
  start();
  for (int i = 0; i < 100; ++i) {
    a.host->set_handler("/many/" + std::to_string(i), [](Stream stream) { return echo(std::move(stream)); });
  }
  std::vector<Multiaddr> many;
  for (int i = 1; i <= 100; ++i) many.push_back(address("/ip4/10.0.0.1/tcp/" + std::to_string(i)));
  a.host->set_announced(many);
  connect();
  const PeerInfo info = *b.host->peer_info(a.id());
  EXPECT_EQ(info.protocols.size(), CountLimits{}.peer_protocols);
  EXPECT_EQ(info.listen_addrs.size(), CountLimits{}.peer_addresses);
}

class WildcardTest : public HostTest {
 protected:
  WildcardTest() {
    start();
    a.subscription.reset();
    Environment environment = a.node.environment();
    a.host = std::make_unique<Host>(Environment{.executor = environment.executor,
                                                .clock = environment.clock,
                                                .rng = environment.rng,
                                                .timers = environment.timers,
                                                .network = network,
                                                .resolver = environment.resolver},
                                    a.options);
    a.subscription.emplace(a.host->subscribe([this](const HostEvent& event) { a.events.push_back(event); }));
    EXPECT_TRUE(a.host->listen(address("/ip4/0.0.0.0/tcp/4001")));
  }
  /// One more connection, on which `b` asks who `a` is.
  void join() {
    const auto result = world.run(b.host->dial(a.id(), {*a.bound}, {.force_new = true}), seconds{10});
    ASSERT_TRUE(result && result->connection);
    world.run_for(seconds{1});
  }

  ChangingInterfaces network{a.node.network(), {"10.0.0.1"}};
};

TEST_F(WildcardTest, InterfacesAreNotLookedUpForEveryConnection) {
  const std::size_t before = network.asked;
  for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(join());
  EXPECT_EQ(network.asked, before);
}

TEST_F(WildcardTest, ANewInterfaceIsToldAfterAWhile) {
  ASSERT_NO_FATAL_FAILURE(join());
  network.ips.emplace_back("10.0.0.9");
  world.run_for(seconds{30});
  a.events.clear();
  ASSERT_NO_FATAL_FAILURE(join());
  const auto told = a.all<ListenAddressesChanged>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].addresses.size(), 2u);
  EXPECT_EQ(b.host->peer_info(a.id())->listen_addrs, told[0].addresses);
}

TEST_F(HostTest, APingMeasuresTheRoundTrip) {
  internet.conditions().latency = milliseconds{30};
  start();
  connect();
  const auto rtt = world.run(a.host->ping(b.id(), seconds{5}), seconds{10});
  ASSERT_TRUE(rtt && *rtt) << rtt->error().message();
  EXPECT_GE(**rtt, milliseconds{60});
  EXPECT_LE(**rtt, milliseconds{130});
}

TEST_F(HostTest, APingToAPeerBehindACutPathTimesOut) {
  start();
  connect();
  internet.cut(a.node.network(), b.node.network());
  EXPECT_EQ(world.run(a.host->ping(b.id(), seconds{2}), seconds{10})->error(), StreamErrc::timed_out);
}

TEST_F(HostTest, PerfIsServedOnlyWhenAskedFor) {
  b.options.serve_perf = true;
  start();
  connect();
  auto stream = world.run(a.host->open_stream(b.id(), {"/perf/1.0.0"}), seconds{5});
  ASSERT_TRUE(*stream);
  base::Bytes ask{0, 0, 0, 0, 0, 1, 0x86, 0xa0};  // 100,000 bytes back
  ask.resize(ask.size() + 50'000, 1);
  ASSERT_TRUE(*world.run((*stream)->write(ask), seconds{5}));
  ASSERT_TRUE(*world.run((*stream)->close_write(), seconds{5}));
  base::Bytes back(100'000);
  ASSERT_TRUE(*world.run((*stream)->read_exactly(back), seconds{5}));
  std::array<std::uint8_t, 1> more{};
  EXPECT_EQ(*world.run((*stream)->read(more), seconds{5}).value(), 0u);
}

TEST_F(HostTest, EventsComeInOrderAndTheLastConnectionIsMarked) {
  start();
  connect();
  a.host->disconnect(b.id(), ConnErrc::closed_by_us);
  ASSERT_TRUE(world.run_until(
      [&] { return !b.all<ConnectionClosed>().empty() && !a.all<ConnectionClosed>().empty(); }, seconds{5}));
  for (const Peer* peer : {&a, &b}) {
    const auto closed = peer->all<ConnectionClosed>();
    ASSERT_EQ(closed.size(), 1u);
    EXPECT_TRUE(closed[0].last_of_peer);
    std::string order;
    for (const HostEvent& event : peer->events) {
      if (std::holds_alternative<ConnectionOpened>(event)) order += "o";
      if (std::holds_alternative<PeerIdentified>(event)) order += "i";
      if (std::holds_alternative<ConnectionClosed>(event)) order += "c";
    }
    EXPECT_EQ(order, "oic");
    EXPECT_FALSE(peer->host->peer_info(peer == &a ? b.id() : a.id())) << "forgotten with the last connection";
  }
  EXPECT_EQ(a.all<ConnectionClosed>()[0].reason, ConnErrc::closed_by_us);
  EXPECT_EQ(b.all<ConnectionClosed>()[0].reason, ConnErrc::closed_by_peer);
}

TEST_F(HostTest, AFrozenPathIsNoticedAndTheProbeIsPartOfTheVerdict) {
  start();
  connect();
  internet.cut(a.node.network(), b.node.network());
  ASSERT_TRUE(world.run_until([&] { return !a.all<ConnectionClosed>().empty(); }, seconds{25}));
  EXPECT_EQ(a.all<ConnectionClosed>()[0].reason, ConnErrc::not_answering);
}

TEST_F(HostTest, AnIdleConnectionStaysForHours) {
  start();
  connect();
  world.run_for(std::chrono::hours{3});
  EXPECT_EQ(a.connected_to(b), 1u);
  EXPECT_EQ(b.connected_to(a), 1u);
}

TEST_F(HostTest, StoppingEndsStreamsDialsAndNewWork) {
  start();
  connect();
  Stream stream = open_echo();
  ASSERT_TRUE(*world.run(stream.write(base::as_bytes("x")), seconds{1}));
  std::optional<DialResult> dialled;
  const auto dialling = [&]() -> asio::awaitable<void> {
    const PeerId nobody = PeerId::of(identity_of(77).public_key());
    std::vector<Multiaddr> addrs{address("/ip4/10.0.0.99/tcp/1")};
    auto dial_it = a.host->dial(nobody, std::move(addrs));
    dialled = co_await std::move(dial_it);
  };
  asio::co_spawn(world.context(), dialling(), asio::detached);
  world.settle();
  const base::TimePoint before = world.now();
  ASSERT_TRUE(world.run(a.host->stop(), seconds{10}));
  EXPECT_LE(world.now() - before, seconds{3});
  world.settle();
  ASSERT_TRUE(dialled);
  EXPECT_EQ(dialled->error, ConnErrc::host_stopped);
  std::array<std::uint8_t, 1> byte{};
  EXPECT_FALSE(*world.run(stream.write(byte), seconds{1}));
  EXPECT_EQ(world.run(a.host->dial(b.id(), {*b.bound}), seconds{1})->error, ConnErrc::host_stopped);
}

TEST_F(HostTest, StopReturnsAfterTheDialsAndProbesThatItCutShort) {
  start();
  std::vector<std::string> ended;
  const PeerId nobody = PeerId::of(identity_of(77).public_key());
  const auto dial_it = [&]() -> asio::awaitable<void> {
    std::vector<Multiaddr> addrs{address("/ip4/10.0.0.99/tcp/1")};
    auto dialling = a.host->dial(nobody, std::move(addrs));
    static_cast<void>(co_await std::move(dialling));
    ended.emplace_back("dial");
  };
  const auto probe_it = [&]() -> asio::awaitable<void> {
    auto probing = a.host->probe(nobody, address("/ip4/10.0.0.99/tcp/1"), {.timeout = seconds{5}});
    static_cast<void>(co_await std::move(probing));
    ended.emplace_back("probe");
  };
  const auto stop_it = [&]() -> asio::awaitable<void> {
    auto stopping = a.host->stop();
    co_await std::move(stopping);
    ended.emplace_back("stop");
  };
  asio::co_spawn(world.context(), dial_it(), asio::detached);
  asio::co_spawn(world.context(), probe_it(), asio::detached);
  world.run_for(milliseconds{10});
  asio::co_spawn(world.context(), stop_it(), asio::detached);
  world.run_for(seconds{1});
  EXPECT_EQ(ended, (std::vector<std::string>{"dial", "probe", "stop"}));
}

TEST_F(HostTest, EveryCallOfStopReturnsWhenTheHostHasStopped) {
  start();
  connect();
  Stream stream = open_echo();
  ASSERT_TRUE(*world.run(stream.write(base::as_bytes("x")), seconds{1}));
  internet.cut(a.node.network(), b.node.network());  // so that it takes its time
  std::vector<base::TimePoint> returned;
  const auto stop_it = [&]() -> asio::awaitable<void> {
    auto stopping = a.host->stop();
    co_await std::move(stopping);
    returned.push_back(world.now());
  };
  for (int i = 0; i < 3; ++i) asio::co_spawn(world.context(), stop_it(), asio::detached);
  world.run_for(seconds{5});
  ASSERT_EQ(returned.size(), 3u);
  EXPECT_EQ(returned[0], returned[1]);
  EXPECT_EQ(returned[0], returned[2]);
  EXPECT_TRUE(world.run(a.host->stop(), seconds{1})) << "and once more afterwards";
}

TEST_F(HostTest, StoppingBehindACutPathIsHardAfterItsTime) {
  start();
  connect();
  Stream stream = open_echo();
  ASSERT_TRUE(*world.run(stream.write(base::as_bytes("x")), seconds{1}));
  internet.cut(a.node.network(), b.node.network());
  const base::TimePoint before = world.now();
  ASSERT_TRUE(world.run(a.host->stop(), seconds{10}));
  EXPECT_LE(world.now() - before, seconds{3});
}

TEST_F(HostTest, AHostMayGoWithoutBeingStopped) {
  start();
  connect();
  a.subscription.reset();
  a.host.reset();
  world.run_for(seconds{5});
  EXPECT_EQ(b.connected_to(a), 0u);
}

TEST_F(HostTest, AHostMayGoInAnEventHandlerOfItsOwn) {
  start();
  const auto leave = a.host->subscribe([this](const HostEvent& event) {
    if (std::holds_alternative<ConnectionOpened>(event)) a.host.reset();  // identify is about to begin
  });
  const auto result = world.run(a.host->dial(b.id(), {*b.bound}), seconds{10});
  ASSERT_TRUE(result);
  world.run_for(seconds{5});
  EXPECT_EQ(b.connected_to(a), 0u);
}

/// After every single step of a dial, of what follows it, and of a stop.
TEST(HostLifetime, AHostMayGoAtAnyStep) {
  constexpr std::size_t kSteps = 150;
  for (std::size_t k = 0; k < kSteps; ++k) {
    SCOPED_TRACE("after step " + std::to_string(k));
    TwoHosts hosts{7};
    hosts.start();
    std::size_t begun = 0, ended = 0;
    const auto use = [&]() -> asio::awaitable<void> {
      ++begun;
      std::vector<Multiaddr> addrs{address("/ip4/10.0.0.99/tcp/1"), *hosts.b.bound};
      auto dialling = hosts.a.host->dial(hosts.b.id(), std::move(addrs));
      const DialResult result = co_await std::move(dialling);
      if (result.connection && hosts.a.host) {
        auto pinging = hosts.a.host->ping(hosts.b.id(), seconds{5});
        static_cast<void>(co_await std::move(pinging));
      }
      if (hosts.a.host) {
        auto stopping = hosts.a.host->stop();
        co_await std::move(stopping);
      }
      ++ended;
    };
    const auto probe = [&]() -> asio::awaitable<void> {
      ++begun;
      auto probing = hosts.a.host->probe(hosts.b.id(), *hosts.b.bound, {.timeout = seconds{5}});
      static_cast<void>(co_await std::move(probing));
      ++ended;
    };
    asio::co_spawn(hosts.world.context(), use(), asio::detached);
    asio::co_spawn(hosts.world.context(), probe(), asio::detached);
    std::size_t steps = 0;
    hosts.world.run_until([&] { return begun == 2 && steps++ >= k; }, seconds{5});
    hosts.a.host.reset();
    hosts.world.run_for(seconds{5});
    EXPECT_EQ(ended, 2u);
    EXPECT_EQ(hosts.b.connected_to(hosts.a), 0u);
    EXPECT_EQ(hosts.a.node.network().open_sockets(), 0u);
    hosts.finish();
    if (HasFailure()) return;
  }
}

TEST_F(HostTest, OneSeedOneHistory) {
  start();
  connect();
  const auto history = [](std::uint64_t seed) {
    TwoHosts hosts{seed};
    hosts.internet.conditions() = {.jitter = milliseconds{3}, .max_read_bytes = 900, .max_write_bytes = 700};
    hosts.start();
    hosts.connect();
    hosts.world.run_for(seconds{20});
    hosts.finish();
    return hosts.world.event_hash();
  };
  EXPECT_EQ(history(5), history(5));
  EXPECT_NE(history(5), history(6));
}

}  // namespace
}  // namespace libp2p::testing
