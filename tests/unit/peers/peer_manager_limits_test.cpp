// The peer manager: whom it prefers when not all can be dialled, how rarely it dials what it hardly trusts, and
// its limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "peers/peer_manager.hpp"
#include "unit/peers/manager_fixture.hpp"

namespace peers {
namespace {

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
  EXPECT_FALSE(manager_->learn(id_of(4), std::vector{address("192.0.2.4")}, Trust::hearsay, now_));
  learn(5);
  EXPECT_EQ(manager_->known(), 4U) << "an operator's entry is always taken";
  manager_->learn(id_of(1), std::vector{address("198.51.100.1"), address("198.51.100.2")}, Trust::hearsay, now_);
  EXPECT_EQ(manager_->view(id_of(1))->addresses.size(), 2U);
  manager_->learn(id_of(1), std::vector{address("198.51.100.3")}, Trust::operator_entry, now_);
  EXPECT_EQ(manager_->view(id_of(1))->addresses.size(), 2U);
  EXPECT_EQ(manager_->view(id_of(1))->addresses[0].address, address("198.51.100.3"));
}

/// What liars told must not keep out who is there: neither who connects nor who was proven.
TEST_F(PeerManagerTest, HearsayInAFullTableGivesWayToWhoIsMet) {
  make({.max_known = 3, .max_addresses = 2});
  learn(1, Trust::hearsay);
  learn(2, Trust::proven);
  learn(3, Trust::hearsay);
  EXPECT_TRUE(manager_->on_inbound(id_of(4), now_));
  EXPECT_EQ(manager_->known(), 3U);
  learn(5, Trust::proven);
  EXPECT_EQ(manager_->known(), 3U);
  EXPECT_EQ(state(4), PeerState::connected);
  EXPECT_EQ(state(2), PeerState::idle);
  EXPECT_FALSE(manager_->view(id_of(1)) || manager_->view(id_of(3)));
  EXPECT_FALSE(manager_->on_inbound(id_of(6), now_)) << "nothing is left that may go";
}

TEST_F(PeerManagerTest, HearsayThatIsBeingDialledDoesNotGiveWay) {
  make({.max_known = 1});
  learn(1, Trust::hearsay);
  EXPECT_EQ(next_dial().peer, id_of(1));
  EXPECT_FALSE(manager_->on_inbound(id_of(2), now_));
  manager_->on_dial_failed(id_of(1), base::ErrorCode{}, now_);
  EXPECT_EQ(state(1), PeerState::backing_off);
  EXPECT_TRUE(manager_->on_inbound(id_of(2), now_));
  EXPECT_FALSE(manager_->view(id_of(1)));
  EXPECT_TRUE(manager_->poll(now_ + kBackoffCap).dials.empty());
}

TEST_F(PeerManagerTest, WantsWhoWasProvenBeforeWhoWasOnlyTold) {
  make({.max_connections = 2});
  for (std::uint32_t peer = 1; peer <= 20; ++peer) learn(peer, Trust::hearsay);
  learn(30, Trust::proven);
  learn(7, Trust::proven);
  EXPECT_TRUE(manager_->view(id_of(30))->wanted && manager_->view(id_of(7))->wanted);
  EXPECT_EQ(manager_->wanted(), 2U);
  learn(8);
  EXPECT_TRUE(manager_->view(id_of(8))->wanted);
}

/// A member on a changing address: the one that it has now finds a place, whatever worked before.
TEST_F(PeerManagerTest, AFullBookTakesThePeersNewestAddress) {
  make({.max_addresses = 4});
  for (int day = 1; day <= 40; ++day) {
    const std::vector told{address("198.51.100." + std::to_string(day))};
    manager_->learn(id_of(1), told, Trust::hearsay, now_);
    const Actions::Dial dial = next_dial();
    EXPECT_TRUE(std::ranges::count(dial.addresses, told.front()) == 1) << "day " << day;
    ASSERT_TRUE(manager_->on_connected(id_of(1), told.front(), now_));
    now_ += 24h;
    manager_->on_disconnected(id_of(1), base::ErrorCode{}, now_);
  }
  EXPECT_EQ(manager_->view(id_of(1))->addresses.size(), 4U);
}

TEST_F(PeerManagerTest, AFullBookKeepsTheOperatorsAddressesAndTheOneThatWorkedLast) {
  make({.max_addresses = 3});
  const auto at = [](int n) { return address("198.51.100." + std::to_string(n)); };
  manager_->learn(id_of(1), std::vector{at(1)}, Trust::operator_entry, now_);
  manager_->learn(id_of(1), std::vector{at(2)}, Trust::hearsay, now_);
  next_dial();
  ASSERT_TRUE(manager_->on_connected(id_of(1), at(2), now_));
  for (int n = 3; n <= 9; ++n) manager_->learn(id_of(1), std::vector{at(n)}, Trust::hearsay, now_);
  std::vector<libp2p::Multiaddr> kept;
  const std::optional<PeerView> full = manager_->view(id_of(1));
  for (const KnownAddress& known : full->addresses) kept.push_back(known.address);
  EXPECT_THAT(kept, ::testing::UnorderedElementsAre(at(1), at(2), at(9)));
  manager_->learn(id_of(1), std::vector{at(10)}, Trust::doubted, now_);
  const std::optional<PeerView> same = manager_->view(id_of(1));
  EXPECT_EQ(std::ranges::count(same->addresses, at(10), &KnownAddress::address), 0);
}

TEST_F(PeerManagerTest, TenThousandKnownPeersAreCheap) {
  for (std::uint32_t peer = 1; peer <= 10'000; ++peer) learn(peer, Trust::proven);
  EXPECT_EQ(manager_->wanted(), 1024U);
  EXPECT_EQ(manager_->poll(now_).dials.size(), Limits{}.max_dials);
}

TEST_F(PeerManagerTest, AHigherLimitLetsTheSpareInAndALowerOneDropsThemAgain) {
  make({.max_connections = 2});
  for (std::uint32_t peer = 1; peer <= 6; ++peer) learn(peer, peer > 5 ? Trust::operator_entry : Trust::proven);
  EXPECT_EQ(manager_->poll(now_ + kLargerIdWaits).dials.size(), 2U);
  manager_->set_max_connections(5, now_);
  EXPECT_EQ(manager_->wanted(), 5U);
  EXPECT_EQ(manager_->poll(now_ + 2 * kLargerIdWaits).dials.size(), 3U);

  manager_->set_max_connections(1, now_);
  EXPECT_EQ(manager_->wanted(), 1U);
  EXPECT_TRUE(manager_->view(id_of(6))->wanted) << "the operator's entry goes last";
}

/// Whoever comes and goes without being wanted: of the longest unused nothing is remembered.
TEST_F(PeerManagerTest, RemembersFailuresOfAFewThatAreNeitherWantedNorInUse) {
  make({.max_connections = 0, .max_resting = 2});
  for (std::uint32_t peer = 1; peer <= 4; ++peer) {
    learn(peer, Trust::proven);
    ASSERT_TRUE(manager_->on_inbound(id_of(peer), now_));
  }
  EXPECT_EQ(manager_->resting(), 0U) << "all are in use";
  for (std::uint32_t peer = 1; peer <= 4; ++peer) manager_->on_disconnected(id_of(peer), refused(), now_);
  EXPECT_EQ(manager_->resting(), 2U);
  EXPECT_EQ(state(1), PeerState::idle);
  EXPECT_EQ(manager_->view(id_of(2))->failures, 0U);
  EXPECT_EQ(state(3), PeerState::backing_off);
  EXPECT_EQ(manager_->view(id_of(4))->failures, 1U);
}

TEST_F(PeerManagerTest, WhoIsNotWantedAnyMoreStaysConnectedButIsNotDialledAgain) {
  make({.max_connections = 1});
  learn(1, Trust::proven);
  manager_->poll(now_ + kLargerIdWaits);
  ASSERT_TRUE(manager_->on_connected(id_of(1), address("192.0.2.1"), now_));
  manager_->set_max_connections(0, now_);
  EXPECT_TRUE(manager_->poll(now_).disconnects.empty());
  manager_->on_disconnected(id_of(1), refused(), now_);
  EXPECT_TRUE(manager_->poll(now_ + std::chrono::hours{1}).dials.empty());
}

}  // namespace
}  // namespace peers
