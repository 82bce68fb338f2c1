// A host that changes where it listens: prepare, commit or abort, release.
#include <algorithm>

#include "support.hpp"

namespace libp2p {
namespace {

using namespace libp2p::testing;

using Addresses = std::vector<Multiaddr>;

class RebindTest : public HostTest {
 protected:
  static inline const Multiaddr kOld = address("/ip4/10.0.0.2/tcp/4001");
  static inline const Multiaddr kOther = address("/ip4/10.0.0.2/tcp/4002");
  static inline const Multiaddr kAny = address("/ip4/0.0.0.0/tcp/4001");
  static inline const Multiaddr kForeign = address("/ip4/10.9.9.9/tcp/4001");

  Host& host() { return *b.host; }
  std::size_t sockets() { return b.node.network().listeners(); }
  bool release() { return world.run(host().release_listeners(), seconds{5}); }
  /// Whether a new connection to b comes up at `to`.
  bool reached_at(const Multiaddr& to) {
    const auto probed = world.run(a.host->probe(b.id(), to, {.timeout = seconds{5}}), seconds{10});
    return probed && *probed;
  }
  void change_to(const Addresses& wanted) {
    const auto failure = host().prepare_listeners(wanted);
    ASSERT_FALSE(failure) << failure->error.message();
    host().commit_listeners();
    ASSERT_TRUE(release());
  }
};

TEST_F(RebindTest, WhatIsPreparedIsNotAnnouncedBeforeTheCommit) {
  start();
  ASSERT_FALSE(host().prepare_listeners({kOther}));
  EXPECT_EQ(sockets(), 2u);
  EXPECT_EQ(host().listen_addresses(), Addresses{kOld});
  host().commit_listeners();
  EXPECT_EQ(host().listen_addresses(), Addresses{kOther});
  world.settle();
  const auto events = b.all<ListenAddressesChanged>();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().addresses, Addresses{kOther});
}

TEST_F(RebindTest, AfterTheReleaseOnlyTheNewOneIsThere) {
  start();
  ASSERT_NO_FATAL_FAILURE(change_to({kOther}));
  EXPECT_EQ(sockets(), 1u);
  EXPECT_TRUE(reached_at(kOther));
  EXPECT_FALSE(reached_at(kOld));
}

TEST_F(RebindTest, AnAbortLeavesAllAsItWas) {
  start();
  ASSERT_FALSE(host().prepare_listeners({kOther}));
  host().abort_listeners();
  EXPECT_TRUE(release());
  EXPECT_EQ(sockets(), 1u);
  EXPECT_EQ(host().listen_addresses(), Addresses{kOld});
  EXPECT_TRUE(reached_at(kOld));
  EXPECT_FALSE(reached_at(kOther));
}

TEST_F(RebindTest, TheFirstThatCannotBeBoundTakesTheOthersWithIt) {
  start();
  const auto failure = host().prepare_listeners({kOther, kForeign});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->address, kForeign);
  EXPECT_EQ(failure->error, boost::system::errc::address_not_available);
  EXPECT_TRUE(release());
  EXPECT_EQ(sockets(), 1u);
  host().commit_listeners();  // there is nothing to commit
  EXPECT_EQ(host().listen_addresses(), Addresses{kOld});
  EXPECT_TRUE(reached_at(kOld));
}

TEST_F(RebindTest, AnExcusedAddressIsLeftOut) {
  start();
  Addresses asked;
  const auto excuse = [&](const Multiaddr& addr, const base::ErrorCode&) {
    asked.push_back(addr);
    return true;
  };
  ASSERT_FALSE(host().prepare_listeners({kForeign, kOther}, excuse));
  host().commit_listeners();
  EXPECT_EQ(asked, Addresses{kForeign});
  EXPECT_EQ(host().listen_addresses(), Addresses{kOther});
}

TEST_F(RebindTest, AnEqualAddressKeepsItsSocket) {
  start();
  // Another socket for it could not be bound: nothing that goes is in its way.
  ASSERT_NO_FATAL_FAILURE(change_to({kOther, kOld}));
  EXPECT_EQ(host().listen_addresses(), (Addresses{kOther, kOld}));
  EXPECT_TRUE(reached_at(kOld));
  EXPECT_TRUE(reached_at(kOther));
}

