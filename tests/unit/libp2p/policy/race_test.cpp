// The order and the pace of a dial's attempts.
#include "libp2p/policy/race.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/seeded_rng.hpp"

namespace libp2p::policy {
namespace {

using std::chrono::milliseconds;
using Indices = std::vector<AddressRace::Index>;

constexpr base::TimePoint kStart{std::chrono::hours{1}};
constexpr Candidate kGlobal6{.family = Family::ip6, .nearby = false};
constexpr Candidate kGlobal4{.family = Family::ip4, .nearby = false};
constexpr Candidate kNear6{.family = Family::ip6, .nearby = true};
constexpr Candidate kNear4{.family = Family::ip4, .nearby = true};

AddressRace race_of(std::initializer_list<Candidate> candidates) {
  AddressRace race;
  for (const Candidate& c : candidates) EXPECT_TRUE(race.add(c).has_value());
  race.start(kStart);
  return race;
}

/// All that starts at `now`.
Indices started(AddressRace& race, base::TimePoint now) {
  Indices all;
  while (const auto index = race.poll(now)) all.push_back(*index);
  return all;
}

/// The order of the attempts when each is given its time.
Indices order_of(AddressRace race) {
  Indices all;
  while (const auto due = race.next_deadline()) {
    const auto index = race.poll(*due);
    if (!index) break;
    all.push_back(*index);
  }
  return all;
}

TEST(AddressRace, InterleavesFamiliesIPv6First) {
  EXPECT_EQ(order_of(race_of({kGlobal4, kGlobal4, kGlobal6, kGlobal6, kGlobal4})), (Indices{2, 0, 3, 1, 4}));
}

TEST(AddressRace, TriesNearbyAddressesFirst) {
  EXPECT_EQ(order_of(race_of({kGlobal6, kNear4, kGlobal4, kNear6})), (Indices{3, 1, 0, 2}));
}

TEST(AddressRace, DoesNothingBeforeItStarts) {
  AddressRace race;
  race.add(kGlobal6);
  EXPECT_EQ(race.next_deadline(), std::nullopt);
  EXPECT_EQ(race.poll(kStart), std::nullopt);
  EXPECT_FALSE(race.finished());
}

TEST(AddressRace, StaggersGlobalAttemptsBy250Ms) {
  AddressRace race = race_of({kGlobal6, kGlobal4});
  EXPECT_EQ(started(race, kStart), (Indices{0}));
  EXPECT_EQ(race.next_deadline(), kStart + milliseconds{250});
  EXPECT_EQ(started(race, kStart + milliseconds{249}), Indices{});
  EXPECT_EQ(started(race, kStart + milliseconds{250}), (Indices{1}));
  EXPECT_EQ(race.next_deadline(), std::nullopt);
}

TEST(AddressRace, StaggersNearbyAttemptsBy30Ms) {
  AddressRace race = race_of({kNear4, kGlobal6});
  EXPECT_EQ(started(race, kStart), (Indices{0}));
  EXPECT_EQ(started(race, kStart + milliseconds{30}), (Indices{1}));
}

TEST(AddressRace, StartsTheNextAtOnceWhenOneFails) {
  AddressRace race = race_of({kGlobal6, kGlobal4, kGlobal4});
  EXPECT_EQ(started(race, kStart), (Indices{0}));
  race.on_failed(0, kStart + milliseconds{10});
  EXPECT_EQ(started(race, kStart + milliseconds{10}), (Indices{1}));
  EXPECT_EQ(started(race, kStart + milliseconds{259}), Indices{});
  EXPECT_EQ(started(race, kStart + milliseconds{260}), (Indices{2}));
}

TEST(AddressRace, RunsAtMostEightAtOnce) {
  AddressRace race;
  for (int i = 0; i < 10; ++i) race.add(kNear4);
  race.start(kStart);
  base::TimePoint now = kStart;
  Indices all;
  for (int i = 0; i < 20; ++i, now += milliseconds{30}) {
    for (const auto index : started(race, now)) all.push_back(index);
  }
  EXPECT_EQ(all.size(), 8U);
  EXPECT_EQ(race.next_deadline(), std::nullopt);
  race.on_failed(3, now);
  EXPECT_EQ(started(race, now), (Indices{8}));
}

TEST(AddressRace, RefusesTheSixtyFifth) {
  AddressRace race;
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(race.add(kGlobal4).has_value());
  EXPECT_EQ(race.add(kGlobal4), std::nullopt);
}

TEST(AddressRace, TakesLateCandidatesInTheirOrder) {
  AddressRace race = race_of({kGlobal4, kGlobal4});
  EXPECT_EQ(started(race, kStart), (Indices{0}));
  race.add(kGlobal6);
  EXPECT_EQ(started(race, kStart + milliseconds{250}), (Indices{2}));
}

TEST(AddressRace, TheFirstToConnectWinsAndTheOthersAreCancelled) {
  AddressRace race = race_of({kNear6, kNear4, kNear4});
  started(race, kStart);
  started(race, kStart + milliseconds{30});
  EXPECT_EQ(race.on_connected(1), (Indices{0}));
  EXPECT_EQ(race.winner(), 1U);
  EXPECT_TRUE(race.finished());
  EXPECT_EQ(race.next_deadline(), std::nullopt);
  EXPECT_EQ(race.on_connected(0), Indices{}) << "its event was on the way when it was cancelled";
  race.on_failed(0, kStart);
  EXPECT_EQ(race.winner(), 1U);
}

TEST(AddressRace, ACommittedAttemptIsNeverCancelled) {
  AddressRace race = race_of({kNear6, kNear4, kNear4});
  started(race, kStart);
  started(race, kStart + milliseconds{30});
  race.on_committed(0, kStart + milliseconds{31});
  EXPECT_EQ(race.on_connected(1), Indices{});
  EXPECT_FALSE(race.finished());
  EXPECT_EQ(race.on_connected(0), Indices{});
  EXPECT_EQ(race.winner(), 1U);
  EXPECT_TRUE(race.finished());
}

TEST(AddressRace, ACommittedAttemptHoldsTheNextOneBack) {
  AddressRace race = race_of({kGlobal6, kGlobal4});
  started(race, kStart);
  race.on_committed(0, kStart + milliseconds{200});
  EXPECT_EQ(race.next_deadline(), kStart + milliseconds{700});
  race.on_failed(0, kStart + milliseconds{300});
  EXPECT_EQ(started(race, kStart + milliseconds{300}), (Indices{1}));
}

TEST(AddressRace, GivingUpCancelsAllButTheCommitted) {
  AddressRace race = race_of({kNear6, kNear4, kNear4});
  started(race, kStart);
  started(race, kStart + milliseconds{30});
  race.on_committed(1, kStart + milliseconds{30});
  EXPECT_EQ(race.give_up(), (Indices{0}));
  EXPECT_FALSE(race.finished());
  race.on_failed(1, kStart + milliseconds{40});
  EXPECT_TRUE(race.finished());
  EXPECT_EQ(race.winner(), std::nullopt);
  race.add(kGlobal6);
  EXPECT_EQ(race.next_deadline(), std::nullopt) << "a late name does not start it again";
}

TEST(AddressRace, IsFinishedWhenAllFailed) {
  AddressRace race = race_of({kGlobal6, kGlobal4});
  started(race, kStart);
  race.on_failed(0, kStart);
  EXPECT_FALSE(race.finished());
  started(race, kStart);
  race.on_failed(1, kStart);
  EXPECT_TRUE(race.finished());
  EXPECT_EQ(race.winner(), std::nullopt);
}

TEST(AddressRace, UnderRandomEventsStartsEachOnceAndNeverOverItsLimit) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    base::SeededRng rng{seed};
    AddressRace race;
    const auto count = static_cast<std::size_t>(rng.below(20) + 1);
    for (std::size_t i = 0; i < count; ++i) {
      race.add({.family = rng.below(2) == 0 ? Family::ip6 : Family::ip4, .nearby = rng.below(2) == 0});
    }
    race.start(kStart);
    base::TimePoint now = kStart;
    std::vector<int> starts(count);
    Indices running;
    const auto take = [&running](std::size_t at) {
      const auto index = running[at];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
      return index;
    };
    while (!race.finished()) {
      now += milliseconds{rng.below(100)};
      for (const auto index : started(race, now)) {
        EXPECT_EQ(++starts[index], 1);
        running.push_back(index);
      }
      ASSERT_LE(running.size(), 8U);
      if (running.empty() || rng.below(3) != 0) continue;
      const auto index = take(static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(running.size()))));
      if (rng.below(10) > 0) {
        race.on_failed(index, now);
        continue;
      }
      for (const auto cancelled : race.on_connected(index)) std::erase(running, cancelled);
    }
    EXPECT_TRUE(running.empty()) << seed;
    if (!race.winner()) EXPECT_EQ(std::ranges::count(starts, 1), static_cast<std::ptrdiff_t>(count)) << seed;
  }
}

}  // namespace
}  // namespace libp2p::policy
