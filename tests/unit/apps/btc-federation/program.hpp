// tests/unit/apps/btc-federation/program.hpp: the program from its start to its end in a simulated world: the
// runner with a whole node, disk, log, clock and network of its own. Only the control socket is real, in a folder
// of its own; nobody speaks to it.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>

#include "base/base64.hpp"
#include "base/memory_files.hpp"
#include "btc-federation/runner.hpp"
#include "config/disk/load.hpp"
#include "observe/memory_sink.hpp"
#include "observe/metrics.hpp"
#include "sim/internet.hpp"
#include "sim/node.hpp"
#include "sim/resolver.hpp"
#include "store/disk/memory_peer_store.hpp"
#include "unit/apps/control_socket/support.hpp"
#include "world_in.hpp"

namespace btc_federation {

using namespace std::chrono_literals;
using config::reload::Outcome;
using config::reload::State;

class Program : public control_socket::InFolder {
 protected:
  explicit Program(std::uint64_t seed = 1) : world_{seed} {
    const std::string& folder = folder_.path();
    for (std::size_t slash = folder.find('/', 1); slash != std::string::npos;
         slash = folder.find('/', slash + 1)) {
      EXPECT_TRUE(files_.make_directory(folder.substr(0, slash), 0755));
    }
    EXPECT_TRUE(files_.make_directory(folder, 0700));
    write(conf(""));
  }

  /// Whatever a test leaves it in, it ends in good order.
  void TearDown() override {
    if (!runner_) return;
    disk_.let_go();
    if (stopped_ == 0) stop();
    world_.run_for(1s);
    runner_.reset();
    EXPECT_TRUE(world_.at_rest());
    EXPECT_EQ(internet_.open_sockets(), 0U);
    EXPECT_EQ(machine_.network().listeners(), 0U);
    node_.reset();
  }

  // --- conf.yaml ---

  /// A good file: the required keys, and `more`.
  static std::string conf(const std::string& more, const std::string& address = "/ip4/10.0.0.1/tcp/9000") {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(1);
    const auto identity = libp2p::Identity::from_seed(seed);
    return "node: { private_key: " + base::to_base64(identity.private_key_bytes()) +
           " }\nnetwork: { addresses: [" + address + "] }\n" + more;
  }
  std::string in_folder(const std::string& name) const { return folder_ / name; }
  void write(const std::string& text) { files_.put(in_folder("conf.yaml"), text, 0600); }

  // --- its life ---

  /// From the files to the first turn of the loop.
  void boot() {
    config::disk::Loaded loaded = config::disk::check(files_, in_folder("conf.yaml"));
    ASSERT_TRUE(loaded.settings);
    log_.set_level(loaded.settings->logging.level);
    log_.set_sinks({lines_});
    node_ = std::make_unique<node::Node>(node::World{.core = {.executor = world_.executor(),
                                                              .clock = world_.clock(),
                                                              .rng = machine_.rng(),
                                                              .timers = world_.timers()},
                                                     .loops = {machine_.environment()},
                                                     .files = files_,
                                                     .store = store_,
                                                     .log = log_,
                                                     .metrics = metrics_,
                                                     .trace = trace_,
                                                     .worker = disk_.worker()},
                                         node::Node::Startup{.settings = *loaded.settings,
                                                             .peers = {},
                                                             .state = {},
                                                             .state_path = in_folder("node.state"),
                                                             .version = "1.2.3"});
    runner_ = std::make_unique<Runner>(world_in(world_, machine_.rng(), files_, log_, trace_, disk_), *node_,
                                       Paths{.config = in_folder("conf.yaml")},
                                       Runner::Running{.settings = std::move(*loaded.settings),
                                                       .clean_text = std::move(loaded.clean_text),
                                                       .version = "1.2.3"},
                                       Runner::Edges{.end_at_next_stop = [this] { ++ends_at_next_stop_; },
                                                     .cut_short = [this] { ++cut_short_; },
                                                     .stopped = [this] { ++stopped_; }});
  }
  void start() {
    ASSERT_NO_FATAL_FAILURE(boot());
    ASSERT_TRUE(world_.run_until([this] { return state() == State::idle; }, 1s));
    world_.run_for(100ms);  // what is kept of the start is on the disk
  }
  void send(int number, int times = 1) {
    for (int i = 0; i < times; ++i) runner_->on_signal({.number = number, .pid = 7, .uid = 8});
  }
  /// In good order and in time.
  void stop() {
    send(SIGTERM);
    expect_stop();
  }
  void expect_stop() {
    EXPECT_TRUE(world_.run_until([this] { return stopped_ > 0; }, 3s)) << "an operator is promised 3 s";
    EXPECT_EQ(stopped_, 1);
  }

  // --- reloads ---

  /// Asks for one, and goes on until it is in `state`, with the disk held: nothing moves until it is let go.
  void bring_to(State state) {
    disk_.hold();
    send(SIGHUP);
    world_.settle();
    while (this->state() != state) {
      ASSERT_TRUE(disk_.run_one()) << "it has never been " << to_text(state);
      world_.settle();
    }
  }
  void wait_for_reloads(std::size_t number) {
    ASSERT_TRUE(world_.run_until([&] { return records().size() >= number && state() == State::idle; }, 1min));
  }
  State state() const { return runner_->reloads().state(); }
  std::span<const config::reload::Record> records() const { return runner_->reloads().history(); }

  /// The keys in which the node's configuration is not that of `text`: none, if it is all of it.
  std::vector<std::string> differs_from(const std::string& text) {
    files_.put(in_folder("other.yaml"), text, 0600);
    const config::disk::Loaded other = config::disk::check(files_, in_folder("other.yaml"));
    EXPECT_TRUE(other.settings);
    std::vector<std::string> keys;
    for (const auto* key : config::text::changed_keys(runner_->reloads().effective(), *other.settings)) {
      keys.push_back(key->path());
    }
    return keys;
  }

  sim::World world_;
  sim::Internet internet_{world_};
  sim::Resolver resolver_{world_};
  sim::Node machine_{world_, internet_, resolver_, {"10.0.0.1"}};
  base::MemoryFiles files_;
  observe::Registry metrics_;
  observe::Log log_{world_.clock(), metrics_, "00000001"};
  std::shared_ptr<observe::MemorySink> lines_ = std::make_shared<observe::MemorySink>();
  observe::Trace trace_;
  ManualWorker disk_{world_.executor()};
  store::disk::MemoryPeerStore store_;
  std::unique_ptr<node::Node> node_;
  std::unique_ptr<Runner> runner_;
  int ends_at_next_stop_ = 0;
  int cut_short_ = 0;
  int stopped_ = 0;
};

}  // namespace btc_federation
