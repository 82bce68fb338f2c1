// Dialling: addresses that race, names, wrong peers, time-outs, probes, and who is let in.
#include <gtest/gtest.h>

#include <algorithm>

#include "libp2p/noise/handshake.hpp"
#include "support.hpp"

namespace libp2p::testing {
namespace {

TEST_F(HostTest, ADialEndsInOneConnectionThatBothEndsReport) {
  start();
  const DialResult result = dial();
  ASSERT_TRUE(result.connection) << result.error.message();
  EXPECT_EQ(result.connection->peer, b.id());
  EXPECT_TRUE(result.attempts.empty());
  ASSERT_TRUE(world.run_until([&] { return b.connected_to(a) == 1; }, seconds{1}));
  EXPECT_EQ(a.connected_to(b), 1u);
  const auto ours = a.all<ConnectionOpened>(), theirs = b.all<ConnectionOpened>();
  ASSERT_EQ(ours.size(), 1u);
  world.settle();
  ASSERT_EQ(theirs.size() + b.all<ConnectionOpened>().size(), theirs.size() + 1);
  EXPECT_EQ(ours[0].info.direction, Direction::outbound);
  EXPECT_EQ(b.all<ConnectionOpened>()[0].info.handshake_hash, ours[0].info.handshake_hash);
  EXPECT_EQ(a.host->metrics().dials_succeeded, 1u);
  EXPECT_EQ(b.host->metrics().connections_inbound, 1u);
}

TEST_F(HostTest, DialingAConnectedPeerGivesTheConnectionThatIsThere) {
  start();
  connect();
  const DialResult again = dial();
  ASSERT_TRUE(again.connection);
  EXPECT_EQ(a.connected_to(b), 1u);
  EXPECT_EQ(a.host->metrics().dials_started, 1u);
}

TEST_F(HostTest, DeadAddressesDoNotStopALivingOne) {
  start();
  const std::vector<Multiaddr> addrs{address("/ip4/10.0.0.99/tcp/4001"), address("/ip4/10.0.0.2/tcp/9"),
                                     address("/ip4/10.0.0.2/udp/9"), *b.bound};
  const auto result = world.run(a.host->dial(b.id(), addrs), seconds{60});
  ASSERT_TRUE(result && result->connection);
  EXPECT_EQ(result->connection->remote_addr, *b.bound);
}

TEST_F(HostTest, AFailedDialTellsEveryAddressAndHowFarItCame) {
  start();
  const std::vector<Multiaddr> addrs{address("/ip4/10.0.0.2/udp/9"), address("/ip4/10.0.0.2/tcp/9"),
                                     address("/dns4/nowhere.example/tcp/1"), address("/ip4/10.0.0.99/tcp/1")};
  const auto result = world.run(a.host->dial(b.id(), addrs), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->connection);
  ASSERT_EQ(result->attempts.size(), 4u);
  const auto of = [&](std::size_t i) {
    return *std::ranges::find(result->attempts, addrs[i], &DialAttempt::address);
  };
  EXPECT_EQ(of(0).error, MultiaddrErrc::not_dialable);
  EXPECT_EQ(of(1).error, asio::error::connection_refused);
  EXPECT_EQ(of(1).stage, DialStage::tcp);
  EXPECT_EQ(of(2).error, io::ResolveErrc::not_found);
  EXPECT_EQ(of(2).stage, DialStage::resolve);
  EXPECT_EQ(of(3).error, asio::error::timed_out);
  EXPECT_EQ(a.host->metrics().dials_failed, 1u);
}

TEST_F(HostTest, ADialWithoutAddressesFailsAtOnce) {
  start();
  const auto result = world.run(a.host->dial(b.id(), {}), seconds{1});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, MultiaddrErrc::not_dialable);
}

TEST_F(HostTest, NamesAreResolvedAndFamiliesHonoured) {
  start();
  resolver.set("b.example", {"10.0.0.2", "2001:db8::2"});
  const auto six = world.run(a.host->dial(b.id(), {address("/dns6/b.example/tcp/4001")}), seconds{60});
  ASSERT_TRUE(six);
  EXPECT_FALSE(six->connection);
  const auto any = world.run(a.host->dial(b.id(), {address("/dns/b.example/tcp/4001")}), seconds{60});
  ASSERT_TRUE(any && any->connection);
  EXPECT_EQ(any->connection->remote_addr, *b.bound);
}

TEST_F(HostTest, AConnectionTellsTheAddressThatItWasDialledAt) {
  start();
  resolver.set("b.example", {"10.0.0.2"});
  const Multiaddr name = address("/dns4/b.example/tcp/4001/p2p/" + b.id().to_base58());
  const auto result = world.run(a.host->dial(b.id(), {name}), seconds{60});
  ASSERT_TRUE(result && result->connection);
  EXPECT_EQ(result->connection->dialled, name);
  EXPECT_EQ(result->connection->remote_addr, *b.bound);
  ASSERT_TRUE(world.run_until([&] { return b.connected_to(a) == 1; }, seconds{1}));
  EXPECT_EQ(b.host->connections()[0].dialled, std::nullopt);
}

TEST_F(HostTest, WhatANameResolvesToIsDialledOnlyIfItIsAllowed) {
  start();
  resolver.set("b.example", {"127.0.0.1", "10.0.0.2"});
  std::vector<std::string> asked;
  const auto only = [&](std::string_view ip) {
    return [&asked, ip](const Multiaddr& resolved) {
      asked.push_back(resolved.to_text());
      return resolved == address("/ip4/" + std::string{ip} + "/tcp/4001");
    };
  };
  const std::vector<Multiaddr> name{address("/dns4/b.example/tcp/4001")};
  DialOptions none;
  none.allow = only("192.0.2.1");
  const auto refused = world.run(a.host->dial(b.id(), name, none), seconds{60});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error, ConnErrc::address_not_allowed);
  EXPECT_EQ(refused->attempts.size(), 1u);
  EXPECT_EQ(asked, (std::vector<std::string>{"/ip4/127.0.0.1/tcp/4001", "/ip4/10.0.0.2/tcp/4001"}));
  EXPECT_EQ(a.host->metrics().handshakes_started, 0u);
  DialOptions one;
  one.allow = only("10.0.0.2");
  const auto dialled = world.run(a.host->dial(b.id(), name, one), seconds{60});
  ASSERT_TRUE(dialled && dialled->connection) << dialled->error.message();
}

