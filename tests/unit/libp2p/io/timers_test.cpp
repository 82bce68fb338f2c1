// The deadline heap: order, lazy moves, and callbacks that change the heap while it runs.
#include "libp2p/io/timers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/seeded_rng.hpp"

namespace libp2p::io {
namespace {

using std::chrono::milliseconds;

class ManualTimers final : public Timers {
 public:
  std::vector<base::TimePoint> rearmed;

 private:
  void rearm(base::TimePoint at) override { rearmed.push_back(at); }
};

class TimersTest : public ::testing::Test {
 protected:
  base::TimePoint at(int ms) const { return start_ + milliseconds{ms}; }
  std::unique_ptr<Timer> logging(std::string name) {
    return std::make_unique<Timer>(timers_, [this, name = std::move(name)] { log_ += name; });
  }

  const base::TimePoint start_{std::chrono::hours{1}};
  ManualTimers timers_;
  std::string log_;
};

TEST_F(TimersTest, AnEmptyHeapHasNothingNext) { EXPECT_FALSE(timers_.next()); }

TEST_F(TimersTest, DeadlinesFireInTheOrderOfTheirTimes) {
  const auto a = logging("a"), b = logging("b"), c = logging("c");
  a->arm(at(30));
  b->arm(at(10));
  c->arm(at(20));
  EXPECT_EQ(timers_.next(), at(10));
  timers_.run_due(at(25));
  EXPECT_EQ(log_, "bc");
  EXPECT_TRUE(a->armed());
  EXPECT_FALSE(b->armed());
  timers_.run_due(at(30));
  EXPECT_EQ(log_, "bca");
  EXPECT_EQ(timers_.size(), 0u);
}

TEST_F(TimersTest, EqualTimesFireInTheOrderOfArming) {
  const auto a = logging("a"), b = logging("b"), c = logging("c");
  for (const auto* timer : {&b, &a, &c}) (*timer)->arm(at(5));
  timers_.run_due(at(5));
  EXPECT_EQ(log_, "bac");
}

TEST_F(TimersTest, NothingFiresEarly) {
  const auto a = logging("a");
  a->arm(at(10));
  timers_.run_due(at(10) - base::Duration{1});
  EXPECT_EQ(log_, "");
}

TEST_F(TimersTest, MovingLaterLeavesTheHeapAloneUntilTheOldTime) {
  const auto a = logging("a");
  a->arm(at(10));
  const std::size_t before = timers_.rearmed.size();
  for (int ms = 11; ms <= 50; ++ms) a->arm(at(ms));
  EXPECT_EQ(timers_.rearmed.size(), before);
  EXPECT_EQ(timers_.next(), at(10));
  timers_.run_due(at(10));
  EXPECT_EQ(log_, "");
  EXPECT_EQ(timers_.next(), at(50));
  timers_.run_due(at(50));
  EXPECT_EQ(log_, "a");
}

TEST_F(TimersTest, MovingEarlierTakesEffectAtOnce) {
  const auto a = logging("a");
  a->arm(at(100));
  a->arm(at(10));
  EXPECT_EQ(timers_.rearmed.back(), at(10));
  EXPECT_EQ(timers_.size(), 1u);
  timers_.run_due(at(10));
  EXPECT_EQ(log_, "a");
  timers_.run_due(at(100));
  EXPECT_EQ(log_, "a");
}

TEST_F(TimersTest, ALazilyMovedDeadlineCanMoveBack) {
  const auto a = logging("a");
  a->arm(at(10));
  a->arm(at(100));
  a->arm(at(20));
  timers_.run_due(at(10));
  EXPECT_EQ(log_, "");
  timers_.run_due(at(20));
  EXPECT_EQ(log_, "a");
}

TEST_F(TimersTest, ACancelledDeadlineDoesNotFire) {
  const auto a = logging("a"), b = logging("b");
  a->arm(at(10));
  b->arm(at(10));
  a->cancel();
  a->cancel();
  timers_.run_due(at(10));
  EXPECT_EQ(log_, "b");
}

TEST_F(TimersTest, DestroyingATimerTakesItOut) {
  auto a = logging("a");
  a->arm(at(10));
  a.reset();
  EXPECT_EQ(timers_.size(), 0u);
  timers_.run_due(at(10));
  EXPECT_EQ(log_, "");
}

TEST_F(TimersTest, ACallbackMayDestroyItsOwnTimer) {
  std::unique_ptr<Timer> own;
  own = std::make_unique<Timer>(timers_, [this, &own] {
    own.reset();
    log_ += "own";
  });
  own->arm(at(1));
  timers_.run_due(at(1));
  EXPECT_EQ(log_, "own");
  EXPECT_EQ(timers_.size(), 0u);
}

TEST_F(TimersTest, ACallbackMayDestroyAnotherThatIsDue) {
  auto victim = logging("victim");
  Timer killer{timers_, [&victim] { victim.reset(); }};
  killer.arm(at(1));
  victim->arm(at(1));
  timers_.run_due(at(1));
  EXPECT_EQ(log_, "");
}

TEST_F(TimersTest, ACallbackThatArmsItselfInThePastRunsOnceARun) {
  int runs = 0;
  std::unique_ptr<Timer> again;
  again = std::make_unique<Timer>(timers_, [&] {
    if (++runs < 10) again->arm(at(1));
  });
  again->arm(at(1));
  timers_.run_due(at(100));
  EXPECT_EQ(runs, 1) << "sockets get their turn in between";
  EXPECT_EQ(timers_.rearmed.back(), at(1)) << "and then it runs again";
  timers_.run_due(at(100));
  EXPECT_EQ(runs, 2);
}

TEST_F(TimersTest, WhatIsArmedInThePastDoesNotHoldUpWhatWasDueBefore) {
  const auto later = logging("later");
  std::unique_ptr<Timer> first;
  first = std::make_unique<Timer>(timers_, [&] {
    log_ += "first ";
    first->arm(at(1));
  });
  const auto middle = logging("middle ");
  first->arm(at(2));
  middle->arm(at(3));
  later->arm(at(4));
  timers_.run_due(at(4));
  EXPECT_EQ(log_, "first middle later");
}

TEST_F(TimersTest, WhatACallbackArmsForNowFiresInTheNextRun) {
  const auto second = logging("second");
  Timer first{timers_, [&] { second->arm(at(1)); }};
  first.arm(at(1));
  timers_.run_due(at(1));
  EXPECT_EQ(log_, "");
  timers_.run_due(at(1));
  EXPECT_EQ(log_, "second");
}

/// Random operations against a plain list that is searched.
TEST_F(TimersTest, ARandomHistoryFiresExactlyWhatIsDueInOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    base::SeededRng rng{seed};
    struct Tracked {
      std::unique_ptr<Timer> timer;
      int due = -1;
    };
    std::vector<Tracked> all(40);
    std::vector<int> fired;
    int now = 0;
    for (Tracked& tracked : all) {
      tracked.timer = std::make_unique<Timer>(timers_, [&] {
        ASSERT_LE(tracked.due, now);
        ASSERT_GE(tracked.due, 0) << "fired without being armed";
        fired.push_back(tracked.due);
        tracked.due = -1;
      });
    }
    for (int step = 0; step < 400; ++step) {
      Tracked& one = all[static_cast<std::size_t>(rng.below(40))];
      switch (rng.below(4)) {
        case 0:
          one.timer->cancel();
          one.due = -1;
          break;
        case 1: {
          now += static_cast<int>(rng.below(5));
          fired.clear();
          timers_.run_due(at(now));
          EXPECT_TRUE(std::ranges::is_sorted(fired)) << "seed " << seed;
          for (const Tracked& t : all) EXPECT_TRUE(t.due == -1 || t.due > now) << "seed " << seed;
          break;
        }
        default: one.due = now + 1 + static_cast<int>(rng.below(30)); one.timer->arm(at(one.due));
      }
    }
  }
}

}  // namespace
}  // namespace libp2p::io
