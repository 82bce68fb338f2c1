// logging.*, changed while the node runs: prepared on the worker, committed without anything that can fail, and
// without a trace on the disk when it is given up.
#include "btc-federation/logging_component.hpp"

#include <gmock/gmock.h>

#include "allocations.hpp"
#include "base/memory_files.hpp"
#include "config/text/keys.hpp"
#include "observe/memory_sink.hpp"
#include "observe/metrics.hpp"
#include "world_in.hpp"

namespace btc_federation {
namespace {

using config::reload::Failure;
using config::reload::Ticket;
using testing::ElementsAre;
using testing::IsEmpty;

class LoggingComponentTest : public testing::Test {
 protected:
  LoggingComponentTest() {
    log_.set_sinks({lines_});
    EXPECT_TRUE(files_.make_directory("./logs", 0755));
    after_.logging.console_output = false;
    before_.logging.console_output = false;
  }

  void write_to(const std::string& file) {
    after_.logging.file_output = true;
    after_.logging.file_name = file;
  }
  void prepare() {
    const auto changed = config::text::changed_keys(before_, after_);
    part_.prepare({.before = before_, .after = after_, .changed = changed}, Ticket{.number = 1});
  }
  void release() {
    part_.release(Ticket{.number = 2});
    world_.settle();
    EXPECT_THAT(released_, ElementsAre(2));
  }

