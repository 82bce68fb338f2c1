// Running the node: the real world behind the node's interfaces, signals, exit statuses.
#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <cstdlib>

#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/logging.hpp"
#include "btc-federation/network_threads.hpp"
#include "btc-federation/reports.hpp"
#include "config/disk/load.hpp"
#include "libp2p/io/asio/asio_timers.hpp"
#include "node/node.hpp"
#include "node/store_notices.hpp"
#include "observe/ids.hpp"
#include "store/disk/file_peer_store.hpp"
#include "store/disk/node_state.hpp"

namespace btc_federation {

namespace asio = boost::asio;

namespace {

/// The whole of an orderly stop takes less than the 3 s that operators are promised.
constexpr std::chrono::milliseconds kStopDeadline{2'800};

/// What lives as long as the process.
struct Process {
  base::SystemClock clock;
  base::SystemRng rng;
  base::PosixFiles files;
  observe::Registry metrics;
  observe::Log log{clock, metrics, observe::make_run_id(rng)};
  observe::Trace trace;
  asio::thread_pool disk{1};  ///< Saves, and log files that are compressed: one after the other.
  asio::io_context loop{1};   ///< The core and the signals: the main thread.
  libp2p::io::AsioTimers timers{loop.get_executor(), clock};

  node::Worker worker() {
    return [this](std::function<void()> job) { asio::post(disk, std::move(job)); };
  }
};

/// Starts the node, stops it on a signal.
class Runner {
 public:
  Runner(Process& process, node::Node& node) : process_{process}, node_{node} {
    wait_for_stop();
    wait_for_others();
    asio::co_spawn(process_.loop, start(),
                   asio::bind_cancellation_slot(start_.slot(),
                                                [this](const std::exception_ptr& thrown) { on_started(thrown); }));
  }

  int run() {
    process_.loop.run();
    return status_;
  }

 private:
  asio::awaitable<void> start() {
    auto starting = node_.start();
    const std::optional<node::StartFailure> failure = co_await std::move(starting);
    if (!failure || failure->error == asio::error::operation_aborted) co_return;
    status_ = ExitStatus::operator_error;
    fmt::print(stderr, "btc-federation: cannot listen on {}: {}\n",
               failure->address ? failure->address->to_text() : "any address of network.addresses",
               failure->error.message());
  }

  void on_started(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    started_ = true;
    if (stopping_ || status_ != ExitStatus::ok) stop();
  }

  void wait_for_stop() {
    stop_signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      // From here on a further signal ends the process at once, even if this loop hangs.
      stop_signals_.clear();
      std::signal(SIGTERM, SIG_DFL);
      std::signal(SIGINT, SIG_DFL);
      stopping_ = true;
      if (started_) {
        stop();
      } else {
        start_.emit(asio::cancellation_type::terminal);  // it may be waiting for a busy port
      }
    });
  }

  void wait_for_others() {
    other_signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGUSR1) {
        const base::Result<void> reopened = process_.log.reopen();
        if (reopened) {
          logger_.info("log.reopened", "Log file opened again");
        } else {
          logger_.error("log.reopen.failed", "The log file cannot be opened again",
                        {{"reason", reopened.error().message()}});
        }
      } else {
        logger_.info("reload.ignored", "SIGHUP is ignored: restart the node to apply a changed configuration");
      }
      wait_for_others();
    });
  }

  void stop() {
    deadline_.expires_after(kStopDeadline);
    deadline_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      logger_.error("node.stop.forced", "The stop took too long and is cut short");
      std::_Exit(status_);
    });
    asio::co_spawn(process_.loop, node_.stop(), [this](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
      process_.loop.stop();  // what still waits for a time has nobody to serve any more
    });
  }

  Process& process_;
  node::Node& node_;
  observe::Logger logger_{process_.log, "node"};
  asio::signal_set stop_signals_{process_.loop, SIGTERM, SIGINT};
  asio::signal_set other_signals_{process_.loop, SIGUSR1, SIGHUP};
  asio::steady_timer deadline_{process_.loop};
  asio::cancellation_signal start_;
  bool started_ = false;
  bool stopping_ = false;
  int status_ = ExitStatus::ok;
};

