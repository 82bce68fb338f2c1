// The peer manager: each transition, limits, back-off and who is dialled, with time and chance as arguments.
#include "peers/peer_manager.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/seeded_rng.hpp"
#include "unit/peers/vocabulary.hpp"

namespace peers {
namespace {

class PeerManagerTest : public ::testing::Test {
 protected:
  void make(Limits limits, std::uint32_t self = 0) {
    manager_ = std::make_unique<PeerManager>(id_of(self), limits, rng_);
  }
  void SetUp() override { make({}); }

  void learn(std::uint32_t peer, Trust trust = Trust::operator_entry) {
    const std::vector addresses{address("192.0.2." + std::to_string(peer % 250 + 1))};
    EXPECT_TRUE(manager_->learn(id_of(peer), addresses, trust, now_));
  }
  PeerState state(std::uint32_t peer) { return manager_->view(id_of(peer))->state; }
  /// Polls when the manager asks for it, until it dials somebody.
  Actions::Dial next_dial() {
    for (int turn = 0; turn < 100; ++turn) {
      if (auto actions = manager_->poll(now_); !actions.dials.empty()) return actions.dials.front();
      const auto at = manager_->next_deadline();
      if (!at) break;
      now_ = std::max(now_, *at);
    }
    ADD_FAILURE() << "nobody is dialled";
    return {id_of(0), {}, false};
  }
  void connect(std::uint32_t peer) {
    ASSERT_EQ(next_dial().peer, id_of(peer));
    ASSERT_TRUE(manager_->on_connected(id_of(peer), address("192.0.2.1"), now_));
  }