  sim::World world_{1};
  base::MemoryFiles files_;
  observe::Registry metrics_;
  observe::Log log_{world_.clock(), metrics_, "00000001"};
  observe::Logger logger_{log_, "test"};
  std::shared_ptr<observe::MemorySink> lines_ = std::make_shared<observe::MemorySink>();
  observe::Trace trace_;
  ManualWorker disk_{world_.executor()};
  std::vector<std::optional<Failure>> prepared_;
  std::vector<std::uint64_t> released_;
  LoggingComponent part_{
      world_in(world_, world_.rng(), files_, log_, trace_, disk_),
      "conf.yaml",
      {.prepared = [this](Ticket, std::optional<Failure> failure) { prepared_.push_back(std::move(failure)); },
       .released = [this](Ticket ticket) { released_.push_back(ticket.number); }}};
  config::text::Settings before_;
  config::text::Settings after_;
};

TEST_F(LoggingComponentTest, ALevelIsTakenOverWithoutTheDisk) {
  after_.logging.level = observe::Level::warn;
  prepare();
  ASSERT_EQ(prepared_.size(), 1U);
  EXPECT_FALSE(prepared_[0]);
  EXPECT_EQ(log_.level(), observe::Level::info) << "not before the commit";
  part_.commit();
  EXPECT_EQ(log_.level(), observe::Level::warn);
  release();
  logger_.error("test.line", "");
  EXPECT_EQ(lines_->lines("test.line").size(), 1U) << "lines go where they went";
  EXPECT_EQ(files_.steps(), 1U) << "the one of this test";
}

TEST_F(LoggingComponentTest, LinesGoToTheNewFileFromTheCommitOn) {
  write_to("n.log");
  prepare();
  EXPECT_THAT(prepared_, IsEmpty()) << "it is opened on the worker";
  world_.settle();
  ASSERT_EQ(prepared_.size(), 1U);
  EXPECT_FALSE(prepared_[0]);
  logger_.info("test.line", "before");
  part_.commit();
  logger_.info("test.line", "after");
  release();
  EXPECT_EQ(lines_->lines("test.line").size(), 1U);
  EXPECT_THAT(files_.text("./n.log").value_or(""), testing::HasSubstr(R"("message":"after")"));
}

/// It must not fail, and an allocation can.
TEST_F(LoggingComponentTest, ACommitAllocatesNothing) {
  write_to("n.log");
  after_.logging.level = observe::Level::debug;
  for (std::uint8_t seed = 1; seed < 4; ++seed) {
    after_.logging.trace_peers.push_back(
        libp2p::PeerId::of(libp2p::Identity::from_seed(std::array<std::uint8_t, 32>{seed}).public_key()));
  }
  prepare();
  world_.settle();
  EXPECT_EQ(allocations_of([&] { part_.commit(); }), 0U);
  EXPECT_TRUE(trace_.wants(after_.logging.trace_peers[0].to_base58()));
  EXPECT_FALSE(trace_.wants("somebody"));
  release();
}

TEST_F(LoggingComponentTest, AFileThatCannotBeOpenedNamesItsKey) {
  write_to("no/such/n.log");
  prepare();
  world_.settle();
  ASSERT_EQ(prepared_.size(), 1U);
  ASSERT_TRUE(prepared_[0]);
  EXPECT_EQ(prepared_[0]->key, "logging.file_name");
  EXPECT_THAT(prepared_[0]->reason, testing::HasSubstr("no/such/n.log cannot be opened: No such file"));
  part_.abort();
  release();
}

/// When the reload is given up: before the worker has come to the file, while its answer is on the way, or later.
enum class GivenUp : std::uint8_t { before_the_worker, before_the_answer, when_ready };
struct Leftover {
  const char* name;
  GivenUp when;
  const char* there_before;  ///< What stands in the file; null: there is none.
  bool stays;
};
class LogFileOfAReloadThatIsGivenUp : public LoggingComponentTest, public testing::WithParamInterface<Leftover> {};

TEST_P(LogFileOfAReloadThatIsGivenUp, IsAsItWas) {
  const Leftover& given = GetParam();
  if (given.there_before != nullptr) files_.put("./logs/n.log", given.there_before);
  write_to("logs/n.log");
  disk_.hold();
  prepare();
  if (given.when != GivenUp::before_the_worker) EXPECT_TRUE(disk_.run_one());
  if (given.when == GivenUp::when_ready) world_.settle();
  EXPECT_EQ(prepared_.size(), given.when == GivenUp::when_ready ? 1U : 0U);
  part_.abort();
  disk_.let_go();
  release();
  EXPECT_EQ(prepared_.size(), given.when == GivenUp::when_ready ? 1U : 0U) << "nobody waits for it any more";
  EXPECT_EQ(files_.text("./logs/n.log").has_value(), given.stays);
  logger_.info("test.line", "");
  EXPECT_EQ(lines_->lines("test.line").size(), 1U) << "the log is as it was";
}

INSTANTIATE_TEST_SUITE_P(LoggingComponent, LogFileOfAReloadThatIsGivenUp,
                         testing::Values(Leftover{"NeverMade", GivenUp::before_the_worker, nullptr, false},
                                         Leftover{"MadeAndUnanswered", GivenUp::before_the_answer, nullptr, false},
                                         Leftover{"Made", GivenUp::when_ready, nullptr, false},
                                         Leftover{"ThereAndEmpty", GivenUp::when_ready, "", true},
                                         Leftover{"ThereWithLines", GivenUp::when_ready, "{}\n", true}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(LoggingComponentTest, AFileThatSomebodyWroteToMeanwhileStays) {
  write_to("n.log");
  prepare();
  world_.settle();
  files_.put("./n.log", "a line\n");
  part_.abort();
  release();
  EXPECT_EQ(files_.text("./n.log"), "a line\n");
}

TEST_F(LoggingComponentTest, TheFileOfThePresentLogStays) {
  before_.logging.file_output = true;
  before_.logging.file_name = "n.log";
  write_to("n.log");
  after_.logging.file_max_backups = 3;
  prepare();
  world_.settle();
  part_.abort();
  release();
  EXPECT_TRUE(files_.text("./n.log")) << "moved away by another program, and opened again by SIGUSR1";
}

TEST_F(LoggingComponentTest, AFileThatCannotBeRemovedIsSaid) {
  write_to("n.log");
  prepare();
  world_.settle();
  files_.fail_changes(EROFS);
  part_.abort();
  release();
  ASSERT_EQ(lines_->lines("config.log_file.left").size(), 1U);
  EXPECT_EQ(lines_->lines("config.log_file.left")[0].fields.at("file"), "./n.log");
}

}  // namespace
}  // namespace btc_federation