TEST_F(HostTest, WhatANameResolvesToIsJudgedForProbesToo) {
  start();
  resolver.set("b.example", {"10.0.0.2"});
  std::vector<std::string> asked;
  const auto judge = [&asked](bool verdict) {
    return [&asked, verdict](const Multiaddr& resolved) {
      asked.push_back(resolved.to_text());
      return verdict;
    };
  };
  const Multiaddr name = address("/dns4/b.example/tcp/4001");
  const auto refused = world.run(a.host->probe(b.id(), name, {.allow = judge(false)}), seconds{60});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error(), ConnErrc::address_not_allowed);
  EXPECT_EQ(a.host->metrics().handshakes_started, 0u);
  const auto allowed = world.run(a.host->probe(b.id(), name, {.allow = judge(true)}), seconds{60});
  EXPECT_TRUE(allowed && *allowed);
  EXPECT_EQ(asked, std::vector<std::string>(2, "/ip4/10.0.0.2/tcp/4001"));
}

TEST_F(HostTest, NoDialTakesLongerThanTheLimitOfEstablishing) {
  a.options.limits.time.establish = seconds{2};
  start();
  resolver.set_silent(true);
  const base::TimePoint before = world.now();
  const auto result =
      world.run(a.host->dial(b.id(), {address("/dns/b.example/tcp/4001")}, {.timeout = seconds{9}}), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, asio::error::timed_out);
  EXPECT_EQ(world.now() - before, seconds{2});
}

TEST_F(HostTest, ASilentResolverIsATimeOutOfTheDial) {
  start();
  resolver.set_silent(true);
  const base::TimePoint before = world.now();
  const auto result =
      world.run(a.host->dial(b.id(), {address("/dns/b.example/tcp/4001")}, {.timeout = seconds{3}}), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, asio::error::timed_out);
  EXPECT_EQ(world.now() - before, seconds{3});
}

