// The rule for several connections of one peer: its cases one by one, and a model of both ends under every kind of
// interleaving, half-open restarts included.
#include "libp2p/policy/duplicates.hpp"

#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "model/duplicate_pair.hpp"

namespace libp2p::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::TimePoint kNow{std::chrono::hours{1}};

ConnectionFacts conn(ConnId id, bool dialled_by_us, std::uint8_t hash) {
  ConnectionFacts facts{.id = id, .dialled_by_us = dialled_by_us, .answered = true, .last_heard = kNow};
  facts.handshake_hash[0] = hash;
  return facts;
}

struct PreferredCase {
  const char* name;
  std::vector<ConnectionFacts> connections;
  IdOrder order;
  std::optional<ConnId> want;
};

ConnectionFacts silent(ConnectionFacts facts) {
  facts.answered = false;
  return facts;
}

ConnectionFacts worn(ConnectionFacts facts) {
  facts.worn_out = true;
  return facts;
}

class PreferredConnection : public ::testing::TestWithParam<PreferredCase> {};

TEST_P(PreferredConnection, IsChosenByTheRule) {
  EXPECT_EQ(preferred(GetParam().connections, GetParam().order), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Duplicates, PreferredConnection,
    ::testing::Values(
        PreferredCase{"NoneOfNone", {}, IdOrder::we_are_smaller, std::nullopt},
        PreferredCase{"TheOnlyOne", {conn(1, false, 1)}, IdOrder::we_are_smaller, 1},
        PreferredCase{"NoneWhileNoneAnswered", {silent(conn(1, true, 1))}, IdOrder::we_are_smaller, std::nullopt},
        PreferredCase{"OursIfWeAreSmaller", {conn(1, false, 9), conn(2, true, 1)}, IdOrder::we_are_smaller, 2},
        PreferredCase{"TheirsIfWeAreLarger", {conn(1, false, 1), conn(2, true, 9)}, IdOrder::we_are_larger, 1},
        PreferredCase{"LargerHashOfOneDialer", {conn(1, true, 3), conn(2, true, 4)}, IdOrder::we_are_larger, 2},
        PreferredCase{
            "TheOneThatAnswered", {silent(conn(1, true, 9)), conn(2, false, 1)}, IdOrder::we_are_smaller, 2},
        PreferredCase{
            "NeverAWornOutOne", {worn(conn(1, true, 9)), conn(2, false, 1)}, IdOrder::we_are_smaller, 2}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Serving, IsTheFormerOneUntilTheRoundIsDecided) {
  const std::vector connections{conn(1, false, 1), conn(2, true, 1)};
  EXPECT_EQ(serving(connections, IdOrder::we_are_smaller, {.former = 1, .decided = false}), 1);
  EXPECT_EQ(serving(connections, IdOrder::we_are_smaller, {.former = 1, .decided = true}), 2);
}

TEST(Serving, OfTheLargerIdFollowsTheSmallerOnesLatestStream) {
  std::vector connections{conn(1, false, 1), conn(2, false, 2)};
  EXPECT_EQ(serving(connections, IdOrder::we_are_larger, {.followed = 1, .decided = true}), 1);
  EXPECT_EQ(serving(connections, IdOrder::we_are_smaller, {.followed = 1, .decided = true}), 2);
  connections[0].answered = false;
  EXPECT_EQ(serving(connections, IdOrder::we_are_larger, {.followed = 1, .decided = true}), 2);
}

TEST(Serving, IsNotWhatWeAgreedToRetireWhileThereIsAnother) {
  std::vector connections{conn(1, false, 1), conn(2, false, 2)};
  connections[1].we_retired = true;
  EXPECT_EQ(serving(connections, IdOrder::we_are_larger, {.followed = 2, .decided = true}), 1);
  EXPECT_EQ(serving(connections, IdOrder::we_are_smaller, {.former = 2, .decided = true}), 1);
  EXPECT_EQ(serving(connections, IdOrder::we_are_larger, {.former = 2, .decided = false}), 1);
  connections.erase(connections.begin());
  EXPECT_EQ(serving(connections, IdOrder::we_are_larger, {.decided = true}), 2);
}

TEST(Serving, WithoutAnyAnswerIsTheFormerOneElseTheOneHeardLast) {
  std::vector connections{silent(conn(1, true, 1)), silent(conn(2, true, 2))};
  connections[0].last_heard = kNow + seconds{1};
  EXPECT_EQ(serving(connections, IdOrder::we_are_smaller, {.former = 2, .decided = true}), 2);
  EXPECT_EQ(serving(connections, IdOrder::we_are_smaller, {.former = 7, .decided = true}), 1);
  EXPECT_EQ(serving({}, IdOrder::we_are_smaller, {.former = 2, .decided = true}), std::nullopt);
}

TEST(MayRetire, OnlyWhatIsNotPreferredWhileSomethingIs) {
  const std::vector connections{conn(1, true, 1), conn(2, true, 2)};
  EXPECT_TRUE(may_retire(connections, IdOrder::we_are_larger, 1));
  EXPECT_FALSE(may_retire(connections, IdOrder::we_are_larger, 2));
  const std::vector unproven{silent(conn(1, true, 1)), silent(conn(2, true, 2))};
  EXPECT_FALSE(may_retire(unproven, IdOrder::we_are_larger, 1));
}

/// A pair of which the first may be closed by the smaller id.
std::vector<ConnectionFacts> retired_pair() {
  std::vector connections{conn(1, false, 1), conn(2, true, 2)};
  connections[0].retired = true;
  return connections;
}

std::optional<ConnId> surplus_of(const std::vector<ConnectionFacts>& connections,
                                 IdOrder order = IdOrder::we_are_smaller) {
  return surplus(connections, order, kNow, Limits{});
}

TEST(Duplicates, ARetiredOneWithoutStreamsGoes) { EXPECT_EQ(surplus_of(retired_pair()), 1); }

TEST(Duplicates, TheLargerIdClosesNothing) {
  EXPECT_EQ(surplus_of(retired_pair(), IdOrder::we_are_larger), std::nullopt);
  std::vector<ConnectionFacts> many;
  for (ConnId id = 1; id <= 9; ++id) many.push_back(conn(id, true, static_cast<std::uint8_t>(id)));
  EXPECT_EQ(surplus_of(many, IdOrder::we_are_larger), std::nullopt);
}

TEST(Duplicates, WithoutRetireTheSpareStays) {
  std::vector<ConnectionFacts> connections = retired_pair();
  connections[0].retired = false;
  EXPECT_EQ(surplus_of(connections), std::nullopt);
}

TEST(Duplicates, AnOpenStreamKeepsARetiredOne) {
  std::vector<ConnectionFacts> connections = retired_pair();
  connections[0].open_streams = 1;
  EXPECT_EQ(surplus_of(connections), std::nullopt);
}

TEST(Duplicates, NothingIsClosedBeforeTheSurvivorAnswered) {
  std::vector<ConnectionFacts> connections = retired_pair();
  connections[1].answered = false;
  EXPECT_EQ(surplus_of(connections), std::nullopt) << "the retired one is the survivor now";
}

TEST(Duplicates, NothingIsClosedOnStaleEvidence) {
  std::vector<ConnectionFacts> connections = retired_pair();
  connections[1].last_heard = kNow - TimeLimits{}.survivor_heard;
  EXPECT_EQ(surplus_of(connections), 1);
  connections[1].last_heard -= milliseconds{1};
  EXPECT_EQ(surplus_of(connections), std::nullopt);
}

TEST(Duplicates, AtTheHardLimitTheLongestSilentGivesWayAtBothEnds) {
  std::vector<ConnectionFacts> connections;
  const Serving now{.former = 2, .decided = false};
  const auto goes = [&](IdOrder order) { return displaced(connections, order, now, Limits{}); };
  for (const IdOrder order : {IdOrder::we_are_smaller, IdOrder::we_are_larger}) {
    connections.clear();
    for (ConnId id = 1; id <= 7; ++id) connections.push_back(conn(id, true, static_cast<std::uint8_t>(10 - id)));
    EXPECT_EQ(goes(order), std::nullopt) << "below the limit";
    connections.push_back(conn(8, true, 1));
    connections[4].last_heard = kNow - seconds{5};
    EXPECT_EQ(goes(order), 5);
    connections[0].last_heard = kNow - seconds{9};
    EXPECT_EQ(goes(order), 5) << "the preferred one stays";
    connections[1].last_heard = kNow - seconds{9};
    EXPECT_EQ(goes(order), 5) << "so does the one that serves until it is decided";
  }
}

TEST(Duplicates, AboveFourTheLongestSilentGoes) {
  std::vector<ConnectionFacts> connections;
  for (ConnId id = 1; id <= 4; ++id) connections.push_back(conn(id, true, static_cast<std::uint8_t>(10 - id)));
  connections[2].last_heard = kNow - seconds{8};
  EXPECT_EQ(surplus_of(connections), std::nullopt);
  connections.push_back(conn(5, true, 1));
  EXPECT_EQ(surplus_of(connections), 3);
  connections[2].last_heard = kNow;
  connections[0].last_heard = kNow - seconds{9};
  EXPECT_NE(surplus_of(connections), 1) << "the preferred one is never closed, however silent";
}

TEST(PreferenceRound, EndsWhenAllHaveAnswered) {
  PreferenceRound round;
  round.begin(std::vector<ConnId>{1, 2}, kNow);
  EXPECT_EQ(round.to_ping(), (std::vector<ConnId>{1, 2}));
  round.on_ping_sent(1);
  round.on_ping_sent(2);
  EXPECT_TRUE(round.to_ping().empty());
  round.on_pong(1);
  EXPECT_FALSE(round.decided(kNow));
  round.on_pong(2);
  EXPECT_TRUE(round.decided(kNow));
  EXPECT_EQ(round.next_deadline(), std::nullopt);
}

TEST(PreferenceRound, EndsAtItsDeadline) {
  PreferenceRound round;
  round.begin(std::vector<ConnId>{1, 2}, kNow);
  EXPECT_EQ(round.next_deadline(), kNow + milliseconds{500});
  EXPECT_FALSE(round.decided(kNow + milliseconds{499}));
  EXPECT_TRUE(round.decided(kNow + milliseconds{500}));
  EXPECT_FALSE(round.answered(1));
}

TEST(PreferenceRound, CountsALateAnswer) {
  PreferenceRound round;
  round.begin(std::vector<ConnId>{1}, kNow);
  round.on_ping_sent(1);
  ASSERT_TRUE(round.decided(kNow + seconds{1}));
  round.on_pong(1);
  EXPECT_TRUE(round.answered(1));
}

TEST(PreferenceRound, DoesNotCountThePongOfAnEarlierPing) {
  PreferenceRound round;
  round.begin(std::vector<ConnId>{1}, kNow);
  round.on_ping_sent(1);
  round.begin(std::vector<ConnId>{1, 2}, kNow);  // before the pong
  round.on_pong(1);
  EXPECT_FALSE(round.answered(1));
  EXPECT_EQ(round.to_ping(), (std::vector<ConnId>{1, 2}));
}

TEST(PreferenceRound, DoesNotWaitForAClosedConnection) {
  PreferenceRound round;
  round.begin(std::vector<ConnId>{1, 2}, kNow);
  round.on_ping_sent(1);
  round.on_pong(1);
  round.on_closed(2);
  EXPECT_TRUE(round.decided(kNow));
}

class TwoEnds : public ::testing::TestWithParam<bool> {};

TEST_P(TwoEnds, KeepALiveConnectionAndSettleForEverySeed) {
  const bool retires = GetParam();
  std::size_t closed = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    base::SeededRng rng{seed};
    const auto choose = [&rng](std::size_t n) {
      return static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(n)));
    };
    model::DuplicatePair pair{choose, {.retires = retires}};
    for (int i = 0; i < 120; ++i) pair.step();
    pair.settle();
    ASSERT_EQ(pair.violation(), "") << "seed " << seed;
    ASSERT_EQ(pair.serving(0), pair.serving(1)) << "seed " << seed;
    ASSERT_EQ(pair.held(0), pair.held(1)) << "seed " << seed;
    ASSERT_GE(pair.live(), 1U) << "seed " << seed;
    ASSERT_LE(pair.live(), retires ? 1U : CountLimits{}.connections_per_peer) << "seed " << seed;
    closed += pair.closed_by_rule();
  }
  EXPECT_GT(closed, 1000U) << "the runs did not exercise the rule";
}

INSTANTIATE_TEST_SUITE_P(Duplicates, TwoEnds, ::testing::Values(true, false),
                         [](const auto& c) { return std::string{c.param ? "BothRetire" : "NoneRetires"}; });

}  // namespace
}  // namespace libp2p::policy
