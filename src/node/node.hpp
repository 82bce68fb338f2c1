// node/node.hpp: a whole node: builds the parts, starts and stops them in order, carries the core's commands to
// them. Everything of the outside world is injected, so that whole nodes run over a simulated network, disk and
// clock. Thread rules: the core's executor, for all functions here; construction before any loop runs, destruction
// after all have ended. Each network loop has a `Network` of its own; core and networks reach each other by posts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/text/settings.hpp"
#include "libp2p/host/task_group.hpp"
#include "libp2p/host_group.hpp"
#include "node/core.hpp"
#include "node/event_log.hpp"
#include "node/listeners.hpp"
#include "node/metrics_bridge.hpp"
#include "node/network.hpp"
#include "node/own_record_file.hpp"
#include "node/peers_watch.hpp"
#include "node/reserved_post.hpp"
#include "node/saver.hpp"
#include "node/world.hpp"
#include "observe/event_bus.hpp"
#include "observe/log.hpp"
#include "store/text/node_state_text.hpp"

namespace node {

/// What a node holds at the moment. At rest all of it is steady: what grows leaks.
struct Activity {
  std::uint64_t streams_inbound = 0, streams_outbound = 0;
  std::uint64_t tasks = 0;   ///< Coroutines that run.
  std::uint64_t timers = 0;  ///< Deadlines that wait.
};

class Node {
 public:
  /// What was read from the disk.
  struct Startup {
    config::text::Settings settings;  ///< With a private key.
    std::vector<store::PeerEntry> peers;
    std::vector<store::RawKey> removed{};  ///< By the operator.
    store::text::NodeState state;
    std::string state_path;    ///< Where node.state is kept.
    std::string peers_path{};  ///< The store's file, to be watched; empty if there is none.
    std::string version;
  };

  Node(World world, Startup startup);
  /// After `stop` has returned, or before `start`.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Returns when the listeners are up; peers are not waited for. A failure is logged, and then `stop` is still
  /// due. Cancellation: ends it by operation_aborted.
  boost::asio::awaitable<std::optional<StartFailure>> start();
  /// In this order: listeners, dials, exchange, streams, connections, core, store.
  boost::asio::awaitable<void> stop();

  /// peers.*, taken over on each loop by what is returned, when that is posted. Dials and connections that are
  /// under way stay.
  std::vector<ReservedPost> prepare_peer_limits(const config::text::Settings::Peers& peers);
  /// A reload was applied, or found nothing to change: peers.yaml is read again, and who is away tried again.
  void on_reloaded();

  const libp2p::PeerId& id() const { return hosts_.id(); }
  libp2p::HostGroup& hosts() { return hosts_; }
  /// The network side of the loop that listens; for calls on that loop.
  Network& listening() { return *networks_.front(); }
  observe::Bus& bus() { return bus_; }
  const Core& core() const { return core_; }
  /// What is open and under way on all loops, each asked on its own. Call it between `start` and `stop`.
  boost::asio::awaitable<Activity> activity();
  /// Takes over into the registry what is counted elsewhere. Done by itself every `kMetricsRefresh`.
  boost::asio::awaitable<void> refresh_metrics();

 private:
  void post_to_core(std::function<void(Core&, base::TimePoint)> call);
  void turn_core();
  /// Each command to who carries it out, in order.
  void carry_out(std::vector<Command>&& commands);
  void refresh_regularly();
  std::function<void()> poster(void (Node::*call)());
  void drain_log() { event_log_.drain(); }
  void drain_metrics() { metrics_.drain(); }
  void log_settings() const;

  World world_;
  Startup startup_;
  observe::Logger logger_;
  observe::Bus bus_;
  base::TimePoint began_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  const std::weak_ptr<bool> watch_ = alive_;  ///< For all threads: never changed, unlike `alive_` at the stop.
  std::vector<std::unique_ptr<Members>> members_;  ///< One for each loop; all are told the same.
  libp2p::HostGroup hosts_;
  MessageTrace trace_;
  EventLog event_log_;
  MetricsBridge metrics_;
  Core core_;
  libp2p::io::Timer core_timer_;
  Saver saver_;
  std::optional<PeersWatch> peers_watch_;
  OwnRecordFile own_record_;
  std::vector<std::unique_ptr<Network>> networks_;  ///< One for each loop.
  libp2p::TaskGroup tasks_;
  libp2p::io::Timer refresh_timer_;
  std::size_t known_at_start_ = 0;
};

}  // namespace node