/// What was found in the files and does not keep the node from starting.
void log_findings(observe::Log& log, const Paths& paths, const config::disk::Loaded& config,
                  const store::Findings& findings) {
  const observe::Logger logger{log, "config"};
  if (config.created)
    logger.info("config.created", "conf.yaml was missing and is written", {{"file", paths.config}});
  if (config.key_generated)
    logger.info("config.key.generated", "A new private key is generated", {{"file", paths.config}});
  for (const config::text::Diagnostic& item : config.diagnostics.items()) {
    logger.warn("config.warning", "Configuration warning", {{"text", item.to_text(paths.config)}});
  }
  const observe::Logger store{log, "store"};
  for (const store::Finding& finding : findings.first) {
    store.warn("peers.entry.bad",
               finding.entry_left_out ? "Entry of peers.yaml left out" : "Part of an entry of peers.yaml left out",
               {{"file", paths.peers}, {"line", finding.line}, {"reason", finding.reason}});
  }
}

store::text::NodeState load_state(Process& process, const std::string& path) {
  base::Result<store::text::NodeState> state = store::disk::load_node_state(process.files, path);
  if (state) return std::move(*state);
  // Time and the peers bring the number of the own record back.
  observe::Logger{process.log, "store"}.warn("node.state.damaged",
                                             "node.state cannot be used, a new record is signed",
                                             {{"file", path}, {"reason", state.error().message()}});
  return {};
}

libp2p::Limits limits_of(const config::text::Settings& settings) {
  libp2p::Limits limits;
  limits.time.establish = std::chrono::ceil<std::chrono::milliseconds>(settings.peers.connection_timeout);
  return limits;
}

}  // namespace

int run(const Paths& paths, std::string_view version) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the console sink
  Process process;
  config::disk::Loaded config = config::disk::load(process.files, process.rng, paths.config, paths.inputs);
  if (!config.settings) {
    report(config.diagnostics, paths.config);
    return ExitStatus::operator_error;
  }
  store::disk::FilePeerStore store{{process.files, process.clock, process.rng}, paths.peers};
  store::Findings findings;
  base::Result<std::vector<store::PeerEntry>> peers = store.load(findings);
  if (!peers) {
    report(findings, peers.error(), paths.peers);
    return ExitStatus::operator_error;
  }
  auto sinks = make_sinks(config.settings->logging, paths.config, process.files, process.worker());
  if (!sinks) {
    report(sinks.error(), config::disk::log_path(paths.config, config.settings->logging.file_name));
    return ExitStatus::operator_error;
  }
  process.log.set_level(config.settings->logging.level);
  process.log.set_sinks(std::move(*sinks));
  std::vector<std::string> traced;
  for (const libp2p::PeerId& peer : config.settings->logging.trace_peers) traced.push_back(peer.to_base58());
  process.trace.set_peers(std::move(traced));
  log_findings(process.log, paths, config, findings);
  for (const store::Notice& notice : store.take_notices()) {
    node::log_notice(observe::Logger{process.log, "store"}, notice);
  }

  const std::string state_path = base::directory_of(paths.config) + "/node.state";
  NetworkThreads network{config.settings->network.loops, limits_of(*config.settings)};
  node::Node node{{.core = {.executor = process.loop.get_executor(),
                            .clock = process.clock,
                            .rng = process.rng,
                            .timers = process.timers},
                   .loops = network.environments(),
                   .files = process.files,
                   .store = store,
                   .log = process.log,
                   .metrics = process.metrics,
                   .trace = process.trace,
                   .worker = process.worker()},
                  {.settings = std::move(*config.settings),
                   .peers = std::move(*peers),
                   .state = load_state(process, state_path),
                   .state_path = state_path,
                   .version = std::string{version}}};
  network.start();
  const int status = Runner{process, node}.run();
  network.join();
  process.disk.join();
  return status;
}

}  // namespace btc_federation
