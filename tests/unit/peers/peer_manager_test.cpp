// The peer manager: each transition, back-off and who is dialled when.
#include <gtest/gtest.h>

#include <algorithm>

#include "peers/peer_manager.hpp"
#include "unit/peers/manager_fixture.hpp"

namespace peers {
namespace {

TEST_F(PeerManagerTest, DialsAPeerOfTheOperatorAtOnceAndTellsEachTransition) {
  learn(1);
  const Actions first = manager_->poll(now_);
  ASSERT_EQ(first.dials.size(), 1U);
  EXPECT_EQ(first.dials[0].addresses.size(), 1U);
  ASSERT_EQ(first.transitions.size(), 1U);
  EXPECT_EQ(first.transitions[0].to, PeerState::connecting);
  EXPECT_TRUE(manager_->on_connected(id_of(1), address("192.0.2.2"), now_));
  EXPECT_EQ(state(1), PeerState::connected);
  EXPECT_EQ(manager_->connected(), 1U);
  EXPECT_EQ(manager_->dialing(), 0U);
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

TEST_F(PeerManagerTest, ForgetsAStrangerThatLeftNothingToDial) {
  ASSERT_TRUE(manager_->on_inbound(id_of(1), now_));
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_EQ(manager_->known(), 0U);
}

TEST_F(PeerManagerTest, NeverKnowsItself) {
  EXPECT_FALSE(manager_->learn(id_of(0), std::vector{address("192.0.2.1")}, Trust::operator_entry, now_));
  EXPECT_FALSE(manager_->on_inbound(id_of(0), now_));
}

TEST_F(PeerManagerTest, OnlyAConnectionThatLivedHalfAMinuteEndsTheOutage) {
  learn(1);
  next_dial();
  manager_->on_dial_failed(id_of(1), refused(), now_);
  const auto failures_after = [this](base::Duration life) {
    connect(1);
    now_ += life;
    manager_->on_disconnected(id_of(1), refused(), now_);
    return manager_->view(id_of(1))->failures;
  };
  EXPECT_EQ(failures_after(kStableAfter - 1ms), 2U);
  EXPECT_EQ(failures_after(kStableAfter), 1U);
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
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

}  // namespace
}  // namespace peers
