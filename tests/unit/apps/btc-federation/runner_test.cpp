// The program's life: signals in each phase of the start, of a reload and of the stop.
#include "btc-federation/runner.hpp"

#include <gmock/gmock.h>

#include "config/reload/limits.hpp"
#include "libp2p/io/endpoint.hpp"
#include "program.hpp"

namespace btc_federation {
namespace {

using testing::IsEmpty;

/// Another port, log file and level.
const char* const kOtherLogging =
    "logging: { level: warn, console_output: false, file_output: true, file_name: n.log }";

class RunnerTest : public Program {
 protected:
  const std::string old_ = conf("");
  const std::string new_ = conf(kOtherLogging, "/ip4/10.0.0.1/tcp/9100");
  /// The log file can be opened, the address is another machine's.
  const std::string bad_ = conf(kOtherLogging, "/ip4/192.0.2.77/tcp/9000");

  /// The port of conf.yaml is another program's.
  std::unique_ptr<libp2p::io::Listener> take_port() {
    auto holder = machine_.network().listen(*libp2p::io::to_endpoint("10.0.0.1", 9000));
    EXPECT_TRUE(holder);
    return std::move(*holder);
  }
};

// --- start -----------------------------------------------------------------------------------------------------

TEST_F(RunnerTest, AReloadThatIsAskedForDuringTheStartComesAfterIt) {
  auto holder = take_port();
  boot();
  world_.run_for(1s);
  ASSERT_FALSE(lines_->lines("network.listen.retried").empty());
  write(new_);
  send(SIGHUP, 3);
  world_.settle();
  EXPECT_EQ(state(), State::starting);
  holder.reset();
  wait_for_reloads(1);
  EXPECT_EQ(records()[0].outcome, Outcome::applied);
  EXPECT_EQ(records()[0].askers.size(), 3U);
}

TEST_F(RunnerTest, AStopDuringTheStartEndsIt) {
  const auto holder = take_port();
  boot();
  world_.run_for(1s);
  send(SIGHUP);
  stop();
  EXPECT_EQ(runner_->exit_status(), ExitStatus::ok);
  EXPECT_TRUE(lines_->lines("node.started").empty());
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].outcome, Outcome::cancelled);
}

TEST_F(RunnerTest, AStopBeforeTheFirstTurnStartsNothing) {
  boot();
  stop();
  EXPECT_EQ(runner_->exit_status(), ExitStatus::ok);
  EXPECT_TRUE(lines_->lines("node.starting").empty());
}

TEST_F(RunnerTest, AStartThatFailsIsTheOperatorsToMend) {
  write(bad_);
  boot();
  expect_stop();
  EXPECT_EQ(runner_->exit_status(), ExitStatus::operator_error);
  EXPECT_EQ(lines_->lines("network.listen.failed").size(), 1U);
  EXPECT_EQ(ends_at_next_stop_, 0) << "no signal was sent";
}

TEST_F(RunnerTest, KeepsTheConfigurationThatItStartedWith) {
  start();
  const std::optional<std::string> kept = files_.text(in_folder("conf.yaml.last-good"));
  ASSERT_TRUE(kept);
  EXPECT_THAT(*kept, testing::HasSubstr("/ip4/10.0.0.1/tcp/9000"));
}

// --- a stop in each phase of a reload --------------------------------------------------------------------------

struct Phase {
  const char* name;
  State state;
  bool is_good;  ///< The file.
  Outcome want;  ///< Of a reload that a stop meets there.
};

class InPhase : public RunnerTest, public testing::WithParamInterface<Phase> {
 protected:
  void SetUp() override {
    start();
    write(GetParam().is_good ? new_ : bad_);
    bring_to(GetParam().state);
  }
  void expect_old_or_new(bool is_new) {
    EXPECT_THAT(differs_from(is_new ? new_ : old_), IsEmpty());
    EXPECT_EQ(log_.level(), is_new ? observe::Level::warn : observe::Level::info);
    EXPECT_EQ(files_.text(in_folder("n.log")).has_value(), is_new) << "a log file of a reload that failed stays";
  }
};

TEST_P(InPhase, AStopEndsInTheOldOrTheNewAndInTime) {
  send(SIGTERM);
  EXPECT_EQ(ends_at_next_stop_, 1) << "another one ends the process at once";
  world_.settle();
  disk_.let_go();
  expect_stop();
  EXPECT_EQ(runner_->exit_status(), ExitStatus::ok);
  EXPECT_EQ(cut_short_, 0);
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].outcome, GetParam().want);
  expect_old_or_new(GetParam().want == Outcome::applied);
}

