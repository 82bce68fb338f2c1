// sim/whole_node.hpp: one node::Node with all that the program gives it, in a simulated world: machine, disk, log.
// Nothing of it is a mock: handshakes, streams, exchange and files are the program's own. Blocking work is done in
// place, so that only the world's seed decides the order of things.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/memory_files.hpp"
#include "node/node.hpp"
#include "observe/memory_sink.hpp"
#include "observe/metric_names.hpp"
#include "sim/internet.hpp"
#include "sim/node.hpp"
#include "sim/resolver.hpp"
#include "sim/world.hpp"
#include "store/disk/file_peer_store.hpp"
#include "store/disk/memory_peer_store.hpp"
#include "store/disk/node_state.hpp"

namespace node::testing {

using namespace std::chrono_literals;

/// The wires of one test.
struct Surroundings {
  explicit Surroundings(std::uint64_t seed) : world{seed} {}

  sim::World world;
  sim::Internet internet{world};
  sim::Resolver resolver{world};
};

inline libp2p::Identity identity_of(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(number);
  return libp2p::Identity::from_seed(seed);
}

inline libp2p::Multiaddr address_of(std::uint8_t number) {
  return *libp2p::Multiaddr::from_text("/ip4/10.0.0." + std::to_string(number) + "/tcp/9000");
}

class WholeNode {
 public:
  enum class Keeps : std::uint8_t { in_memory, in_a_file };

  /// The machine 10.0.0.`number`, with a key that follows from the number. It does not run yet.
  WholeNode(Surroundings& around, std::uint8_t number, Keeps keeps = Keeps::in_memory)
      : world_{around.world},
        identity_{identity_of(number)},
        address_{address_of(number)},
        in_a_file_{keeps == Keeps::in_a_file},
        machine_{around.world, around.internet, around.resolver, {"10.0.0." + std::to_string(number)}} {
    if (keeps == Keeps::in_a_file) {
      store_ = std::make_unique<store::disk::FilePeerStore>(
          store::disk::FilePeerStore::World{files_, around.world.clock(), machine_.rng()}, "peers.yaml");
    } else {
      store_ = std::make_unique<store::disk::MemoryPeerStore>();
    }
    log_.set_level(observe::Level::debug);
    log_.set_sinks({lines_});
  }

  /// How many network loops it gets at the next start.
  void set_loops(std::size_t loops) { loops_ = loops; }

  /// What it tells others instead of its address, from the next start on.
  void set_announced(std::vector<libp2p::Multiaddr> announced) { announced_ = std::move(announced); }
  /// Instead of at its one address, from the next start on.
  void listen_on(std::vector<libp2p::Multiaddr> addresses) { listens_ = std::move(addresses); }

  /// As an operator does, in peers.yaml, before the start.
  void add_peer(const WholeNode& other) { add_peer(other.identity_, other.address_); }
  void add_peer(const libp2p::Identity& identity, const libp2p::Multiaddr& address) {
    store_->update({.key = key_of(identity), .addresses = {address}}, world_.now());
    ASSERT_FALSE(store_->flush(world_.now()).error);
  }

  void start() {
    std::optional<StartFailure> failure;
    ASSERT_NO_FATAL_FAILURE(try_to_start(failure));
    ASSERT_FALSE(failure) << failure->error.message();
  }
  void try_to_start(std::optional<StartFailure>& failure) {
    store::Findings findings;
    auto peers = store_->load(findings);
    ASSERT_TRUE(peers) << peers.error().message();
    auto state = store::disk::load_node_state(files_, kStatePath);
    ASSERT_TRUE(state) << state.error().message();
    config::text::Settings settings;
    settings.node.private_key = identity_;
    settings.network.announce_addresses = announced_;
    settings.network.addresses = listens_;
    node_ = std::make_unique<Node>(World{.core = {.executor = world_.executor(),
                                                  .clock = world_.clock(),
                                                  .rng = machine_.rng(),
                                                  .timers = world_.timers()},
                                         .loops = std::vector(loops_, machine_.environment()),
                                         .files = files_,
                                         .store = *store_,
                                         .log = log_,
                                         .metrics = metrics_,
                                         .trace = trace_,
                                         .worker = [](const std::function<void()>& job) { job(); }},
                                   Node::Startup{.settings = std::move(settings),
                                                 .peers = std::move(*peers),
                                                 .removed = store_->removed(),
                                                 .state = std::move(*state),
                                                 .state_path = kStatePath,
                                                 .peers_path = in_a_file_ ? "peers.yaml" : "",
                                                 .version = "1.2.3"});
    auto started = world_.run(node_->start(), 1min);
    ASSERT_TRUE(started) << "the start does not end";
    failure = std::move(*started);
  }

