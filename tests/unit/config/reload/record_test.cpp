// What is remembered of a reload, and how it is told.
#include "config/reload/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/reload/limits.hpp"
#include "world.hpp"

namespace config::reload {
namespace {

using namespace std::chrono_literals;

TEST(Record, RecordsWhoAskedAndHowLongEachPhaseTook) {
  World world;
  world.on_validate = Behaviour::later;
  world.part("peers").on_prepare = Behaviour::later;
  world.part("peers").on_release = Behaviour::later;
  world.start();
  world.file = conf("peers: { max_connections: 5 }\n");
  world.reload(false, 4);
  world.pass(2ms);
  world.answer_validate();
  world.pass(3ms);
  world.part("peers").answer_prepare();
  world.pass(5ms);
  world.part("peers").answer_release();
  const Record& got = world.last();
  EXPECT_EQ(got.validating, 2ms);
  EXPECT_EQ(got.preparing, 3ms);
  EXPECT_EQ(got.finishing, 5ms);
  EXPECT_EQ(
      to_json(got),
      R"({"number":1,"time":"1970-01-01T00:00:00.000Z","asked_by":[{"way":"command","pid":7,"uid":8}],)"
      R"("dry_run":false,"outcome":"applied","component":"","reason":"","changes":[{"key":"peers.max_connections",)"
      R"("needs":"reload","before":"1024","after":"5"}],"findings":[],"validating_ms":2,"preparing_ms":3,)"
      R"("finishing_ms":5})");
  EXPECT_EQ(to_text(got),
            "#1 1970-01-01T00:00:00.000Z applied, asked by command of pid 7 uid 8, took 2 + 3 + 5 ms\n"
            "  peers.max_connections: 1024 -> 5 (reload)\n");
}

TEST(Record, RemembersTheLastReloads) {
  World world;
  world.start();
  for (std::size_t i = 0; i < kMaxHistory + 3; ++i) world.reload();
  ASSERT_EQ(world.reloader->history().size(), kMaxHistory);
  EXPECT_EQ(world.reloader->history().front().number, 4U);
  EXPECT_EQ(world.reloader->history().back().number, kMaxHistory + 3);
}

TEST(Record, CutsALongValueInTheHistory) {
  World world;
  world.start();
  std::string name = "logging: { file_name: \"";
  for (std::size_t i = 0; i < kMaxValueBytes; ++i) name += "\xc3\xa4";
  world.file = conf(name + "\" }\n");
  world.reload();
  EXPECT_LE(world.last().changes.at(0).after.size(), kMaxValueBytes + 4);
  EXPECT_TRUE(world.last().changes.at(0).after.ends_with("\xc3\xa4..."));
}

}  // namespace
}  // namespace config::reload