TEST_P(InPhase, ABurstIsOneMoreReload) {
  send(SIGHUP, 200);
  world_.settle();
  disk_.let_go();
  wait_for_reloads(2);
  world_.run_for(1min);
  EXPECT_EQ(records().size(), 2U);
  EXPECT_EQ(records()[0].askers.size(), 1U);
  EXPECT_EQ(records()[1].askers.size(), config::reload::kMaxAskers);
  EXPECT_EQ(records()[1].outcome, GetParam().is_good ? Outcome::unchanged : Outcome::failed);
  expect_old_or_new(GetParam().is_good);
}

TEST_P(InPhase, ReopeningTheLogIsNotHeldUp) {
  send(SIGUSR1);
  EXPECT_EQ(state(), GetParam().state);
  if (GetParam().state != State::releasing) EXPECT_EQ(lines_->lines("log.reopened").size(), 1U);
  disk_.let_go();
  wait_for_reloads(1);
}

INSTANTIATE_TEST_SUITE_P(Runner, InPhase,
                         testing::Values(Phase{"Validating", State::validating, true, Outcome::cancelled},
                                         Phase{"Preparing", State::preparing, true, Outcome::cancelled},
                                         Phase{"Releasing", State::releasing, true, Outcome::applied},
                                         Phase{"RollingBack", State::rolling_back, false, Outcome::failed}),
                         [](const auto& c) { return std::string{c.param.name}; });

// --- a phase that hangs ----------------------------------------------------------------------------------------

TEST_F(RunnerTest, AComponentThatHangsInPrepareEndsInTheOld) {
  start();
  write(new_);
  bring_to(State::preparing);
  world_.run_for(config::reload::kPrepareLimit - 1ns);
  EXPECT_EQ(state(), State::preparing);
  world_.run_for(1ns);
  EXPECT_EQ(state(), State::rolling_back);
  world_.run_for(config::reload::kReleaseLimit);
  ASSERT_EQ(state(), State::idle) << "and the rolling back does not wait for it for ever";
  EXPECT_EQ(records()[0].outcome, Outcome::timed_out);
  EXPECT_EQ(records()[0].component, "logging");
  EXPECT_THAT(differs_from(old_), IsEmpty());

  disk_.let_go();  // what comes late is dropped
  world_.run_for(1s);
  EXPECT_EQ(log_.level(), observe::Level::info);
  EXPECT_FALSE(files_.text(in_folder("n.log")));
  send(SIGHUP);
  wait_for_reloads(2);
  EXPECT_EQ(records()[1].outcome, Outcome::applied);
  EXPECT_THAT(differs_from(new_), IsEmpty());
}

TEST_F(RunnerTest, AFileThatCannotBeReadInTimeIsGivenUp) {
  start();
  write(new_);
  bring_to(State::validating);
  world_.run_for(config::reload::kValidateLimit);
  ASSERT_EQ(state(), State::idle);
  EXPECT_EQ(records()[0].outcome, Outcome::timed_out);
  disk_.let_go();
  world_.run_for(1s);
  EXPECT_THAT(differs_from(old_), IsEmpty());
}

// --- stop ------------------------------------------------------------------------------------------------------

TEST_F(RunnerTest, AReloadThatIsAskedForDuringTheStopIsGivenUp) {
  start();
  write(new_);
  send(SIGTERM);
  send(SIGHUP);
  expect_stop();
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].outcome, Outcome::cancelled);
  EXPECT_THAT(differs_from(old_), IsEmpty());
}

TEST_F(RunnerTest, AStopIsOneHoweverManySignalsAskForIt) {
  start();
  send(SIGTERM);
  send(SIGINT);
  send(SIGTERM);
  expect_stop();
  world_.run_for(10s);
  EXPECT_EQ(stopped_, 1);
  EXPECT_EQ(ends_at_next_stop_, 1);
  EXPECT_EQ(lines_->lines("node.stopping").size(), 1U);
}

TEST_F(RunnerTest, AStopThatHangsIsCutShort) {
  start();
  disk_.hold();
  send(SIGTERM);
  world_.run_for(2799ms);
  EXPECT_EQ(cut_short_, 0);
  world_.run_for(1ms);
  EXPECT_EQ(cut_short_, 1);
  EXPECT_EQ(stopped_, 0);
  EXPECT_EQ(lines_->lines("node.stop.forced").size(), 1U);
  disk_.let_go();
  expect_stop();
}

}  // namespace
}  // namespace btc_federation
