// A stop in every state of a reload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/reload/limits.hpp"
#include "world.hpp"

namespace config::reload {
namespace {

using ::testing::IsEmpty;

const std::string kNew = conf("peers: { max_connections: 5 }\nlogging: { level: debug }\n");

TEST(ReloaderStop, BeforeTheStartCancelsWhatWaits) {
  World world;
  world.reload(false, 1);
  world.reload(true, 2);
  world.reloader->stop(world.now);
  ASSERT_EQ(world.all().size(), 2U);
  for (const Record& record : world.all()) EXPECT_EQ(record.outcome, Outcome::cancelled);
  EXPECT_TRUE(world.reloader->settled());
}

TEST(ReloaderStop, WhenIdleRefusesWhatComes) {
  World world;
  world.start();
  world.reloader->stop(world.now);
  world.reload();
  EXPECT_EQ(world.validations, 0);
  EXPECT_EQ(world.last().outcome, Outcome::cancelled);
  EXPECT_EQ(world.last().reason, "the node is stopping");
}

TEST(ReloaderStop, WhileValidatingCancels) {
  World world;
  world.on_validate = Behaviour::later;
  world.start();
  world.file = kNew;
  world.reload();
  world.reload();
  world.reloader->stop(world.now);
  EXPECT_TRUE(world.reloader->settled());
  ASSERT_EQ(world.all().size(), 2U);
  EXPECT_EQ(world.all()[0].outcome, Outcome::cancelled);
  world.answer_validate();
  EXPECT_THAT(world.calls, IsEmpty());
}

TEST(ReloaderStop, WhilePreparingRollsBack) {
  World world;
  world.start();
  world.part("logging").on_prepare = Behaviour::later;
  world.part("peers").on_release = Behaviour::later;
  world.file = kNew;
  world.reload();
  EXPECT_EQ(world.reloader->state(), State::preparing);
  world.reloader->stop(world.now);
  EXPECT_EQ(world.reloader->state(), State::rolling_back);
  EXPECT_EQ(world.reloader->wake_at(), world.now + kReleaseLimitAtStop);
  EXPECT_FALSE(world.reloader->settled());
  world.part("logging").answer_prepare();  // too late
  world.part("peers").answer_release();
  EXPECT_TRUE(world.reloader->settled());
  EXPECT_EQ(world.last().outcome, Outcome::cancelled);
  EXPECT_THAT(world.mixture(settings_of(conf(""))), IsEmpty());
}

/// The answer of the last component and the stop meet: what is ready is committed.
TEST(ReloaderStop, AReadyUpdateIsCommittedFirst) {
  World world;
  world.start();
  world.part("logging").on_prepare = Behaviour::later;
  world.file = kNew;
  world.reload();
  world.part("logging").answer_prepare();
  world.reloader->stop(world.now);
  EXPECT_EQ(world.last().outcome, Outcome::applied);
  EXPECT_THAT(world.mixture(settings_of(kNew)), IsEmpty());
}

TEST(ReloaderStop, AStopCutsTheReleaseShort) {
  World world;
  world.start();
  world.part("peers").on_release = Behaviour::later;
  world.file = kNew;
  world.reload();
  EXPECT_EQ(world.reloader->state(), State::releasing);
  EXPECT_EQ(to_text(world.reloader->state()), "updating");
  world.reload();
  world.reloader->stop(world.now);
  EXPECT_EQ(world.reloader->wake_at(), world.now + kReleaseLimitAtStop);
  world.pass(kReleaseLimitAtStop);
  ASSERT_EQ(world.all().size(), 2U);
  EXPECT_EQ(world.all()[0].outcome, Outcome::applied);
  EXPECT_EQ(world.all()[1].outcome, Outcome::cancelled);
  EXPECT_TRUE(world.reloader->settled());
}

}  // namespace
}  // namespace config::reload
