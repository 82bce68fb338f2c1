// Running the node: what is read before it starts, and what it is built of.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "btc-federation/commands.hpp"
#include "btc-federation/fatal.hpp"
#include "btc-federation/logging.hpp"
#include "btc-federation/network_threads.hpp"
#include "btc-federation/process.hpp"
#include "btc-federation/reports.hpp"
#include "btc-federation/runner.hpp"
#include "config/disk/last_good.hpp"
#include "config/disk/load.hpp"
#include "node/node.hpp"
#include "node/store_notices.hpp"
#include "store/disk/file_peer_store.hpp"
#include "store/disk/node_state.hpp"

namespace btc_federation {

namespace {

/// What was found in the files and does not keep the node from starting.
void log_findings(observe::Log& log, const Paths& paths, const config::disk::Loaded& config,
                  const store::Findings& findings, const std::vector<store::Notice>& notices) {
  const observe::Logger logger{log, "config"};
  if (config.created)
    logger.info("config.created", "conf.yaml was missing and is written", {{"file", paths.config}});
  if (config.key_generated)
    logger.info("config.key.generated", "A new private key is generated", {{"file", paths.config}});
  if (!config.key_locked) logger.warn("config.key.unlocked", kKeyUnlocked);
  for (const config::text::Diagnostic& item : config.diagnostics.items()) {
    logger.warn("config.warning", "Configuration warning", {{"text", item.to_text(paths.config)}});
  }
  const observe::Logger store{log, "store"};
  node::log_findings(store, findings, paths.peers);
  for (const store::Notice& notice : notices) node::log_notice(store, notice);
}

/// For whoever broke the file and wants back what worked.
void tell_of_last_good(base::Files& files, const std::string& path) {
  const std::string kept = config::disk::last_good_path(path);
  if (!files.stat(kept)) return;
  fmt::print(stderr, "{}: note: what the node last ran with is in {}, without the private key\n", path, kept);
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

/// False if the log file cannot be opened, which is reported.
bool open_log(Process& process, const Paths& paths, const config::text::Settings::Logging& logging) {
  auto sinks = make_sinks(logging, paths.config, process.files, process.worker());
  if (!sinks) {
    report(sinks.error(), config::disk::log_path(paths.config, logging.file_name));
    return false;
  }
  process.log.set_level(logging.level);
  process.trace.set_peers(traced_peers(logging));
  process.log.set_sinks(std::move(*sinks));
  return true;
}

/// However the node ends, no other thread touches it when it goes.
struct JoinedThreads {
  NetworkThreads& network;
  boost::asio::thread_pool& disk;

  ~JoinedThreads() {
    network.join();
    disk.join();
  }
};

/// Runs the main loop, which carries the signals to the runner.
int turn(Process& process, Runner& runner) {
  struct Listening {
    Signals& signals;
    ~Listening() { signals.stop_listening(); }
  };
  process.signals.listen(process.loop.get_executor(),
                         [&runner](const Signal& signal) { runner.on_signal(signal); });
  const Listening listening{process.signals};
  do_or_end("main loop", [&process] { process.loop.run(); });
  return runner.exit_status();
}

}  // namespace

int run(const Paths& paths, std::string_view version) {
  Process process;
  config::disk::Loaded config = config::disk::load(process.files, process.rng, paths.config, paths.inputs);
  if (!config.settings) {
    report(config.diagnostics, paths.config);
    tell_of_last_good(process.files, paths.config);
    return ExitStatus::operator_error;
  }
  // A save that does not get the lock is tried again; a stop must not wait behind it for long.
  store::disk::FilePeerStore store{
      {process.files, process.clock, process.rng},
      paths.peers,
      {.save_lock_wait = std::chrono::milliseconds{500}, .cancelled = &Signals::stop_waits}};
  store::Findings findings;
  base::Result<std::vector<store::PeerEntry>> peers = store.load(findings);
  if (Signals::stop_waits()) return ExitStatus::ok;  // reading 100,000 peers takes seconds, or was given up
  if (!peers) {
    report(findings, peers.error(), paths.peers);
    return ExitStatus::operator_error;
  }
  if (!open_log(process, paths, config.settings->logging)) return ExitStatus::operator_error;
  log_findings(process.log, paths, config, findings, store.take_notices());

  const std::string state_path = base::directory_of(paths.config) + "/node.state";
  NetworkThreads network{config.settings->network.loops, limits_of(*config.settings)};
  node::Node node{{.core = {.executor = process.loop.get_executor(),
                            .clock = process.clock,
                            .rng = process.rng,
                            .timers = process.timers},
                   .loops = network.environments(),
                   .files = process.files,
                   .store = store,
                   .folders = &process.folders,
                   .log = process.log,
                   .metrics = process.metrics,
                   .trace = process.trace,
                   .worker = process.worker()},
                  {.settings = *config.settings,
                   .peers = std::move(*peers),
                   .removed = store.removed(),
                   .state = load_state(process, state_path),
                   .state_path = state_path,
                   .peers_path = paths.peers,
                   .version = std::string{version}}};
  const JoinedThreads joined{network, process.disk};
  network.start();
  Runner runner{process.world(),
                node,
                paths,
                {.settings = std::move(*config.settings),
                 .clean_text = std::move(config.clean_text),
                 .version = std::string{version}},
                {.service = service::Manager::read_environment(),
                 .end_at_next_stop = [] { Signals::end_at_next_stop(); },
                 .cut_short = [] { std::_Exit(ExitStatus::fatal); },
                 .stopped = [&process] { process.loop.stop(); }}};
  return turn(process, runner);
}

}  // namespace btc_federation