  /// In good order; its machine holds nothing afterwards.
  void stop() {
    ASSERT_TRUE(world_.run(node_->stop(), 3s)) << "the stop does not end";
    EXPECT_EQ(network().listeners(), 0u);
    EXPECT_EQ(network().open_sockets(), 0u);
    const auto left = world_.run(node_->hosts().metrics(), 1s);
    ASSERT_TRUE(left);
    EXPECT_EQ(left->held_bytes, 0u);
  }
  /// After `stop`.
  void destroy() { node_.reset(); }

  libp2p::PeerId id() const { return libp2p::PeerId::of(identity_.public_key()); }
  std::string name() const { return id().to_base58(); }
  Node& node() { return *node_; }
  base::MemoryFiles& files() { return files_; }
  sim::Network& network() { return machine_.network(); }

  std::size_t connections_to(const WholeNode& other) const {
    const auto all = node_->hosts().host_of(other.id()).connections();
    return static_cast<std::size_t>(std::ranges::count(all, other.id(), &libp2p::ConnectionInfo::peer));
  }
  /// The signed record of `other` is in the store.
  bool stored(const WholeNode& other) const {
    const std::vector<store::PeerEntry> all = entries();
    return std::ranges::any_of(
        all, [&](const auto& entry) { return entry.key == other.key() && !entry.record.empty(); });
  }
  std::uint64_t record_number() {
    const auto state = store::disk::load_node_state(files_, kStatePath);
    return state ? state->record_seq : 0;
  }

  /// Every message at info or above, once.
  std::set<std::string> messages() const {
    std::set<std::string> all;
    for (const auto& line : lines_->lines()) {
      if (line.level >= observe::Level::info) all.insert(line.message);
    }
    return all;
  }
  std::vector<observe::MemorySink::Line> lines(std::string_view event) const { return lines_->lines(event); }
  /// The values of one field in all lines of one event.
  std::vector<std::string> values(std::string_view event, const std::string& field) const {
    std::vector<std::string> all;
    for (const auto& line : lines_->lines(event)) {
      const auto at = line.fields.find(field);
      all.push_back(at != line.fields.end() ? at->second : std::string{});
    }
    return all;
  }
  std::string whole_log() const {
    std::string all;
    for (const auto& line : lines_->lines()) all += line.json;
    return all;
  }
  std::uint64_t count(const observe::Metric& metric, observe::Registry::LabelValues labels) {
    EXPECT_TRUE(world_.run(node_->refresh_metrics(), 1s));
    return metrics_.counter(metric, labels).value();
  }
  std::int64_t level(const observe::Metric& metric, observe::Registry::LabelValues labels = {}) {
    EXPECT_TRUE(world_.run(node_->refresh_metrics(), 1s));
    return metrics_.gauge(metric, labels).value();
  }
  /// As the last refresh left it, which the node makes by itself from time to time.
  std::uint64_t shown(const observe::Metric& metric, observe::Registry::LabelValues labels) {
    return metrics_.counter(metric, labels).value();
  }
  /// How often something was measured, and the sum of it.
  struct Measured {
    std::uint64_t times;
    double sum;
  };
  Measured measured(const observe::Metric& metric, observe::Registry::LabelValues labels = {}) {
    const observe::Histogram& histogram = metrics_.histogram(metric, labels);
    const std::vector<std::uint64_t> counts = histogram.counts();
    return {.times = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), .sum = histogram.sum()};
  }

 private:
  static constexpr const char* kStatePath = "node.state";

  static store::RawKey key_of(const libp2p::Identity& identity) {
    store::RawKey key{};
    std::ranges::copy(identity.public_key().data(), key.begin());
    return key;
  }
  store::RawKey key() const { return key_of(identity_); }
  std::vector<store::PeerEntry> entries() const {
    store::Findings findings;
    auto all = store_->load(findings);
    return all ? std::move(*all) : std::vector<store::PeerEntry>{};
  }

  sim::World& world_;
  std::size_t loops_ = 1;
  libp2p::Identity identity_;
  libp2p::Multiaddr address_;
  std::vector<libp2p::Multiaddr> announced_;
  std::vector<libp2p::Multiaddr> listens_{address_};
  bool in_a_file_;
  sim::Node machine_;
  base::MemoryFiles files_;
  std::unique_ptr<store::PeerStore> store_;
  observe::Registry metrics_;
  observe::Log log_{world_.clock(), metrics_, "00000001"};
  std::shared_ptr<observe::MemorySink> lines_ = std::make_shared<observe::MemorySink>();
  observe::Trace trace_;
  std::unique_ptr<Node> node_;
};

}  // namespace node::testing
