// Levels, context, counting, and what happens when a sink fails.
#include "observe/log.hpp"

#include <gtest/gtest.h>

#include "libp2p/key.hpp"
#include "observe/memory_sink.hpp"
#include "observe/metric_names.hpp"
#include "observe/metrics.hpp"
#include "unit/observe/fakes.hpp"

namespace observe {
namespace {

using namespace std::chrono_literals;

// Secrets have no printer: what holds key material does not convert to a field.
static_assert(!std::is_constructible_v<Field, std::string_view, libp2p::Identity>);
static_assert(!std::is_constructible_v<Field, std::string_view, std::array<std::uint8_t, 64>>);
static_assert(!std::is_constructible_v<Field, std::string_view, base::Bytes>);
static_assert(!std::is_constructible_v<Field, std::string_view, const void*>);
static_assert(std::is_constructible_v<Field, std::string_view, std::string>);

class LogTest : public ::testing::Test {
 protected:
  LogTest() { log_.set_sinks({memory_, broken_}); }

  test::ManualClock clock_;
  Registry metrics_;
  Log log_{clock_, metrics_, "0a1b2c3d"};
  std::shared_ptr<MemorySink> memory_ = std::make_shared<MemorySink>();
  std::shared_ptr<test::BrokenSink> broken_ = std::make_shared<test::BrokenSink>();
  Logger logger_{log_, "peers"};
};

TEST_F(LogTest, WritesAnEventWithItsFieldsToEverySink) {
  logger_.warn("peer.dial.failed", "Connection to peer failed",
               {{"peer", "12D3"}, {"attempt", 3}, {"took", 15ms}});
  const auto lines = memory_->lines("peer.dial.failed");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].level, Level::warn);
  EXPECT_EQ(lines[0].component, "peers");
  EXPECT_EQ(lines[0].message, "Connection to peer failed");
  EXPECT_EQ(lines[0].fields.at("peer"), "12D3");
  EXPECT_EQ(lines[0].fields.at("attempt"), "3");
  EXPECT_EQ(lines[0].fields.at("took_ms"), "15");
  EXPECT_NE(lines[0].json.find(R"("run":"0a1b2c3d")"), std::string::npos);
  EXPECT_EQ(broken_->written, 1);
}

TEST_F(LogTest, DropsWhatIsBelowTheLevel) {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    memory_->clear();
    log_.set_level(level);
    logger_.debug("test.debug", "");
    logger_.info("test.info", "");
    logger_.warn("test.warn", "");
    logger_.error("test.error", "");
    EXPECT_EQ(memory_->lines().size(), 4 - static_cast<std::size_t>(level)) << to_text(level);
    EXPECT_TRUE(logger_.enabled(level));
  }
}

TEST_F(LogTest, AChildAddsItsIdsAndLeavesItsParentAsItWas) {
  const Logger connection = logger_.with({{"conn", "c17"}});
  const Logger stream = connection.with({{"stream", "c17.5"}});
  stream.info("test.stream", "");
  logger_.info("test.parent", "");
  const auto line = memory_->lines("test.stream").at(0);
  EXPECT_EQ(line.fields.at("conn"), "c17");
  EXPECT_EQ(line.fields.at("stream"), "c17.5");
  EXPECT_TRUE(memory_->lines("test.parent").at(0).fields.empty());
}

TEST_F(LogTest, ComputedFieldsGoThroughAt) {
  const std::vector<Field> fields{{"n", 1}};
  logger_.at(Level::info, "test.computed", "", fields);
  logger_.at(Level::debug, "test.hidden", "", fields);
  EXPECT_EQ(memory_->lines().size(), 1U);
}

TEST_F(LogTest, ALoggerWithoutALogDropsEverything) {
  const Logger none;
  EXPECT_FALSE(none.enabled(Level::error));
  none.error("test.nothing", "");
  none.with({{"conn", "c1"}}).error("test.nothing", "");
  EXPECT_TRUE(memory_->lines().empty());
}

TEST_F(LogTest, CountsLinesByLevel) {
  logger_.info("test.one", "");
  logger_.info("test.two", "");
  logger_.debug("test.below", "");
  EXPECT_EQ(metrics_.counter(kLogLines, {"info"}).value(), 2U);
  EXPECT_EQ(metrics_.counter(kLogLines, {"debug"}).value(), 0U);
}

TEST_F(LogTest, AFailingSinkIsReportedOnceToTheOthersAndOnceWhenItIsOver) {
  broken_->broken = true;
  for (int i = 0; i < 3; ++i) logger_.info("test.line", "");
  ASSERT_EQ(memory_->lines("log.sink.failed").size(), 1U);
  EXPECT_EQ(memory_->lines("log.sink.failed")[0].level, Level::error);
  EXPECT_EQ(memory_->lines("log.sink.failed")[0].fields.at("sink"), "broken");
  EXPECT_EQ(memory_->lines("test.line").size(), 3U);

  broken_->broken = false;
  for (int i = 0; i < 3; ++i) logger_.info("test.line", "");
  ASSERT_EQ(memory_->lines("log.sink.recovered").size(), 1U);
  EXPECT_EQ(memory_->lines("log.sink.recovered")[0].fields.at("lost"), "3");
  EXPECT_EQ(log_.lost(), 3U);
  EXPECT_EQ(metrics_.counter(kLogLinesLost).value(), 3U);
}

TEST_F(LogTest, ASinkAloneThatFailsLosesItsLinesQuietly) {
  log_.set_sinks({broken_});
  broken_->broken = true;
  logger_.info("test.line", "");
  EXPECT_EQ(log_.lost(), 1U);
}

TEST_F(LogTest, ASwapPutsTheOldSinksIntoTheHandsOfWhoGaveTheNew) {
  const auto fresh = std::make_shared<test::BrokenSink>();
  Log::Sinks sinks{{fresh}};
  log_.swap_sinks(sinks);
  logger_.info("test.line", "");
  EXPECT_EQ(fresh->written, 1);
  EXPECT_TRUE(memory_->lines("test.line").empty());
  log_.swap_sinks(sinks);
  logger_.info("test.line", "");
  EXPECT_EQ(fresh->written, 1);
  EXPECT_EQ(memory_->lines("test.line").size(), 1U);
}

TEST_F(LogTest, ReopensEverySinkAndReturnsTheFirstError) {
  const auto second = std::make_shared<test::BrokenSink>();
  log_.set_sinks({broken_, second});
  EXPECT_TRUE(log_.reopen());
  broken_->broken = true;
  const auto failed = log_.reopen();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().value(), ENOSPC);
  EXPECT_EQ(second->reopened, 2);
}

TEST(LogLevel, NamesAreInverse) {
  for (const std::string_view name : kLevelNames) EXPECT_EQ(to_text(*level_from(name)), name);
  EXPECT_FALSE(level_from("INFO"));
  EXPECT_FALSE(level_from(""));
}

}  // namespace
}  // namespace observe