TEST_F(RebindTest, TheSameAddressesAreNoChange) {
  start();
  world.settle();
  const std::size_t told = b.all<ListenAddressesChanged>().size();
  ASSERT_NO_FATAL_FAILURE(change_to({kOld}));
  world.settle();
  EXPECT_EQ(b.all<ListenAddressesChanged>().size(), told);
}

TEST_F(RebindTest, AWildcardAndAnAddressOfOnePortChangePlaces) {
  start();
  connect();
  for (const Multiaddr& next : {kAny, kOld, kAny}) {
    ASSERT_NO_FATAL_FAILURE(change_to({next}));
    EXPECT_EQ(host().listen_addresses(), Addresses{next});
    EXPECT_TRUE(reached_at(kOld));
  }
  EXPECT_EQ(a.connected_to(b), 1u) << "the connection of before is still there";
  EXPECT_TRUE(a.all<ConnectionClosed>().empty());
}

TEST_F(RebindTest, NobodyIsRefusedAtAnyStep) {
  start();
  for (const bool commit : {true, false, true}) {
    const Multiaddr next = host().listen_addresses().front() == kOld ? kAny : kOld;
    EXPECT_TRUE(reached_at(kOld));
    ASSERT_FALSE(host().prepare_listeners({next}));
    std::optional<base::Result<void>> reached;
    asio::co_spawn(world.executor(), a.host->probe(b.id(), kOld, {.timeout = seconds{5}}),
                   [&](const std::exception_ptr&, base::Result<void> result) { reached = result; });
    world.run_for(milliseconds{200});  // it waits where nobody accepts yet
    commit ? host().commit_listeners() : host().abort_listeners();
    EXPECT_TRUE(reached_at(kOld));
    EXPECT_TRUE(release());
    EXPECT_TRUE(reached && *reached);
  }
}

TEST_F(RebindTest, AChangeIsPossibleWhileAnEarlierOneIsStillReleased) {
  start();
  ASSERT_FALSE(host().prepare_listeners({kAny}));
  host().commit_listeners();
  ASSERT_FALSE(host().prepare_listeners({kOld}));
  host().commit_listeners();
  EXPECT_EQ(sockets(), 3u);
  EXPECT_TRUE(reached_at(kOld));
  EXPECT_TRUE(release());
  EXPECT_EQ(sockets(), 1u);
  EXPECT_TRUE(reached_at(kOld));
}

TEST_F(RebindTest, WhatBeganToListenMeanwhileStays) {
  start();
  ASSERT_FALSE(host().prepare_listeners({kOther}));
  const Multiaddr third = address("/ip4/10.0.0.2/tcp/4003");
  ASSERT_TRUE(host().listen(third));
  ASSERT_TRUE(host().stop_listening(kOld));
  host().commit_listeners();
  EXPECT_TRUE(release());
  EXPECT_EQ(host().listen_addresses(), (Addresses{kOther, third}));
}

TEST_F(RebindTest, AStopEndsAReleaseAtOnce) {
  start();
  ASSERT_FALSE(host().prepare_listeners({kOther}));
  host().commit_listeners();
  bool released = false;
  asio::co_spawn(world.executor(), host().release_listeners(),
                 [&](const std::exception_ptr&) { released = true; });
  world.settle();
  EXPECT_FALSE(released);
  EXPECT_TRUE(world.run(host().stop(), milliseconds{10}));
  EXPECT_TRUE(released);
  EXPECT_EQ(sockets(), 0u);
}

TEST_F(RebindTest, AStopClosesWhatIsPrepared) {
  start();
  ASSERT_FALSE(host().prepare_listeners({kOther}));
  EXPECT_TRUE(world.run(host().stop(), seconds{1}));
  host().commit_listeners();
  EXPECT_EQ(sockets(), 0u);
}

TEST_F(RebindTest, AStoppedHostPreparesNothing) {
  start();
  EXPECT_TRUE(world.run(host().stop(), seconds{1}));
  const auto failure = host().prepare_listeners({kOther});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->error, ConnErrc::host_stopped);
}

}  // namespace
}  // namespace libp2p
