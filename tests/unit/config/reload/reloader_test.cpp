// The reload transaction: order, selection, refusals, folding, and an end in the old or the new configuration
// wherever a component fails or hangs and whenever the node stops.
#include "config/reload/reloader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
#include "config/reload/limits.hpp"
#include "world.hpp"

namespace config::reload {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kNew = conf("peers: { max_connections: 5 }\nlogging: { level: debug }\n");

TEST(Reloader, PreparesCommitsAndReleasesOnlyWhatChangedInOrder) {
  World world;
  world.start();
  world.file = kNew;
  world.reload();
  EXPECT_THAT(world.calls, ElementsAre("prepare peers", "prepare logging", "commit peers", "commit logging",
                                       "release peers", "release logging"));
  EXPECT_EQ(world.reloader->effective().peers.max_connections, 5U);
  EXPECT_EQ(world.last().outcome, Outcome::applied);
  ASSERT_EQ(world.last().changes.size(), 2U);
  EXPECT_EQ(world.last().changes[0].path, "peers.max_connections");
  EXPECT_EQ(world.last().changes[0].before, "1024");
  EXPECT_EQ(world.last().changes[0].after, "5");
  EXPECT_EQ(world.reloader->state(), State::idle);
  EXPECT_FALSE(world.reloader->wake_at());
}

TEST(Reloader, AFileThatMeansTheSameTouchesNothing) {
  World world;
  world.start();
  world.file = conf("# a comment\npeers: { max_connections: 1024 }\n");
  world.reload();
  EXPECT_THAT(world.calls, IsEmpty());
  EXPECT_EQ(world.last().outcome, Outcome::unchanged);
}

TEST(Reloader, WhatIsLookedAtEveryTimeIsAskedWithoutAChange) {
  World world;
  world.part("peers").every_time = true;
  world.start();
  world.reload();
  EXPECT_THAT(world.calls, ElementsAre("prepare peers", "commit peers", "release peers"));
  EXPECT_EQ(world.last().outcome, Outcome::unchanged);
}

TEST(Reloader, AFileWithErrorsIsToldAndChangesNothing) {
  World world;
  world.start();
  world.file = conf("peers: { max_connections: 0 }\nlogging: { level: x }\n");
  world.reload();
  EXPECT_THAT(world.calls, IsEmpty());
  EXPECT_EQ(world.last().outcome, Outcome::invalid);
  EXPECT_THAT(world.last().findings, ElementsAre(HasSubstr("conf.yaml:2:27: peers.max_connections"),
                                                 HasSubstr("conf.yaml:3:19: logging.level")));
}

TEST(Reloader, WhatNeedsARestartIsRefusedAndNothingElseOfTheFileIsApplied) {
  World world;
  world.start();
  world.file = "network: { addresses: [/ip4/127.0.0.1/tcp/9000], loops: 2 }\npeers: { max_connections: 5 }\n";
  world.reload();
  EXPECT_THAT(world.calls, IsEmpty());
  EXPECT_EQ(world.last().outcome, Outcome::refused);
  EXPECT_EQ(world.last().reason, "network.loops: a change needs a restart; nothing of this file is applied");
  EXPECT_EQ(world.reloader->effective().peers.max_connections, 1024U);
}

TEST(Reloader, AChangedOrEmptiedPrivateKeyIsRefusedAndNotShown) {
  base::SeededRng rng{1};
  const auto line = [&rng] {
    return "node: { private_key: " + base::to_base64(libp2p::Identity::generate(rng).private_key_bytes()) + " }\n";
  };
  World world{conf(line())};
  world.start();
  const std::string other = line();
  for (const std::string& node : {other, std::string{"node: { private_key: \"\" }\n"}}) {
    world.file = conf(node + "peers: { max_connections: 5 }\n");
    world.reload();
    EXPECT_EQ(world.last().outcome, Outcome::refused);
    EXPECT_THAT(world.last().reason, HasSubstr("node.private_key (another key is another identity)"));
    for (const std::string& text : {to_text(world.last()), to_json(world.last())}) {
      EXPECT_THAT(text, ::testing::Not(HasSubstr(other.substr(25, 12))));
    }
  }
  EXPECT_THAT(world.calls, IsEmpty());
}

TEST(Reloader, AFailureAbortsInReverseOrderAndNamesItsCause) {
  World world;
  world.start();
  world.part("logging").on_prepare = Behaviour::fails;
  world.file = kNew;
  world.reload();
  EXPECT_THAT(world.calls, ElementsAre("prepare peers", "prepare logging", "abort logging", "abort peers",
                                       "release peers", "release logging"));
  EXPECT_EQ(world.last().outcome, Outcome::failed);
  EXPECT_EQ(world.last().component, "logging");
  EXPECT_EQ(world.last().reason, "no");
  EXPECT_THAT(world.mixture(settings_of(conf(""))), IsEmpty());
}

TEST(Reloader, ADryRunTellsAndTouchesNothing) {
  World world;
  world.start();
  world.file = kNew;
  world.reload(true, 3);
  EXPECT_TRUE(world.validates_dry_run);
  EXPECT_THAT(world.calls, IsEmpty());
  EXPECT_EQ(world.last().outcome, Outcome::dry_run);
  EXPECT_EQ(world.last().changes.size(), 2U);
  EXPECT_EQ(world.last().reason, "");
  EXPECT_EQ(world.last().askers.at(0).reply, 3U);
  world.file = "network: { addresses: [/ip4/127.0.0.1/tcp/9000], loops: 2 }\n";
  world.reload(true);
  EXPECT_THAT(world.last().reason, HasSubstr("would be refused: network.loops"));
  EXPECT_EQ(world.last().changes.at(0).effect, text::Effect::restart);
  world.reload();
  EXPECT_FALSE(world.validates_dry_run);
}

TEST(Reloader, WhatAComponentHasToSayOfAChangeIsToldWithoutStoppingIt) {
  World world;
  world.part("peers").to_notice = "fewer than there are";
  world.part("network").to_notice = "not concerned";
  world.start();
  world.file = kNew;
  world.reload(true);
  EXPECT_THAT(world.last().findings, ElementsAre("peers: fewer than there are"));
  world.reload();
  EXPECT_THAT(world.last().findings, ElementsAre("peers: fewer than there are"));
  EXPECT_EQ(world.last().outcome, Outcome::applied);
}

TEST(Reloader, ABurstFoldsIntoOneMoreReload) {
  World world;
  world.on_validate = Behaviour::later;
  world.start();
  world.reload(false, 1);
  for (std::uint64_t reply = 2; reply < 6; ++reply) world.reload(false, reply);
  EXPECT_EQ(world.validations, 1);
  world.answer_validate();
  EXPECT_EQ(world.validations, 2) << "the file may have changed since it was read";
  world.file = kNew;
  world.answer_validate();
  EXPECT_EQ(world.validations, 2);
  ASSERT_EQ(world.all().size(), 2U);
  EXPECT_EQ(world.all()[0].askers.size(), 1U);
  EXPECT_EQ(world.all()[1].askers.size(), 4U);
  EXPECT_EQ(world.last().outcome, Outcome::applied);
}

TEST(Reloader, ADryRunInABurstStaysOne) {
  World world;
  world.on_validate = Behaviour::later;
  world.start();
  world.file = kNew;
  world.reload();
  world.reload(true);
  world.reload();
  for (int i = 0; i < 3; ++i) world.answer_validate();
  ASSERT_EQ(world.all().size(), 3U);
  EXPECT_EQ(world.all()[0].outcome, Outcome::applied);
  EXPECT_EQ(world.all()[1].outcome, Outcome::unchanged);
  EXPECT_EQ(world.all()[2].outcome, Outcome::dry_run);
}

TEST(Reloader, ARequestDuringTheStartWaitsForItsEnd) {
  World world;
  world.reload();
  world.reload();
  EXPECT_EQ(world.validations, 0);
  EXPECT_TRUE(world.reloader->settled());
  world.start();
  EXPECT_EQ(world.validations, 1);
  EXPECT_EQ(world.last().askers.size(), 2U);
}

TEST(Reloader, TooManyAskersAreToldToComeAgain) {
  World world;
  for (std::size_t i = 0; i < kMaxAskers; ++i) world.reload();
  world.reload();
  EXPECT_THAT(world.all(), IsEmpty()) << "one signal more is the same";
  world.reload(false, 9);
  ASSERT_EQ(world.all().size(), 1U);
  EXPECT_EQ(world.last().askers.at(0).reply, 9U);
  EXPECT_THAT(world.last().reason, HasSubstr("ask again"));
  world.start();
  EXPECT_EQ(world.last().askers.size(), kMaxAskers);
}

TEST(Reloader, AHangingValidationEndsInTimeAndItsLateAnswerIsDropped) {
  World world;
  world.on_validate = Behaviour::hangs;
  world.start();
  world.file = kNew;
  world.reload();
  EXPECT_EQ(world.reloader->wake_at(), world.now + kValidateLimit);
  world.pass(kValidateLimit - 1ns);
  EXPECT_EQ(world.reloader->state(), State::validating);
  world.pass(1ns);
  EXPECT_EQ(world.last().outcome, Outcome::timed_out);
  world.answer_validate();
  EXPECT_THAT(world.calls, IsEmpty());
  const Ticket late = world.validate_ticket;
  world.reload();
  world.reloader->validated(late, {.settings = settings_of(kNew), .findings = {}}, world.now);
  EXPECT_EQ(world.reloader->state(), State::validating) << "that was the answer to an earlier question";
}

/// Where something goes wrong: in which component, at which step, how.
struct Trouble {
  const char* name;
  const char* section;
  bool preparing;
  Behaviour behaviour;
  Outcome want;
};

class ReloaderTrouble : public ::testing::TestWithParam<Trouble> {};

TEST_P(ReloaderTrouble, EndsInTheOldOrTheNewAndTheNextReloadWorks) {
  const Trouble& trouble = GetParam();
  World world;
  world.start();
  FakeComponent& part = world.part(trouble.section);
  (trouble.preparing ? part.on_prepare : part.on_release) = trouble.behaviour;
  world.file =
      "network: { addresses: [/ip4/127.0.0.1/tcp/9001] }\npeers: { max_connections: 5 }\nlogging: { level: debug "
      "}\n";
  world.reload();
  if (world.reloader->wake_at()) world.pass(*world.reloader->wake_at() - world.now);
  ASSERT_EQ(world.reloader->state(), State::idle);
  EXPECT_EQ(world.last().outcome, trouble.want);
  const bool is_new = trouble.want == Outcome::applied;
  EXPECT_THAT(world.mixture(settings_of(is_new ? world.file : conf(""))), IsEmpty());
  EXPECT_THAT(world.mixture(world.reloader->effective()), IsEmpty());
  if (trouble.preparing) EXPECT_EQ(world.last().component, trouble.section);

  part.answer_prepare();  // late
  part.answer_release();
  EXPECT_EQ(world.reloader->state(), State::idle);
  part.on_prepare = part.on_release = Behaviour::at_once;
  world.file = kNew;
  world.reload();
  EXPECT_EQ(world.last().outcome, Outcome::applied);
  EXPECT_THAT(world.mixture(settings_of(kNew)), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Reload, ReloaderTrouble,
    ::testing::Values(Trouble{"FirstFails", "network", true, Behaviour::fails, Outcome::failed},
                      Trouble{"SecondFails", "peers", true, Behaviour::fails, Outcome::failed},
                      Trouble{"LastFails", "logging", true, Behaviour::fails, Outcome::failed},
                      Trouble{"FirstHangs", "network", true, Behaviour::hangs, Outcome::timed_out},
                      Trouble{"SecondHangs", "peers", true, Behaviour::hangs, Outcome::timed_out},
                      Trouble{"LastHangs", "logging", true, Behaviour::hangs, Outcome::timed_out},
                      Trouble{"FirstHangsInRelease", "network", false, Behaviour::hangs, Outcome::applied},
                      Trouble{"LastHangsInRelease", "logging", false, Behaviour::hangs, Outcome::applied}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Reloader, AHangWhileRollingBackEndsInTheOld) {
  World world;
  world.start();
  world.part("peers").on_release = Behaviour::hangs;
  world.part("logging").on_prepare = Behaviour::fails;
  world.file = kNew;
  world.reload();
  EXPECT_EQ(world.reloader->state(), State::rolling_back);
  EXPECT_EQ(to_text(world.reloader->state()), "rolling_back");
  world.pass(kReleaseLimit);
  EXPECT_EQ(world.last().outcome, Outcome::failed);
  EXPECT_EQ(world.last().reason, "no");
  EXPECT_THAT(world.mixture(settings_of(conf(""))), IsEmpty());
}

TEST(ReloaderStates, HaveOneEdgeForEachStepAndNoOther) {
  int edges = 0;
  for (int from = 0; from <= static_cast<int>(State::rolling_back); ++from) {
    for (int on = 0; on <= static_cast<int>(Step::finish); ++on) {
      edges += next(static_cast<State>(from), static_cast<Step>(on)) ? 1 : 0;
    }
  }
  EXPECT_EQ(edges, static_cast<int>(kEdges.size()));
  EXPECT_FALSE(next(State::releasing, Step::abort)) << "what is committed stays";
  EXPECT_FALSE(next(State::starting, Step::begin));
}

}  // namespace
}  // namespace config::reload
