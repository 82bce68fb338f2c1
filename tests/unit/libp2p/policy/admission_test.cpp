// Who has to go when slots are scarce.
#include "libp2p/policy/admission.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/seeded_rng.hpp"

namespace libp2p::policy {
namespace {

constexpr bool kStranger = false;
constexpr bool kMember = true;

void fill(PendingHandshakes& pending, ConnId from, ConnId to, bool member) {
  for (ConnId id = from; id <= to; ++id) EXPECT_EQ(pending.add(id, member), std::nullopt) << id;
}

TEST(PendingHandshakes, StrangersHaveHalfOfTheSlots) {
  PendingHandshakes pending;
  fill(pending, 1, 64, kStranger);
  EXPECT_EQ(pending.add(65, kStranger), 1U);
  EXPECT_EQ(pending.size(), 64U);
}

TEST(PendingHandshakes, MembersMayUseEverySlot) {
  PendingHandshakes pending;
  fill(pending, 1, 128, kMember);
  EXPECT_EQ(pending.size(), 128U);
}

TEST(PendingHandshakes, WhenFullTheOldestSilentStrangerGoes) {
  PendingHandshakes pending;
  fill(pending, 1, 64, kStranger);
  fill(pending, 65, 128, kMember);
  pending.on_byte(1);
  EXPECT_EQ(pending.add(129, kMember), 2U);
}

TEST(PendingHandshakes, WhenAllStrangersSpokeTheOldestGoes) {
  PendingHandshakes pending;
  fill(pending, 1, 64, kStranger);
  for (ConnId id = 1; id <= 64; ++id) pending.on_byte(id);
  EXPECT_EQ(pending.add(65, kStranger), 1U);
}

TEST(PendingHandshakes, AMemberGoesOnlyWhereThereIsNoStranger) {
  PendingHandshakes pending;
  fill(pending, 1, 128, kMember);
  pending.on_byte(1);
  EXPECT_EQ(pending.add(129, kStranger), 2U) << "never refuse the new one";
  EXPECT_EQ(pending.add(130, kMember), 129U);
}

constexpr Source source(std::uint8_t number) { return {.prefix = {4, 192, 0, 2, number}}; }

TEST(PendingHandshakes, OneSourceHoldsSixteenAndMakesRoomAmongItself) {
  PendingHandshakes pending;
  EXPECT_EQ(pending.add(1, kStranger, source(1)), std::nullopt);
  EXPECT_EQ(pending.add(2, kStranger), std::nullopt);
  for (ConnId id = 3; id < 18; ++id) EXPECT_EQ(pending.add(id, kStranger, source(2)), std::nullopt) << id;
  EXPECT_EQ(pending.add(18, kStranger, source(2)), std::nullopt);
  pending.on_byte(3);
  EXPECT_EQ(pending.add(19, kStranger, source(2)), 4U) << "its own oldest silent one, not that of the others";
  EXPECT_EQ(pending.add(20, kStranger, source(1)), std::nullopt);
  EXPECT_EQ(pending.add(21, kStranger), std::nullopt);
}

TEST(PendingHandshakes, ManySourcesShareTheHalfOfTheStrangers) {
  PendingHandshakes pending;
  for (ConnId id = 0; id < 64; ++id) {
    EXPECT_EQ(pending.add(id, kStranger, source(static_cast<std::uint8_t>(id / 16))), std::nullopt);
  }
  EXPECT_EQ(pending.add(64, kStranger, source(9)), 0U);
}

TEST(PendingHandshakes, AnEndedOneLeavesItsSlot) {
  PendingHandshakes pending;
  fill(pending, 1, 64, kStranger);
  pending.remove(7);
  EXPECT_EQ(pending.add(65, kStranger), std::nullopt);
  pending.remove(4711);
  pending.on_byte(4711);
  EXPECT_EQ(pending.size(), 64U);
}

TEST(PendingHandshakes, ALimitOfOneStillLetsTheNewOneIn) {
  PendingHandshakes pending{CountLimits{.pending_handshakes = 1}};
  EXPECT_EQ(pending.add(1, kStranger), std::nullopt);
  EXPECT_EQ(pending.add(2, kStranger), 1U);
  EXPECT_EQ(pending.add(3, kMember), 2U);
}

TEST(PendingHandshakes, UnderRandomEventsStayWithinTheirLimits) {
  base::SeededRng rng{1};
  PendingHandshakes pending;
  std::set<ConnId> strangers;
  std::set<ConnId> members;
  for (ConnId id = 1; id <= 20'000; ++id) {
    const bool member = rng.below(3) == 0;
    const std::size_t strangers_before = strangers.size();
    const auto evicted = pending.add(id, member);
    if (evicted) {
      EXPECT_EQ(strangers.erase(*evicted) + members.erase(*evicted), 1U);
      EXPECT_TRUE(strangers.size() < strangers_before || strangers_before == 0) << "a member before a stranger";
    }
    (member ? members : strangers).insert(id);
    if (rng.below(2) == 0) pending.on_byte(id);
    if (rng.below(3) == 0) {
      const ConnId gone = static_cast<ConnId>(rng.below(static_cast<std::int64_t>(id))) + 1;
      pending.remove(gone);
      strangers.erase(gone);
      members.erase(gone);
    }
    ASSERT_EQ(pending.size(), strangers.size() + members.size());
    ASSERT_LE(pending.size(), 128U);
    ASSERT_LE(strangers.size(), 64U);
  }
}

struct AtLimit {
  const char* name;
  Standing held;  ///< Of both connections that fill the table.
  Standing newcomer;
  bool admitted;
};

class EstablishedAtTheLimit : public ::testing::TestWithParam<AtLimit> {};

TEST_P(EstablishedAtTheLimit, DisplaceByStanding) {
  EstablishedConnections table{CountLimits{.connections = 2}};
  ASSERT_TRUE(table.admit({.id = 1, .standing = GetParam().held}).admitted);
  ASSERT_TRUE(table.admit({.id = 2, .standing = GetParam().held}).admitted);
  const auto verdict = table.admit({.id = 3, .standing = GetParam().newcomer});
  EXPECT_EQ(verdict.admitted, GetParam().admitted);
  EXPECT_EQ(verdict.evicted, GetParam().admitted ? std::optional<ConnId>{2} : std::nullopt) << "the newest goes";
  EXPECT_EQ(table.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Admission, EstablishedAtTheLimit,
    ::testing::Values(AtLimit{"StrangerNotAStranger", Standing::stranger, Standing::stranger, false},
                      AtLimit{"StrangerNotAProven", Standing::proven, Standing::stranger, false},
                      AtLimit{"StrangerNotAnOperatorsEntry", Standing::operator_entry, Standing::stranger, false},
                      AtLimit{"ProvenAStranger", Standing::stranger, Standing::proven, true},
                      AtLimit{"ProvenNotAProven", Standing::proven, Standing::proven, false},
                      AtLimit{"ProvenNotAnOperatorsEntry", Standing::operator_entry, Standing::proven, false},
                      AtLimit{"OperatorsEntryAStranger", Standing::stranger, Standing::operator_entry, true},
                      AtLimit{"OperatorsEntryAProven", Standing::proven, Standing::operator_entry, true},
                      AtLimit{"OperatorsEntryNotItsLike", Standing::operator_entry, Standing::operator_entry,
                              false}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(EstablishedConnections, HoldAFullMeshOfTheDefaultSize) {
  EstablishedConnections table;
  for (ConnId id = 1; id <= 1024; ++id)
    ASSERT_TRUE(table.admit({.id = id, .standing = Standing::proven}).admitted);
  EXPECT_FALSE(table.admit({.id = 1025, .standing = Standing::proven}).admitted);
  table.remove(5);
  EXPECT_TRUE(table.admit({.id = 1026}).admitted);
}

TEST(EstablishedConnections, TheLowestStandingGoesFirst) {
  EstablishedConnections table{CountLimits{.connections = 3}};
  for (const auto& [id, standing] :
       {std::pair<ConnId, Standing>{1, Standing::stranger}, {2, Standing::proven}, {3, Standing::proven}}) {
    ASSERT_TRUE(table.admit({.id = id, .standing = standing}).admitted);
  }
  EXPECT_EQ(table.admit({.id = 4, .standing = Standing::operator_entry}).evicted, 1U);
  EXPECT_EQ(table.admit({.id = 5, .standing = Standing::operator_entry}).evicted, 3U);
}

TEST(EstablishedConnections, AStrangerThatWasProvenIsSafeFromMembers) {
  EstablishedConnections table{CountLimits{.connections = 1}};
  ASSERT_TRUE(table.admit({.id = 1}).admitted);
  table.set_standing(1, Standing::proven);
  table.set_standing(99, Standing::proven);
  EXPECT_FALSE(table.admit({.id = 2, .standing = Standing::proven}).admitted);
}

TEST(EstablishedConnections, AMembersSecondConnectionTakesASpareSlot) {
  EstablishedConnections table{CountLimits{.connections = 1, .spare_connections = 1}};
  ASSERT_TRUE(table.admit({.id = 1, .standing = Standing::proven}).admitted);
  const EstablishedConnections::Newcomer second{.id = 2, .standing = Standing::proven, .has_sibling = true};
  EXPECT_TRUE(table.admit(second).admitted);
  EXPECT_FALSE(table.admit({.id = 3, .standing = Standing::proven, .has_sibling = true}).admitted);
  EXPECT_EQ(table.size(), 2U);
}

TEST(EstablishedConnections, AStrangersSecondConnectionDoesNot) {
  EstablishedConnections table{CountLimits{.connections = 1}};
  ASSERT_TRUE(table.admit({.id = 1}).admitted);
  EXPECT_FALSE(table.admit({.id = 2, .standing = Standing::stranger, .has_sibling = true}).admitted);
}

TEST(EstablishedConnections, ALowerLimitHoldsForNewcomersOnly) {
  EstablishedConnections table{CountLimits{.connections = 3}};
  for (ConnId id = 1; id <= 3; ++id) ASSERT_TRUE(table.admit({.id = id}).admitted);
  table.set_capacity(1);
  EXPECT_EQ(table.size(), 3U);
  table.remove(1);
  EXPECT_FALSE(table.admit({.id = 4}).admitted) << "two are still more than one";
  table.set_capacity(3);
  EXPECT_TRUE(table.admit({.id = 5}).admitted);
}

}  // namespace
}  // namespace libp2p::policy
