// Reloads in the real world: who is told what, what is kept, and when the service manager hears of it.
#include "btc-federation/reload_desk.hpp"

#include <gmock/gmock.h>

#include "base/memory_files.hpp"
#include "config/reload/limits.hpp"
#include "observe/memory_sink.hpp"
#include "observe/metrics.hpp"
#include "world_in.hpp"

namespace btc_federation {
namespace {

using config::reload::Outcome;
using config::reload::Record;
using config::reload::Ticket;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string conf(const std::string& more) { return "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n" + more; }

const std::string kOld = conf("");
const std::string kNew = conf("peers: { max_connections: 5 }\n");

/// Takes every change of peers.*, or none.
class Part final : public config::reload::Component {
 public:
  explicit Part(config::reload::Answers answers) : answers_{std::move(answers)} {}

  std::string_view name() const override { return "part"; }
  bool concerns(const config::text::Key& key) const override { return key.section == "peers"; }
  void prepare(const config::reload::Update&, Ticket ticket) override {
    if (!refusal) return answers_.prepared(ticket, std::nullopt);
    answers_.prepared(ticket, config::reload::Failure{.key = "peers.max_connections", .reason = *refusal});
  }
  void commit() noexcept override {}
  void abort() noexcept override {}
  void release(Ticket ticket) override { answers_.released(ticket); }

  std::optional<std::string> refusal;

 private:
  config::reload::Answers answers_;
};

class ReloadDeskTest : public testing::Test {
 protected:
  ReloadDeskTest() {
    log_.set_sinks({lines_});
    desk_->use({&part_});
    write(kOld);
  }

  void write(const std::string& text) { files_.put("conf.yaml", text, 0600); }
  void start() {
    auto loaded = config::disk::check(files_, "conf.yaml");
    ASSERT_TRUE(loaded.settings);
    desk_->started(std::move(*loaded.settings), loaded.clean_text);
    world_.settle();
  }
  void signal() { desk_->request(Signal{.number = 1, .pid = 7, .uid = 8}); }
  void command(bool dry_run = false) {
    desk_->request(control::Caller{.pid = 9, .uid = 10}, dry_run,
                   [this](control::Answer answer) { answers_.push_back(std::move(answer)); });
  }
  std::string kept() const { return files_.text("conf.yaml.last-good").value_or(""); }

  sim::World world_{1};
  base::MemoryFiles files_;
  observe::Registry metrics_;
  observe::Log log_{world_.clock(), metrics_, "00000001"};
  std::shared_ptr<observe::MemorySink> lines_ = std::make_shared<observe::MemorySink>();
  observe::Trace trace_;
  ManualWorker disk_{world_.executor()};
  int began_ = 0;
  std::vector<Outcome> ended_;
  std::optional<ReloadDesk> desk_{
      std::in_place, world_in(world_, world_.rng(), files_, log_, trace_, disk_), Paths{.config = "conf.yaml"},
      ReloadDesk::Hooks{.began = [this] { ++began_; },
                        .ended = [this](const Record& record) { ended_.push_back(record.outcome); }}};
  Part part_{desk_->answers()};
  std::vector<control::Answer> answers_;  ///< What commands were told.
};

TEST_F(ReloadDeskTest, TellsWhoAskedWhatCameOfIt) {
  start();
  write(kNew);
  command();
  EXPECT_THAT(answers_, IsEmpty()) << "the file is read by the worker";
  world_.settle();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].failure);
  EXPECT_THAT(answers_[0].text, HasSubstr("asked by command of pid 9 uid 10"));
  EXPECT_THAT(answers_[0].result, HasSubstr(R"("outcome":"applied")"));
  ASSERT_EQ(lines_->lines("config.reloaded").size(), 1U);
  EXPECT_THAT(lines_->lines("config.reloaded")[0].json,
              HasSubstr(R"("changes":["peers.max_connections: 1024 -> 5"])"));
  EXPECT_EQ(desk_->effective().peers.max_connections, 5U);
}

TEST_F(ReloadDeskTest, AFailureHasACodeAndAReason) {
  start();
  part_.refusal = "no";
  write(kNew);
  command();
  world_.settle();
  write("half a fi");
  command();
  world_.settle();
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(answers_[0].failure,
            (control::Failure{.code = "failed", .message = "part: peers.max_connections: no"}));
  EXPECT_EQ(answers_[1].failure, (control::Failure{.code = "invalid", .message = "the configuration has errors"}));
  EXPECT_THAT(answers_[1].result, HasSubstr("conf.yaml:1:"));
  EXPECT_EQ(lines_->lines("config.reload.failed").size(), 2U);
  EXPECT_THAT(ended_, ElementsAre(Outcome::failed, Outcome::invalid));
}