TEST_F(HostTest, SomebodyElseIsNamed) {
  start();
  const PeerId nobody = PeerId::of(identity_of(77).public_key());
  const auto result = world.run(a.host->dial(nobody, {*b.bound}), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, noise::NoiseErrc::peer_id_mismatch);
  ASSERT_EQ(result->attempts.size(), 1u);
  EXPECT_EQ(result->attempts[0].actual, b.id());
  EXPECT_EQ(result->attempts[0].stage, DialStage::secure);
  EXPECT_EQ(b.connected_to(a), 0u);
}

TEST_F(HostTest, AnAddressThatNamesSomebodyElseIsNotDialled) {
  start();
  const Multiaddr other = address(b.bound->to_text() + "/p2p/" + a.id().to_base58());
  const auto result = world.run(a.host->dial(b.id(), {other}), seconds{60});
  EXPECT_EQ(result->error, noise::NoiseErrc::peer_id_mismatch);
  EXPECT_EQ(a.host->metrics().handshakes_started, 0u);
}

TEST_F(HostTest, AHostDoesNotDialItself) {
  start();
  const auto result = world.run(a.host->dial(a.id(), {*a.bound}), seconds{60});
  EXPECT_EQ(result->error, ConnErrc::dialed_self);
}

TEST_F(HostTest, OwnListenAddressesAreNotDialledWhoeverIsExpectedThere) {
  start();
  const auto alone = world.run(a.host->dial(b.id(), {*a.bound}), seconds{60});
  ASSERT_TRUE(alone);
  ASSERT_EQ(alone->attempts.size(), 1u);
  EXPECT_EQ(alone->attempts[0].error, ConnErrc::dialed_self);
  EXPECT_EQ(alone->attempts[0].stage, DialStage::resolve);
  EXPECT_EQ(alone->error, ConnErrc::dialed_self);
  EXPECT_EQ(world.run(a.host->probe(b.id(), *a.bound), seconds{60})->error(), ConnErrc::dialed_self);
  EXPECT_EQ(a.host->metrics().handshakes_started, 0u);
}

TEST_F(HostTest, AnAddressThatIsNotListenedOnAnyMoreIsNobodysOwn) {
  start();
  ASSERT_TRUE(a.host->stop_listening(*a.bound));
  const auto result = world.run(a.host->dial(b.id(), {*a.bound}), seconds{60});
  EXPECT_EQ(result->error, asio::error::connection_refused);
}

TEST_F(HostTest, ANameThatLeadsToUsAndToThePeerLeadsToThePeer) {
  start();
  resolver.set("all.example", {"10.0.0.1", "0.0.0.0", "10.0.0.2"});
  const Multiaddr name = address("/dns4/all.example/tcp/4001");
  const auto result = world.run(a.host->dial(b.id(), {name}), seconds{60});
  ASSERT_TRUE(result && result->connection);
  EXPECT_EQ(result->connection->remote_addr, *b.bound);
  EXPECT_EQ(a.host->metrics().handshakes_started, 1u);
  ASSERT_EQ(result->attempts.size(), 2u);
  EXPECT_EQ(result->attempts[0].error, ConnErrc::dialed_self);
  EXPECT_EQ(result->attempts[1].error, ConnErrc::no_destination);
}

TEST_F(HostTest, AListenerThatNeverSpeaksIsATimeOutInTheHandshake) {
  start();
  auto silent = *b.node.network().listen(*io::to_endpoint("10.0.0.2", 5000));
  std::vector<std::unique_ptr<io::Socket>> held;
  silent->start([this] { return world.executor(); }, [&](auto socket) { held.push_back(std::move(*socket)); });
  const auto result =
      world.run(a.host->dial(b.id(), {address("/ip4/10.0.0.2/tcp/5000")}, {.timeout = seconds{4}}), seconds{60});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error, asio::error::timed_out);
  ASSERT_EQ(result->attempts.size(), 1u);
  EXPECT_EQ(result->attempts[0].stage, DialStage::secure);
}

