// Random sequences of good and bad files, signals and a disk that hangs: the effective configuration is always one
// of the files, whole; what the log and the listeners do is that configuration; and in the end it is the last good
// one.
#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

#include "base/seeded_rng.hpp"
#include "btc-federation/logging.hpp"
#include "program.hpp"

namespace btc_federation {
namespace {

using config::text::Settings;

class RandomProgram : public Program, public testing::WithParamInterface<std::uint64_t> {
 protected:
  RandomProgram() : Program{GetParam()} {
    const auto log_to = [](const std::string& level, const std::string& file) {
      return "logging: { level: " + level + ", console_output: false, file_output: true, file_name: " + file +
             " }\n";
    };
    files_of_operator_ = {
        conf(log_to("info", "a.log")),
        conf(log_to("debug", "b.log") + "peers: { max_connections: 5 }\n"),
        conf(log_to("warn", "a.log"), "/ip4/10.0.0.1/tcp/9100"),
        conf(log_to("error", "b.log"), "/ip4/0.0.0.0/tcp/9000"),
        conf(log_to("info", "b.log"), "/ip4/0.0.0.0/tcp/9100"),
        conf(log_to("warn", "no/such/c.log"), "/ip4/10.0.0.1/tcp/9200"),                      // cannot be opened
        conf(log_to("warn", "d.log"), "/ip4/192.0.2.77/tcp/9000"),                            // cannot be bound
        conf("peers: { max_connections: 0 }\n"),                                              // out of bounds
        conf(log_to("warn", "a.log") + "version: 2\n"),                                       // from the future
        "network: { addresses: [/ip4/10.0.0.1/tcp/9100] }\npeers: { max_connections: 6 }\n",  // the key is emptied
        "half a fi",
        "",
    };
    for (const std::string& file : files_of_operator_) {
      write(file);
      if (auto loaded = config::disk::check(files_, in_folder("conf.yaml")); loaded.settings) {
        meant_.push_back(std::move(*loaded.settings));
      }
    }
    write(files_of_operator_[0]);
  }

  /// With the log where conf.yaml wants it.
  void start_with_log() {
    ASSERT_NO_FATAL_FAILURE(start());
    auto sinks =
        make_sinks(runner_->reloads().effective().logging, in_folder("conf.yaml"), files_, disk_.worker());
    ASSERT_TRUE(sinks);
    log_.set_sinks(std::move(*sinks));
  }

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_.below(static_cast<std::int64_t>(n))); }

  void act() {
    switch (below(9)) {
      case 0:
      case 1: return write(files_of_operator_[below(files_of_operator_.size())]);
      case 2:
      case 3: return send(SIGHUP, 1 + static_cast<int>(below(3)));
      case 4: return send(SIGUSR1);
      case 5: return below(3) == 0 ? disk_.hold() : disk_.let_go();
      case 6: return void(disk_.run_one());
      case 7: return world_.settle();
      default: world_.run_for(below(4) == 0 ? base::Duration{10s} : base::Duration{200ms});
    }
  }

  void expect_one_of_the_files() {
    const Settings& effective = runner_->reloads().effective();
    ASSERT_TRUE(std::ranges::any_of(
        meant_, [&](const Settings& one) { return config::text::changed_keys(one, effective).empty(); }));
    ASSERT_EQ(log_.level(), effective.logging.level);
    ASSERT_TRUE(effective.node.private_key) << "that needs a restart";
  }

  /// It is one of the files, and when nothing is under way, it is what the parts of the node do.
  void expect_one_configuration() {
    ASSERT_NO_FATAL_FAILURE(expect_one_of_the_files());
    if (state() != State::idle) return;
    world_.settle();
    if (state() != State::idle) return;
    const Settings& effective = runner_->reloads().effective();
    ASSERT_EQ(node_->hosts().first().listen_addresses(), effective.network.addresses);
    const std::string probe = "probe " + std::to_string(++probes_);
    observe::Logger{log_, "test"}.error("test.probe", probe);
    const std::optional<std::string> text = files_.text(in_folder(effective.logging.file_name));
    ASSERT_TRUE(text && text->find(probe) != std::string::npos) << effective.logging.file_name;
  }

  /// Nothing is under way, and the disk works.
  void calm_down() {
    disk_.let_go();
    world_.run_for(1min);
    ASSERT_EQ(state(), State::idle);
  }

  std::vector<std::string> files_of_operator_;
  std::vector<Settings> meant_;  ///< What those without errors mean.
  base::SeededRng rng_{GetParam()};
  int probes_ = 0;
};

TEST_P(RandomProgram, RunsWithOneOfTheFilesAndInTheEndWithTheLastGoodOne) {
  constexpr int kActs = 400;
  start_with_log();
  for (int i = 0; i < kActs; ++i) {
    act();
    ASSERT_NO_FATAL_FAILURE(expect_one_configuration()) << "act " << i;
  }
  ASSERT_NO_FATAL_FAILURE(calm_down());
  const Settings before = runner_->reloads().effective();
  write(files_of_operator_[below(files_of_operator_.size())]);
  const auto last = config::disk::check(files_, in_folder("conf.yaml"));
  send(SIGHUP);
  ASSERT_NO_FATAL_FAILURE(calm_down());
  const Outcome outcome = records().back().outcome;
  const bool holds = outcome == Outcome::applied || outcome == Outcome::unchanged;
  ASSERT_TRUE(!holds || last.settings);
  const Settings& want = holds ? *last.settings : before;
  EXPECT_TRUE(config::text::changed_keys(want, runner_->reloads().effective()).empty());
  EXPECT_NO_FATAL_FAILURE(expect_one_configuration());
}

TEST_P(RandomProgram, StopsInTimeWhereverItIs) {
  start_with_log();
  const std::size_t acts = below(200);
  for (std::size_t i = 0; i < acts; ++i) act();
  disk_.let_go();
  stop();
  EXPECT_EQ(runner_->exit_status(), ExitStatus::ok);
  EXPECT_EQ(cut_short_, 0);
  expect_one_of_the_files();
}

INSTANTIATE_TEST_SUITE_P(Runner, RandomProgram, testing::Range<std::uint64_t>(1, 25),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

}  // namespace
}  // namespace btc_federation