TEST_F(ReloadDeskTest, ADryRunDoesNotBegin) {
  start();
  write(kNew);
  command(true);
  world_.settle();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].failure);
  EXPECT_EQ(began_, 0) << "the service manager would be told of a reload";
  EXPECT_THAT(ended_, ElementsAre(Outcome::dry_run));
  signal();
  EXPECT_EQ(began_, 1);
}

TEST_F(ReloadDeskTest, ADryRunOfWhatNeedsARestartIsAFailureOfTheCommand) {
  start();
  write("network: { addresses: [/ip4/10.0.0.1/tcp/9000], loops: 2 }\n");
  command(true);
  world_.settle();
  ASSERT_EQ(answers_.size(), 1U);
  ASSERT_TRUE(answers_[0].failure) << answers_[0].text;
  EXPECT_EQ(answers_[0].failure->code, "refused");
  EXPECT_THAT(answers_[0].failure->message, HasSubstr("network.loops"));
  EXPECT_THAT(ended_, ElementsAre(Outcome::dry_run));
}

TEST_F(ReloadDeskTest, KeepsOnlyWhatTheNodeRunsWith) {
  start();
  EXPECT_EQ(kept(), kOld);
  write(kNew);
  command(true);
  world_.settle();
  EXPECT_EQ(kept(), kOld) << "a dry run";
  part_.refusal = "no";
  signal();
  world_.settle();
  EXPECT_EQ(kept(), kOld) << "a reload that failed";
  part_.refusal.reset();
  signal();
  world_.settle();
  EXPECT_EQ(kept(), kNew);
  write("# a comment\n" + kNew);
  signal();
  world_.settle();
  EXPECT_EQ(kept(), "# a comment\n" + kNew) << "it means the same, and is what the operator has now";
}

TEST_F(ReloadDeskTest, AFileThatSomebodyGoesOnWritingIsNotApplied) {
  start();
  files_.write_over("conf.yaml", kNew, world_.clock().wall());
  files_.on_settle([] { return false; });
  command();
  world_.settle();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].failure->code, "invalid");
  EXPECT_THAT(answers_[0].text, HasSubstr("somebody is writing to it"));
  EXPECT_EQ(kept(), kOld);
}

TEST_F(ReloadDeskTest, SaysThatTheLastGoodCannotBeKept) {
  start();
  write(kNew);
  files_.fail_changes(EROFS);
  command();
  world_.settle();
  ASSERT_EQ(lines_->lines("config.last_good.unsaved").size(), 1U);
  EXPECT_EQ(lines_->lines("config.last_good.unsaved")[0].fields.at("file"), "conf.yaml.last-good");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].failure) << "the reload itself is good";
}

TEST_F(ReloadDeskTest, ADiskThatDoesNotAnswerEndsTheReloadInTime) {
  start();
  disk_.hold();
  command();
  world_.run_for(config::reload::kValidateLimit - 1ns);
  EXPECT_THAT(answers_, IsEmpty());
  world_.run_for(1ns);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].failure->code, "timed_out");
  write(kNew);
  command();
  disk_.let_go();
  world_.settle();
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(desk_->effective().peers.max_connections, 5U);
  EXPECT_EQ(kept(), kNew);
}

TEST_F(ReloadDeskTest, TooManyAreToldAtOnceAndEndNothing) {
  start();
  disk_.hold();
  signal();
  for (std::size_t i = 0; i < config::reload::kMaxAskers; ++i) command();
  EXPECT_THAT(answers_, IsEmpty());
  command();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].failure->code, "cancelled");
  EXPECT_THAT(ended_, IsEmpty()) << "the first one is still under way";
  disk_.let_go();
  world_.settle();
  EXPECT_EQ(answers_.size(), 1 + config::reload::kMaxAskers);
}

TEST_F(ReloadDeskTest, AStopWaitsForWhatIsUnderWayAndTellsWhoWaits) {
  start();
  disk_.hold();
  command();
  command();
  bool settled = false;
  desk_->stop([&settled] { settled = true; });
  EXPECT_FALSE(settled) << "never from inside the call";
  world_.settle();
  EXPECT_TRUE(settled);
  ASSERT_EQ(answers_.size(), 2U);
  for (const control::Answer& answer : answers_) EXPECT_EQ(answer.failure->message, "the node is stopping");
}

TEST_F(ReloadDeskTest, WhatComesAfterItsEndIsDropped) {
  start();
  disk_.hold();
  command();
  const config::reload::Answers late = desk_->answers();
  desk_.reset();
  disk_.let_go();
  late.prepared(Ticket{.number = 1}, std::nullopt);
  late.released(Ticket{.number = 1});
  world_.settle();
  EXPECT_THAT(answers_, IsEmpty());
}

}  // namespace
}  // namespace btc_federation
