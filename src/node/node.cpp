#include "node/node.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "config/text/keys.hpp"
#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;

namespace {

libp2p::HostOptions host_options(const config::text::Settings& settings, const std::string& version,
                                 Members& members) {
  libp2p::HostOptions options{.identity = *settings.node.private_key};
  options.limits.time.establish = std::chrono::ceil<std::chrono::milliseconds>(settings.peers.connection_timeout);
  options.limits.time.stop = kHostStop;
  options.limits.count.connections = settings.peers.max_connections;
  options.agent_version = "btc-federation/" + version;
  options.announce = settings.network.announce_addresses;
  options.admission = &members;
  options.sign_record = false;  // the number is kept in node.state, durable before it is used
  return options;
}

Core::Options core_options(const config::text::Settings& settings) {
  return {.identity = *settings.node.private_key,
          .exchange_interval = settings.peers.exchange_interval,
          .max_connections = settings.peers.max_connections};
}

}  // namespace

Node::Node(World world, Startup startup)
    : world_{std::move(world)},
      startup_{std::move(startup)},
      logger_{world_.log, "node"},
      began_{world_.environment.clock.now()},
      members_{world_.environment.clock},
      host_{world_.environment, host_options(startup_.settings, startup_.version, members_)},
      tasks_{world_.environment.executor},
      trace_{observe::Logger{world_.log, "exchange"}, world_.trace},
      event_log_{world_.log, bus_, world_.environment.clock, host_.id(), poster(&Node::drain_log)},
      metrics_{world_.metrics, bus_, poster(&Node::drain_metrics)},
      core_{core_options(startup_.settings), world_.environment.rng, bus_, began_},
      core_timer_{world_.environment.timers, [this] { turn_core(); }},
      saver_{{.executor = world_.environment.executor,
              .clock = world_.environment.clock,
              .timers = world_.environment.timers,
              .store = world_.store,
              .bus = bus_,
              .worker = world_.worker}},
      own_record_{{.executor = world_.environment.executor,
                   .clock = world_.environment.clock,
                   .timers = world_.environment.timers,
                   .files = world_.files,
                   .rng = world_.environment.rng,
                   .bus = bus_,
                   .worker = world_.worker,
                   .core = [this](auto call) { post_to_core(std::move(call)); }},
                  startup_.state_path},
      network_{{.host = host_,
                .environment = world_.environment,
                .tasks = tasks_,
                .bus = bus_,
                .trace = trace_,
                .core = [this](auto call) { post_to_core(std::move(call)); }},
               members_,
               {.connection_timeout = startup_.settings.peers.connection_timeout}} {}

Node::~Node() = default;

// --- the core --------------------------------------------------------------------------------------------------

std::function<void()> Node::poster(void (Node::*call)()) {
  return [this, call, executor = world_.environment.executor, alive = std::weak_ptr{alive_}] {
    asio::post(executor, [this, call, alive] {
      if (!alive.expired()) (this->*call)();
    });
  };
}

void Node::post_to_core(std::function<void(Core&, base::TimePoint)> call) {
  asio::post(world_.environment.executor, [this, call = std::move(call), alive = std::weak_ptr{alive_}] {
    if (alive.expired()) return;
    call(core_, world_.environment.clock.now());
    turn_core();
  });
}

void Node::turn_core() {
  const base::Clock& clock = world_.environment.clock;
  for (Command& command : core_.poll(clock.now(), clock.wall())) carry_out(std::move(command));
  core_timer_.arm(std::max(core_.next_deadline(), clock.now()));
}

void Node::carry_out(Command&& command) {
  if (auto* peer = std::get_if<StorePeer>(&command)) return saver_.update(std::move(peer->entry));
  if (auto* own = std::get_if<exchange::SaveOwnRecord>(&command)) return own_record_.save(std::move(own->record));
  std::visit(
      [this]<class One>(One&& one) {
        if constexpr (requires { network_.carry_out(std::forward<One>(one)); }) {
          network_.carry_out(std::forward<One>(one));
        }
      },
      std::move(command));
}

// --- start and stop --------------------------------------------------------------------------------------------

void Node::log_settings() const {
  std::vector<std::pair<std::string, std::string>> values{{"version", startup_.version}};
  for (const config::text::Key& key : config::text::all_keys()) {
    values.emplace_back(key.path(), config::text::value_text(key, startup_.settings));
  }
  std::vector<observe::Field> fields;
  for (const auto& [key, value] : values) fields.emplace_back(key, value);
  logger_.at(observe::Level::info, "node.starting", "BTC Federation Node starting with config", fields);
}

asio::awaitable<std::optional<StartFailure>> Node::start() {
  log_settings();
  if (!startup_.state.record.empty() && !core_.restore_own(startup_.state.record)) {
    logger_.warn("node.state.foreign",
                 "node.state holds another node's record, or a damaged one: a new one is signed");
  }
  known_at_start_ = core_.restore_peers(startup_.peers, world_.environment.clock.now());
  startup_.peers.clear();
  logger_.info("network.started", "Network manager started successfully", {{"peer", host_.id().to_base58()}});

  auto listening = start_listening(host_, world_.environment, bus_, startup_.settings.network.addresses);
  std::optional<StartFailure> failure = co_await std::move(listening);
  event_log_.drain();
  if (failure && failure->error == asio::error::operation_aborted) co_return failure;
  if (failure) {
    const std::string address = failure->address ? failure->address->to_text() : std::string{"all addresses"};
    logger_.error("network.listen.failed", "Cannot listen: free the address, or change network.addresses",
                  {{"addr", address}, {"reason", failure->error.message()}});
    co_return failure;
  }
  network_.announce();
  event_log_.drain();
  logger_.info("node.started", "Node started successfully",
               {{"peers", known_at_start_}, {"took", world_.environment.clock.now() - began_}});
  if (known_at_start_ == 0) {
    logger_.info("peers.none", "No peers configured - running in standalone mode");
  }
  turn_core();
  co_return std::nullopt;
}

asio::awaitable<void> Node::stop() {
  const base::TimePoint stopping = world_.environment.clock.now();
  logger_.info("node.stopping", "Node is stopping", {{"connections", host_.connections().size()}});
  core_.stop(stopping);
  network_.stop();
  auto host_stop = host_.stop();
  co_await std::move(host_stop);
  tasks_.cancel_all();
  auto joined = tasks_.join();
  co_await std::move(joined);
  core_timer_.cancel();
  auto saved = saver_.flush();
  co_await std::move(saved);
  refresh_metrics();
  event_log_.drain();
  logger_.info("node.stopped", "Node stopped",
               {{"uptime", world_.environment.clock.now() - began_},
                {"took", world_.environment.clock.now() - stopping},
                {"peers", core_.peers().known()}});
  // What is still posted finds nobody any more; what was posted before the save has armed the timer again.
  alive_.reset();
  core_timer_.cancel();
}

void Node::refresh_metrics() {
  metrics_.drain();
  metrics_.refresh(host_.metrics(), core_.engine().record_counters(), core_.peers().known());
}

}  // namespace node