  base::SeededRng rng_{1};
  std::unique_ptr<PeerManager> manager_;
  base::TimePoint now_ = kStart;
};

TEST_F(PeerManagerTest, DialsAPeerOfTheOperatorAtOnceAndTellsEachTransition) {
  learn(1);
  const Actions first = manager_->poll(now_);
  ASSERT_EQ(first.dials.size(), 1U);
  EXPECT_EQ(first.dials[0].addresses.size(), 1U);
  ASSERT_EQ(first.transitions.size(), 1U);
  EXPECT_EQ(first.transitions[0].to, PeerState::connecting);
  manager_->on_dial_stage(id_of(1), DialStage::secure);
  EXPECT_EQ(manager_->view(id_of(1))->stage, DialStage::secure);
  EXPECT_TRUE(manager_->on_connected(id_of(1), address("192.0.2.2"), now_));
  EXPECT_EQ(state(1), PeerState::connected);
  EXPECT_EQ(manager_->connected(), 1U);
  EXPECT_EQ(manager_->dialing(), 0U);
  EXPECT_FALSE(manager_->view(id_of(1))->stage);
  manager_->on_disconnected(id_of(1), refused(), now_ + 60s);
  const Actions last = manager_->poll(now_ + 60s);
  ASSERT_EQ(last.transitions.size(), 3U);  // up, fail, wait
  EXPECT_EQ(last.transitions[1].cause, refused());
  EXPECT_EQ(last.transitions[2].to, PeerState::backing_off);
}

TEST_F(PeerManagerTest, TheLargerIdDialsASecondLater) {
  make({}, 9);
  learn(1);
  EXPECT_TRUE(manager_->poll(now_).dials.empty());
  EXPECT_EQ(manager_->next_deadline(), now_ + kLargerIdWaits);
  EXPECT_EQ(manager_->poll(now_ + kLargerIdWaits).dials.size(), 1U);
}

TEST_F(PeerManagerTest, BackOffGrowsToFifteenSecondsAndAfterTenMinutesToFiveMinutesAndNeverEnds) {
  learn(1);
  base::Duration longest_fresh{};
  base::Duration longest{};
  for (int attempt = 0; attempt < 200; ++attempt) {
    next_dial();
    manager_->on_dial_failed(id_of(1), refused(), now_);
    manager_->poll(now_);
    ASSERT_TRUE(manager_->next_deadline());
    const base::Duration wait = *manager_->next_deadline() - now_;
    EXPECT_GE(wait, kBackoffFirst / 2);
    (now_ - kStart < kFreshOutage ? longest_fresh : longest) =
        std::max(now_ - kStart < kFreshOutage ? longest_fresh : longest, wait);
  }
  EXPECT_LE(longest_fresh, kBackoffCapFresh);
  EXPECT_GT(longest_fresh, kBackoffCapFresh / 2);
  EXPECT_LE(longest, kBackoffCap);
  EXPECT_GT(longest, kBackoffCap / 2);
}

TEST_F(PeerManagerTest, AfterFiveFailuresADialIsAProbeOfOneAddressInTurn) {
  const std::vector addresses{address("192.0.2.1"), address("192.0.2.2")};
  manager_->learn(id_of(1), addresses, Trust::operator_entry, now_);
  for (std::uint32_t i = 0; i < kBreakerOpensAfter; ++i) {
    const auto dial = next_dial();
    EXPECT_FALSE(dial.probe);
    EXPECT_EQ(dial.addresses.size(), 2U);
    manager_->on_dial_failed(id_of(1), refused(), now_);
  }
  std::set<Multiaddr> probed;
  for (int i = 0; i < 2; ++i) {
    const auto dial = next_dial();
    EXPECT_TRUE(dial.probe);
    EXPECT_EQ(dial.addresses.size(), 1U);
    probed.insert(dial.addresses[0]);
    manager_->on_dial_failed(id_of(1), refused(), now_);
  }
  EXPECT_EQ(probed.size(), 2U);
  next_dial();
  manager_->on_connected(id_of(1), addresses[1], now_);
  manager_->on_disconnected(id_of(1), refused(), now_ + kStableAfter);
  now_ += kStableAfter;
  const auto dial = next_dial();
  EXPECT_FALSE(dial.probe);
  EXPECT_EQ(dial.addresses[0], addresses[1]) << "the one that worked comes first";
}

TEST_F(PeerManagerTest, ANewAddressAHintAndAnInboundConnectionEndTheWait) {
  learn(1);
  for (int i = 0; i < 10; ++i) {
    next_dial();
    manager_->on_dial_failed(id_of(1), refused(), now_);
  }
  manager_->poll(now_);
  ASSERT_GT(*manager_->next_deadline() - now_, 2s);
  manager_->learn(id_of(1), std::vector{address("203.0.113.1")}, Trust::hearsay, now_);
  EXPECT_EQ(manager_->next_deadline(), now_);
  next_dial();
  manager_->on_dial_failed(id_of(1), refused(), now_);
  manager_->on_hint(now_);
  EXPECT_EQ(manager_->poll(now_).dials.size(), 1U);
  manager_->on_dial_failed(id_of(1), refused(), now_);
  EXPECT_TRUE(manager_->on_inbound(id_of(1), now_));
  EXPECT_EQ(state(1), PeerState::connected);
  manager_->poll(now_);
  EXPECT_FALSE(manager_->next_deadline());
}

TEST_F(PeerManagerTest, AnInboundConnectionWhileWeDialCountsAndTheFailedDialHarmsNothing) {
  learn(1);
  next_dial();
  EXPECT_TRUE(manager_->on_inbound(id_of(1), now_));
  EXPECT_EQ(state(1), PeerState::connected);
  manager_->on_dial_failed(id_of(1), refused(), now_);
  EXPECT_EQ(state(1), PeerState::connected);
  EXPECT_EQ(manager_->dialing(), 0U);
}

TEST_F(PeerManagerTest, OnlyTheLastOfSeveralConnectionsEndsTheState) {
  learn(1);
  connect(1);
  EXPECT_TRUE(manager_->on_inbound(id_of(1), now_));
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(state(1), PeerState::connected);
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(state(1), PeerState::backing_off);
}

TEST_F(PeerManagerTest, APeerThatDialledWhileTheOwnDialWasUnderWayAndLeftIsDialledAgain) {
  learn(1);
  next_dial();
  manager_->on_inbound(id_of(1), now_);
  manager_->on_disconnected(id_of(1), refused(), now_);
  manager_->on_dial_failed(id_of(1), refused(), now_);
  next_dial();
}

TEST_F(PeerManagerTest, RemovingEndsEveryStateAndForgets) {
  for (const std::uint32_t peer : {1U, 2U, 3U, 4U}) learn(peer);
  manager_->poll(now_);
  manager_->on_connected(id_of(1), address("192.0.2.2"), now_);
  manager_->on_dial_failed(id_of(2), refused(), now_);
  manager_->poll(now_);
  for (const std::uint32_t peer : {1U, 2U, 3U}) EXPECT_TRUE(manager_->remove(id_of(peer), now_));
  const Actions actions = manager_->poll(now_);
  EXPECT_EQ(actions.disconnects, (std::vector{id_of(1), id_of(3)}));
  EXPECT_EQ(state(1), PeerState::disconnecting);
  EXPECT_FALSE(manager_->on_inbound(id_of(1), now_)) << "is being closed";
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(manager_->known(), 1U);
  EXPECT_FALSE(manager_->on_connected(id_of(3), address("192.0.2.4"), now_)) << "came too late";
  EXPECT_FALSE(manager_->remove(id_of(1), now_));
  EXPECT_EQ(manager_->dialing(), 1U);
}

TEST_F(PeerManagerTest, APeerAddedAgainWhileItIsBeingClosedIsDialledAfterwards) {
  learn(1);
  connect(1);
  manager_->remove(id_of(1), now_);
  learn(1);
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(next_dial().peer, id_of(1));
}

TEST_F(PeerManagerTest, StopClosesEverythingAndDialsNobody) {
  for (const std::uint32_t peer : {1U, 2U}) learn(peer);
  manager_->poll(now_);
  manager_->on_connected(id_of(1), address("192.0.2.2"), now_);
  manager_->stop(now_);
  EXPECT_EQ(manager_->poll(now_).disconnects.size(), 2U);
  EXPECT_FALSE(manager_->next_deadline());
  EXPECT_FALSE(manager_->on_inbound(id_of(2), now_));
  EXPECT_FALSE(manager_->learn(id_of(3), {}, Trust::operator_entry, now_));
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(state(1), PeerState::idle);
  EXPECT_EQ(manager_->dialing(), 0U);
}

TEST_F(PeerManagerTest, NeverDialsMoreAtOnceThanAllowedAndTheTrustedFirst) {
  make({.max_dials = 3});
  for (std::uint32_t peer = 1; peer <= 10; ++peer) learn(peer, peer > 7 ? Trust::operator_entry : Trust::proven);
  const Actions actions = manager_->poll(now_);
  ASSERT_EQ(actions.dials.size(), 3U);
  for (const auto& dial : actions.dials) EXPECT_GE(dial.peer, id_of(8));
  EXPECT_FALSE(manager_->next_deadline());
  manager_->on_dial_failed(id_of(8), refused(), now_);
  EXPECT_EQ(manager_->poll(now_).dials.size(), 1U);
}

TEST_F(PeerManagerTest, WantsTheOperatorsEntriesFirstThenAStableSet) {
  make({.max_connections = 4});
  for (std::uint32_t peer = 1; peer <= 10; ++peer) learn(peer, Trust::proven);
  EXPECT_EQ(manager_->wanted(), 4U);
  learn(20);
  learn(21);
  EXPECT_EQ(manager_->wanted(), 4U);
  EXPECT_TRUE(manager_->view(id_of(20))->wanted);
  EXPECT_TRUE(manager_->view(id_of(21))->wanted);
  EXPECT_EQ(manager_->poll(now_).dials.size(), 4U);
  manager_->remove(id_of(20), now_);
  EXPECT_EQ(manager_->wanted(), 4U);
  EXPECT_EQ(manager_->poll(now_).dials.size(), 1U) << "the place is taken by another";
}

TEST_F(PeerManagerTest, DialsHearsayAtMostSixteenTimesAtOnceAndThenOncePerTenSecondsAndTarget) {
  for (std::uint32_t peer = 1; peer <= 20; ++peer) {
    manager_->learn(id_of(peer), std::vector{address("192.0.2.1", int(peer))}, Trust::hearsay, now_);
  }
  EXPECT_EQ(manager_->poll(now_).dials.size(), kHearsayBurst);
  EXPECT_EQ(manager_->next_deadline(), now_ + kHearsayPerTarget);
  EXPECT_EQ(manager_->poll(now_ + kHearsayPerTarget).dials.size(), 1U);
}

TEST_F(PeerManagerTest, DialsADoubtedAddressAtOnceAndThenRarely) {
  manager_->learn(id_of(1), std::vector{address("192.0.2.1")}, Trust::doubted, now_);
  next_dial();
  for (int i = 0; i < 5; ++i) {
    const base::TimePoint before = now_;
    manager_->on_dial_failed(id_of(1), refused(), now_);
    next_dial();
    EXPECT_GE(now_ - before, kDoubtedEvery / 2);
    EXPECT_LE(now_ - before, kDoubtedEvery + kBackoffCap);
  }
}

TEST_F(PeerManagerTest, AHintDoesNotMakeADoubtedAddressLessRare) {
  manager_->learn(id_of(1), std::vector{address("192.0.2.1")}, Trust::doubted, now_);
  next_dial();
  manager_->on_dial_failed(id_of(1), refused(), now_);
  manager_->on_hint(now_);
  EXPECT_TRUE(manager_->poll(now_).dials.empty());
  EXPECT_GE(*manager_->next_deadline() - now_, kDoubtedEvery / 2);
}

TEST_F(PeerManagerTest, ATellingWithoutTheMarkEndsTheDoubt) {
  const std::vector there{address("192.0.2.1")};
  manager_->learn(id_of(1), there, Trust::doubted, now_);
  next_dial();
  manager_->on_dial_failed(id_of(1), refused(), now_);
  manager_->poll(now_);
  manager_->learn(id_of(1), there, Trust::hearsay, now_);
  EXPECT_EQ(manager_->poll(now_).dials.size(), 1U);
  manager_->learn(id_of(1), there, Trust::doubted, now_);
  manager_->on_dial_failed(id_of(1), refused(), now_);
  const base::TimePoint before = now_;
  next_dial();
  EXPECT_LT(now_ - before, kDoubtedEvery / 2) << "a later telling with the mark does not bring the doubt back";
}

TEST_F(PeerManagerTest, AConnectionOverADoubtedAddressEndsTheDoubt) {
  const std::vector there{address("192.0.2.1")};
  manager_->learn(id_of(1), there, Trust::doubted, now_);
  connect(1);
  EXPECT_EQ(manager_->view(id_of(1))->addresses[0].trust, Trust::proven);
  manager_->on_disconnected(id_of(1), refused(), now_ + kStableAfter);
  now_ += kStableAfter;
  const base::TimePoint before = now_;
  next_dial();
  EXPECT_LE(now_ - before, kBackoffFirst);
}

TEST_F(PeerManagerTest, ADoubtedAddressDoesNotHoldTheOthersOfItsPeerBack) {
  manager_->learn(id_of(1), std::vector{address("192.0.2.1")}, Trust::operator_entry, now_);
  manager_->learn(id_of(1), std::vector{address("192.0.2.2")}, Trust::doubted, now_);
  EXPECT_EQ(next_dial().addresses.size(), 2U);
  manager_->on_dial_failed(id_of(1), refused(), now_);
  const base::TimePoint before = now_;
  EXPECT_EQ(next_dial().addresses, std::vector{address("192.0.2.1")});
  EXPECT_LE(now_ - before, kBackoffFirst);
}

TEST_F(PeerManagerTest, APeerThatWaitsForTheLimitOnHearsayIsDialledAtOnceWhenTheOperatorAddsIt) {
  for (std::uint32_t peer = 1; peer <= kHearsayBurst + 1; ++peer) {
    manager_->learn(id_of(peer), std::vector{address("192.0.2.1", int(peer))}, Trust::hearsay, now_);
  }
  EXPECT_EQ(manager_->poll(now_).dials.size(), kHearsayBurst);
  const std::uint32_t last = kHearsayBurst + 1;
  ASSERT_EQ(state(last), PeerState::idle);
  manager_->learn(id_of(last), std::vector{address("192.0.2.1", int(last))}, Trust::operator_entry, now_);
  EXPECT_EQ(next_dial().peer, id_of(last));
  EXPECT_EQ(now_, kStart);
}

TEST_F(PeerManagerTest, ProbesAtMostAsManyAtOnceAsAllowedWhileWholeDialsGoOn) {
  make({.max_dials = 4, .max_probes = 2});
  const auto fail_all = [&](std::uint32_t count) {
    for (std::uint32_t peer = 1; peer <= count; ++peer) manager_->on_dial_failed(id_of(peer), refused(), now_);
  };
  for (std::uint32_t peer = 1; peer <= 3; ++peer) learn(peer);
  for (std::uint32_t failure = 0; failure < kBreakerOpensAfter; ++failure) {
    now_ += kBackoffCap;
    ASSERT_EQ(manager_->poll(now_).dials.size(), 3U);
    fail_all(3);
  }
  now_ += kBackoffCap;
  const Actions probes = manager_->poll(now_);
  ASSERT_EQ(probes.dials.size(), 2U) << "three breakers are open";
  for (const auto& dial : probes.dials) EXPECT_TRUE(dial.probe);
  EXPECT_FALSE(manager_->next_deadline()) << "the third waits for a slot";
  for (std::uint32_t peer = 4; peer <= 6; ++peer) learn(peer);
  EXPECT_EQ(manager_->poll(now_).dials.size(), 2U) << "up to max_dials in all, the probes among them";
  manager_->on_dial_failed(probes.dials[0].peer, refused(), now_);
  const Actions next = manager_->poll(now_);
  ASSERT_EQ(next.dials.size(), 1U);
  EXPECT_FALSE(next.dials[0].probe) << "whole dials come first";
}

TEST_F(PeerManagerTest, OneBelowTheLimitEveryProbeIsMade) {
  make({.max_dials = 4, .max_probes = 2});
  for (std::uint32_t peer = 1; peer <= 2; ++peer) learn(peer);
  for (std::uint32_t failure = 0; failure <= kBreakerOpensAfter; ++failure) {
    now_ += kBackoffCap;
    ASSERT_EQ(manager_->poll(now_).dials.size(), 2U);
    for (std::uint32_t peer = 1; peer <= 2; ++peer) manager_->on_dial_failed(id_of(peer), refused(), now_);
  }
}

TEST_F(PeerManagerTest, LoopbackIsFreeOfTheLimitOnHearsay) {
  for (std::uint32_t peer = 1; peer <= 30; ++peer) {
    manager_->learn(id_of(peer), std::vector{address("127.0.0.1", int(peer))}, Trust::hearsay, now_);
  }
  EXPECT_EQ(manager_->poll(now_).dials.size(), 30U);
}

TEST_F(PeerManagerTest, KeepsItsTablesBounded) {
  make({.max_known = 3, .max_addresses = 2});
  for (std::uint32_t peer = 1; peer <= 3; ++peer) learn(peer, Trust::hearsay);
  EXPECT_FALSE(manager_->learn(id_of(4), {}, Trust::proven, now_));
  EXPECT_FALSE(manager_->on_inbound(id_of(4), now_));
  learn(5);
  EXPECT_EQ(manager_->known(), 4U) << "an operator's entry is always taken";
  manager_->learn(id_of(1), std::vector{address("198.51.100.1"), address("198.51.100.2")}, Trust::hearsay, now_);
  EXPECT_EQ(manager_->view(id_of(1))->addresses.size(), 2U);
  manager_->learn(id_of(1), std::vector{address("198.51.100.3")}, Trust::operator_entry, now_);
  EXPECT_EQ(manager_->view(id_of(1))->addresses.size(), 2U);
  EXPECT_EQ(manager_->view(id_of(1))->addresses[0].address, address("198.51.100.3"));
}

TEST_F(PeerManagerTest, ForgetsAStrangerThatLeftNothingToDial) {
  ASSERT_TRUE(manager_->on_inbound(id_of(1), now_));
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(manager_->known(), 0U);
}

TEST_F(PeerManagerTest, NeverKnowsItself) {
  EXPECT_FALSE(manager_->learn(id_of(0), std::vector{address("192.0.2.1")}, Trust::operator_entry, now_));
  EXPECT_FALSE(manager_->on_inbound(id_of(0), now_));
}

TEST_F(PeerManagerTest, DampsAFlappingPeer) {
  learn(1);
  for (int i = 0; i < 3; ++i) {
    connect(1);
    manager_->on_disconnected(id_of(1), refused(), now_);
    manager_->poll(now_);
  }
  connect(1);
  manager_->on_disconnected(id_of(1), refused(), now_);
  manager_->poll(now_);
  EXPECT_GT(*manager_->next_deadline() - now_, 30s);
}

TEST_F(PeerManagerTest, ListsPagesInTheOrderOfIds) {
  for (std::uint32_t peer = 1; peer <= 25; ++peer) learn(peer);
  std::vector<PeerId> seen;
  std::optional<PeerId> after;
  for (auto page = manager_->page(after, 10); !page.empty(); page = manager_->page(after, 10)) {
    EXPECT_LE(page.size(), 10U);
    for (const PeerView& view : page) seen.push_back(view.id);
    after = seen.back();
  }
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_F(PeerManagerTest, TenThousandKnownPeersAreCheap) {
  for (std::uint32_t peer = 1; peer <= 10'000; ++peer) learn(peer, Trust::proven);
  EXPECT_EQ(manager_->wanted(), 1024U);
  EXPECT_EQ(manager_->poll(now_).dials.size(), Limits{}.max_dials);
}

}  // namespace
}  // namespace peers
