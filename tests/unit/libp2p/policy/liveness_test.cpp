// Every way through the liveness machine.
#include "libp2p/policy/liveness.hpp"

#include <gtest/gtest.h>

namespace libp2p::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::TimePoint kUp{std::chrono::hours{1}};
constexpr TimeLimits kLimits{};

/// A connection that is silent since kUp, up to the action after `steps` deadlines.
LivenessAction run_silent(Liveness& liveness, int steps) {
  LivenessAction action = LivenessAction::none;
  for (int i = 0; i < steps; ++i) action = liveness.poll(*liveness.next_deadline(kLimits), kLimits);
  return action;
}

TEST(Liveness, AsksForAPingAfterEightSecondsOfSilence) {
  Liveness liveness{kUp};
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{8});
  EXPECT_EQ(liveness.poll(kUp + milliseconds{7999}, kLimits), LivenessAction::none);
  EXPECT_EQ(liveness.poll(kUp + seconds{8}, kLimits), LivenessAction::send_ping);
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{18});
}

TEST(Liveness, MovesItsDeadlineLazilyOnLife) {
  Liveness liveness{kUp};
  liveness.on_life(kUp + seconds{5});
  EXPECT_EQ(liveness.poll(kUp + seconds{8}, kLimits), LivenessAction::none);
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{13});
  EXPECT_EQ(liveness.last_heard(), kUp + seconds{5});
}

TEST(Liveness, AnAnsweredPingStartsTheSilenceAnew) {
  Liveness liveness{kUp};
  run_silent(liveness, 1);
  liveness.on_pong(kUp + seconds{9});
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{17});
  EXPECT_EQ(liveness.poll(kUp + seconds{17}, kLimits), LivenessAction::send_ping);
}

TEST(Liveness, KeepsOnePingOutstanding) {
  Liveness liveness{kUp};
  run_silent(liveness, 1);
  liveness.on_life(kUp + seconds{9});  // data, but no pong
  EXPECT_EQ(liveness.poll(kUp + seconds{17}, kLimits), LivenessAction::none);
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{27}) << "the ping that is out gets its ten seconds";
  EXPECT_EQ(liveness.poll(kUp + seconds{27}, kLimits), LivenessAction::open_ping_stream);
}

TEST(Liveness, CountsAPingThatSomebodyElseSent) {
  Liveness liveness{kUp};
  liveness.on_ping_sent();
  EXPECT_EQ(run_silent(liveness, 1), LivenessAction::none);
  EXPECT_EQ(run_silent(liveness, 1), LivenessAction::open_ping_stream);
}

TEST(Liveness, AsksForAFreshStreamBeforeItJudges) {
  Liveness liveness{kUp};
  run_silent(liveness, 1);
  EXPECT_EQ(liveness.poll(kUp + milliseconds{17'999}, kLimits), LivenessAction::none);
  EXPECT_EQ(liveness.poll(kUp + seconds{18}, kLimits), LivenessAction::open_ping_stream);
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{23});
  EXPECT_EQ(liveness.failed_check(), std::nullopt);
}

TEST(Liveness, NamesTheCheckThatFailed) {
  Liveness liveness{kUp};
  EXPECT_EQ(run_silent(liveness, 3), LivenessAction::close);
  EXPECT_EQ(liveness.failed_check(), LivenessCheck::libp2p_ping);
  EXPECT_EQ(liveness.next_deadline(kLimits), std::nullopt);
  EXPECT_EQ(liveness.poll(kUp + seconds{60}, kLimits), LivenessAction::close);
}

TEST(Liveness, AnyAnswerToTheProbeIsLife) {
  Liveness liveness{kUp};
  run_silent(liveness, 2);
  liveness.on_life(kUp + seconds{22});
  EXPECT_EQ(liveness.failed_check(), std::nullopt);
  EXPECT_EQ(liveness.next_deadline(kLimits), kUp + seconds{30});
}

TEST(Liveness, JudgesByTheYamuxPingWhereNoProbeIsPossible) {
  Liveness liveness{kUp};
  liveness.on_probe_impossible();
  EXPECT_EQ(liveness.failed_check(), std::nullopt) << "nobody asked for a probe";
  run_silent(liveness, 2);
  liveness.on_probe_impossible();
  EXPECT_EQ(liveness.failed_check(), LivenessCheck::yamux_ping);
  EXPECT_EQ(liveness.poll(kUp + seconds{18}, kLimits), LivenessAction::close);
}

TEST(Liveness, AVerdictIsNotWithdrawn) {
  Liveness liveness{kUp};
  run_silent(liveness, 3);
  liveness.on_pong(kUp + seconds{24});
  EXPECT_EQ(liveness.failed_check(), LivenessCheck::libp2p_ping);
}

TEST(Liveness, DropsAFrozenPeerWithinTwentyFiveSeconds) {
  Liveness liveness{kUp};
  base::TimePoint now = kUp;
  while (liveness.poll(now, kLimits) != LivenessAction::close) now += milliseconds{10};
  EXPECT_LT(now - kUp, seconds{25});
}

}  // namespace
}  // namespace libp2p::policy
