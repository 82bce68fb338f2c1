// node/node.hpp: a whole node: builds the parts, starts and stops them in order, carries the core's commands to
// them. Everything of the outside world is injected, so that whole nodes run over a simulated network, disk and
// clock. Thread rules: one executor, the environment's; the core is reached by posts only, so that it may get its
// own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "config/text/settings.hpp"
#include "libp2p/host/task_group.hpp"
#include "node/core.hpp"
#include "node/event_log.hpp"
#include "node/listeners.hpp"
#include "node/metrics_bridge.hpp"
#include "node/network.hpp"
#include "node/own_record_file.hpp"
#include "node/saver.hpp"
#include "observe/event_bus.hpp"
#include "observe/log.hpp"
#include "store/text/node_state_text.hpp"

namespace node {

class Node {
 public:
  /// Borrowed; all of it outlives the node and the worker's last job.
  struct World {
    libp2p::Environment environment;
    base::Files& files;
    store::PeerStore& store;
    observe::Log& log;
    observe::Registry& metrics;
    const observe::Trace& trace;
    Worker worker;
  };
  /// What was read from the disk.
  struct Startup {
    config::text::Settings settings;  ///< With a private key.
    std::vector<store::PeerEntry> peers;
    store::text::NodeState state;
    std::string state_path;  ///< Where node.state is kept.
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

  const libp2p::PeerId& id() const { return host_.id(); }
  libp2p::Host& host() { return host_; }
  observe::Bus& bus() { return bus_; }
  const Core& core() const { return core_; }
  /// Brings the registry up to date; before it is read.
  void refresh_metrics();

 private:
  void post_to_core(std::function<void(Core&, base::TimePoint)> call);
  void turn_core();
  void carry_out(Command&& command);
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
  Members members_;
  libp2p::Host host_;
  libp2p::TaskGroup tasks_;
  MessageTrace trace_;
  EventLog event_log_;
  MetricsBridge metrics_;
  Core core_;
  libp2p::io::Timer core_timer_;
  Saver saver_;
  OwnRecordFile own_record_;
  Network network_;
  std::size_t known_at_start_ = 0;
};

}  // namespace node
