// What the service manager is told in each phase, and when it hears that the process is alive.
#include "service/state.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint kStart{1000s};

TEST(ServiceState, TellsOneLifeInOrder) {
  State state{std::nullopt};
  EXPECT_EQ(state.status("binding"), "STATUS=binding\n");
  EXPECT_EQ(state.up("3 peers", kStart), "READY=1\nSTATUS=3 peers\n");
  EXPECT_EQ(state.reloading(kStart + 1us), "RELOADING=1\nMONOTONIC_USEC=1000000001\n");
  EXPECT_EQ(state.reloaded("as before"), "READY=1\nSTATUS=as before\n");
  EXPECT_EQ(state.stopping(), "STOPPING=1\n");
  EXPECT_EQ(state.phase(), Phase::stopping);
}

TEST(ServiceState, SaysNothingThatDoesNotFitThePhase) {
  State state{std::nullopt};
  EXPECT_EQ(state.reloading(kStart), "") << "not up yet";
  EXPECT_EQ(state.reloaded(""), "");
  EXPECT_NE(state.up("", kStart), "");
  EXPECT_EQ(state.up("", kStart), "") << "twice";
  EXPECT_EQ(state.reloaded(""), "") << "no reload";
  EXPECT_NE(state.stopping(), "");
  EXPECT_EQ(state.stopping(), "");
  EXPECT_EQ(state.up("", kStart), "");
  EXPECT_EQ(state.reloading(kStart), "");
}

/// The manager waits for a RELOADING=1 that is younger than its request.
TEST(ServiceState, ASecondRequestDuringAReloadIsToldWithItsTime) {
  State state{std::nullopt};
  state.up("", kStart);
  EXPECT_EQ(state.reloading(kStart), "RELOADING=1\nMONOTONIC_USEC=1000000000\n");
  EXPECT_EQ(state.reloading(kStart + 1s), "RELOADING=1\nMONOTONIC_USEC=1001000000\n");
  EXPECT_NE(state.reloaded(""), "");
  EXPECT_EQ(state.reloaded(""), "");
}

TEST(ServiceState, AStopInEveryPhaseIsTold) {
  State starting{std::nullopt};
  EXPECT_EQ(starting.stopping(), "STOPPING=1\n");
  State reloading{std::nullopt};
  reloading.up("", kStart);
  reloading.reloading(kStart);
  EXPECT_EQ(reloading.stopping(), "STOPPING=1\n");
  EXPECT_EQ(reloading.reloaded(""), "");
}

TEST(ServiceState, AStatusIsOneLine) {
  const State state{std::nullopt};
  EXPECT_EQ(state.status("a\nSTOPPING=1\tb"), "STATUS=a STOPPING=1 b\n");
}

TEST(ServiceState, IsAliveAtHalfOfTheInterval) {
  State state{10s};
  EXPECT_FALSE(state.wake_at()) << "the manager watches from READY on";
  EXPECT_EQ(state.alive(kStart), "");
  state.up("", kStart);
  EXPECT_EQ(state.wake_at(), kStart);
  EXPECT_EQ(state.alive(kStart), "WATCHDOG=1\n");
  EXPECT_EQ(state.wake_at(), kStart + 5s);
  EXPECT_EQ(state.alive(kStart + 5s - 1ns), "");
  EXPECT_EQ(state.alive(kStart + 6s), "WATCHDOG=1\n");
  state.stopping();
  EXPECT_EQ(state.alive(kStart + 11s), "WATCHDOG=1\n") << "a stop is watched as well";
}

TEST(ServiceState, WithoutAWatchdogNothingIsDue) {
  State state{std::nullopt};
  state.up("", kStart);
  EXPECT_FALSE(state.wake_at());
  EXPECT_EQ(state.alive(kStart + 1h), "");
}

struct Interval {
  const char* name;
  const char* usec;
  const char* pid;
  std::optional<base::Duration> want;
};

class WatchdogInterval : public ::testing::TestWithParam<Interval> {};

TEST_P(WatchdogInterval, IsReadFromTheEnvironment) {
  EXPECT_EQ(watchdog_interval(GetParam().usec, GetParam().pid, 42), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Service, WatchdogInterval,
                         ::testing::Values(Interval{"OfThisProcess", "30000000", "42", 30s},
                                           Interval{"OfAnybody", "1", "", 1us},
                                           Interval{"OfAnotherProcess", "30000000", "43", std::nullopt},
                                           Interval{"OfABadPid", "30000000", "x", std::nullopt},
                                           Interval{"Unset", "", "", std::nullopt},
                                           Interval{"Zero", "0", "42", std::nullopt},
                                           Interval{"NoNumber", "30s", "42", std::nullopt},
                                           Interval{"TooLong", "9223372036854775807", "42", std::nullopt}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace service
