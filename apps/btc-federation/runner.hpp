// btc-federation/runner.hpp: the life of the node's process: start, signals, reloads, the operator's commands,
// stop. Thread rules: the main loop. Invariant: an orderly stop begins once, after a reload that was under way
// has become the old or the new configuration, and ends within kStopDeadline of the signal.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "btc-federation/limits_component.hpp"
#include "btc-federation/logging_component.hpp"
#include "btc-federation/node_commands.hpp"
#include "btc-federation/reload_desk.hpp"
#include "btc-federation/signals.hpp"
#include "btc-federation/world.hpp"
#include "control_socket/server.hpp"
#include "node/listeners_component.hpp"
#include "node/node.hpp"
#include "service/manager.hpp"

namespace btc_federation {

class Runner {
 public:
  /// What the node was built with, for the first reload to compare with.
  struct Running {
    config::text::Settings settings;
    std::string clean_text;  ///< Of conf.yaml: kept as the last that worked once the node is up.
    std::string version;
  };

  /// What it does to the process, and who started that.
  struct Edges {
    service::Manager::Environment service{};
    std::function<void()> end_at_next_stop;  ///< The stop is under way: another signal ends the process at once.
    std::function<void()> cut_short;         ///< The stop takes too long: ends the process.
    std::function<void()> stopped;           ///< Nothing is left to do.
  };

  /// The start begins with the loop's next turn. `node` is borrowed, also by the worker's last jobs.
  Runner(World world, node::Node& node, const Paths& paths, Running running, Edges edges);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void on_signal(const Signal& signal);

  const ReloadDesk& reloads() const { return desk_; }
  /// The process's, when it has stopped.
  int exit_status() const { return status_; }

 private:
  std::vector<config::reload::Component*> components();
  void open_control();
  boost::asio::awaitable<void> start();
  void on_started(const std::exception_ptr& thrown);
  void on_stop_signal();
  void reopen_log();
  void on_reloaded(const config::reload::Record& record);
  /// Once: reloads first, then the node.
  void begin_stop();
  boost::asio::awaitable<void> stop();
  void on_stopped();

  const World world_;
  node::Node& node_;
  const Paths paths_;
  const Edges edges_;
  Running running_;
  observe::Logger logger_;
  service::Manager manager_;
  ReloadDesk desk_;
  LoggingComponent logging_;
  LimitsComponent limits_;
  node::ListenersComponent listeners_;
  libp2p::TaskGroup tasks_;
  control::Commands commands_;
  std::unique_ptr<control_socket::Server> control_;
  libp2p::io::Timer deadline_;
  boost::asio::cancellation_signal start_;
  bool started_ = false;
  bool stopping_ = false;
  bool stop_begun_ = false;
  int status_ = ExitStatus::ok;
};

}  // namespace btc_federation