TEST_F(HostTest, ADialThatWaitsForAFreeSlotLetsTimePass) {
  a.options.limits.count.dials = 1;
  start();
  std::optional<DialResult> holder;
  const auto hold_the_slot = [&]() -> asio::awaitable<void> {
    std::vector<Multiaddr> nowhere{address("/ip4/10.0.0.99/tcp/4001")};
    auto dialling = a.host->dial(PeerId::of(identity_of(77).public_key()), std::move(nowhere));
    holder = co_await std::move(dialling);
  };
  asio::co_spawn(world.context(), hold_the_slot(), asio::detached);
  world.settle();
  std::size_t steps = 0;
  world.on_step([&] { ++steps; });
  const auto result = world.run(a.host->dial(b.id(), {*b.bound}, {.timeout = seconds{20}}), seconds{60});
  world.on_step(nullptr);
  ASSERT_TRUE(result && result->connection);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->error, asio::error::timed_out) << "the slot was free only after this";
  EXPECT_LT(steps, 1'000U);
}

TEST_F(HostTest, AProbeProvesAPeerWithoutAConnection) {
  start();
  const auto good = world.run(a.host->probe(b.id(), *b.bound, {.timeout = seconds{5}}), seconds{10});
  ASSERT_TRUE(good && *good);
  world.run_for(seconds{1});
  EXPECT_EQ(b.connected_to(a), 0u);
  EXPECT_TRUE(b.all<ConnectionOpened>().empty());
  EXPECT_TRUE(a.all<ConnectionOpened>().empty());
  const auto wrong = world.run(a.host->probe(a.id(), *b.bound, {.timeout = seconds{5}}), seconds{10});
  EXPECT_EQ(wrong->error(), noise::NoiseErrc::peer_id_mismatch);
}

class Gate final : public Admission {
 public:
  Verdict admit(const PeerId&) override { return verdict; }
  bool is_member_address(const Multiaddr&) override { return false; }
  Verdict verdict = Verdict::refuse;
};

class AdmissionTest : public HostTest {
 protected:
  Gate gate;  // outlives the hosts' work
};

TEST_F(AdmissionTest, ARefusedPeerDoesNotGetIn) {
  b.options.admission = &gate;
  start();
  const DialResult result = dial();
  world.run_for(seconds{1});
  EXPECT_EQ(b.connected_to(a), 0u);
  const auto failed = b.all<InboundFailed>();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].error, ConnErrc::refused);
  if (result.connection) EXPECT_EQ(a.connected_to(b), 0u) << "the dialer hears of it";
}

TEST_F(AdmissionTest, TheVerdictTravelsWithTheEvent) {
  gate.verdict = Admission::Verdict::stranger;
  b.options.admission = &gate;
  start();
  connect();
  ASSERT_EQ(b.all<ConnectionOpened>().size(), 1u);
  EXPECT_EQ(b.all<ConnectionOpened>()[0].verdict, Admission::Verdict::stranger);
}

class SilentCallers : public AdmissionTest {
 protected:
  void TearDown() override {
    silent.clear();
    AdmissionTest::TearDown();
  }
  /// From the machine of `a`, which is nobody's address.
  void call_four_times() {
    gate.verdict = Admission::Verdict::stranger;
    b.options.admission = &gate;
    start();
    for (int i = 0; i < 4; ++i) {
      connecting.push_back(a.node.network().connect(
          *io::to_endpoint(*b.bound), [this](auto socket) { silent.push_back(std::move(*socket)); }));
    }
    ASSERT_TRUE(world.run_until([&] { return silent.size() == 4; }, seconds{1}));
    world.settle();
  }
  std::ptrdiff_t displaced() {
    const auto failed = b.all<InboundFailed>();
    return std::ranges::count(failed, make_error_code(ConnErrc::too_many_handshakes), &InboundFailed::error);
  }

  std::vector<std::unique_ptr<io::Socket>> silent;
  std::vector<std::unique_ptr<io::Operation>> connecting;
};

TEST_F(SilentCallers, TheOldestMakesRoomForAnother) {
  b.options.limits.count.pending_handshakes = 2;
  call_four_times();
  EXPECT_LE(b.host->metrics().handshakes_pending, 2u);
  EXPECT_TRUE(dial().connection) << "strangers that say nothing lock nobody out";
  EXPECT_GE(displaced(), 2);
}

TEST_F(SilentCallers, OfOneAddressHoldOnlyItsShareOfTheHandshakes) {
  b.options.limits.count.pending_handshakes_per_source = 3;
  call_four_times();
  EXPECT_EQ(b.host->metrics().handshakes_pending, 3u);
  EXPECT_EQ(displaced(), 1);
}

}  // namespace
}  // namespace libp2p::testing
