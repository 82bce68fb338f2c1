// btc-federation/runner.hpp: the life of the node's process: start, signals, reloads, the operator's commands,
// stop. Thread rules: the main thread. Invariant: an orderly stop begins once, after a reload that was under way
// has become the old or the new configuration, and ends within kStopDeadline of the signal.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "btc-federation/node_commands.hpp"
#include "btc-federation/process.hpp"
#include "btc-federation/reload_components.hpp"
#include "btc-federation/reload_desk.hpp"
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

  /// `process` and `node` are borrowed, also by the disk worker's last jobs: join it before this goes.
  Runner(Process& process, node::Node& node, const Paths& paths, Running running);
  ~Runner() { process_.signals.stop_listening(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Until the node has stopped; the exit status.
  int run();

 private:
  std::vector<config::reload::Component*> components();
  void open_control();
  boost::asio::awaitable<void> start();
  void on_started(const std::exception_ptr& thrown);
  void on_signal(const Signal& signal);
  void on_stop_signal();
  void reopen_log();
  void on_reloaded(const config::reload::Record& record);
  /// Once: reloads first, then the node.
  void begin_stop();
  boost::asio::awaitable<void> stop();

  Process& process_;
  node::Node& node_;
  const Paths paths_;
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
  boost::asio::steady_timer deadline_;
  boost::asio::cancellation_signal start_;
  bool started_ = false;
  bool stopping_ = false;
  bool stop_begun_ = false;
  int status_ = ExitStatus::ok;
};

}  // namespace btc_federation
