#include "node/node.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "config/text/keys.hpp"
#include "libp2p/host/join.hpp"
#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;

namespace {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};

std::vector<std::unique_ptr<Members>> make_members(const std::vector<libp2p::Environment>& loops) {
  std::vector<std::unique_ptr<Members>> out;
  out.reserve(loops.size());
  for (const libp2p::Environment& loop : loops) out.push_back(std::make_unique<Members>(loop.clock));
  return out;
}

std::vector<libp2p::GroupMember> group_of(const std::vector<libp2p::Environment>& loops,
                                          const std::vector<std::unique_ptr<Members>>& members) {
  std::vector<libp2p::GroupMember> out;
  out.reserve(loops.size());
  for (std::size_t i = 0; i < loops.size(); ++i) {
    out.push_back({.environment = loops[i], .admission = members[i].get()});
  }
  return out;
}

std::chrono::milliseconds establish_timeout(const config::text::Settings::Peers& peers) {
  return std::chrono::ceil<std::chrono::milliseconds>(peers.connection_timeout);
}

libp2p::HostOptions host_options(const config::text::Settings& settings, const std::string& version) {
  libp2p::HostOptions options{.identity = *settings.node.private_key};
  options.limits.time.establish = establish_timeout(settings.peers);
  options.limits.time.stop = kHostStop;
  options.limits.count.connections = settings.peers.max_connections;
  options.agent_version = "btc-federation/" + version;
  options.announce = settings.network.announce_addresses;
  options.sign_record = false;  // the number is kept in node.state, durable before it is used
  return options;
}

asio::awaitable<std::size_t> tasks_of(const Network& network) { co_return network.tasks(); }

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
      began_{world_.core.clock.now()},
      members_{make_members(world_.loops)},
      hosts_{group_of(world_.loops, members_), host_options(startup_.settings, startup_.version)},
      trace_{observe::Logger{world_.log, "exchange"}, world_.trace},
      event_log_{world_.log, bus_, world_.core.clock, hosts_.id(), poster(&Node::drain_log)},
      metrics_{world_.metrics, bus_, poster(&Node::drain_metrics)},
      core_{core_options(startup_.settings), world_.core.rng, bus_, began_},
      core_timer_{world_.core.timers, [this] { turn_core(); }},
      saver_{{.executor = world_.core.executor,
              .clock = world_.core.clock,
              .timers = world_.core.timers,
              .store = world_.store,
              .bus = bus_,
              .worker = world_.worker,
              .core = [this](auto call) { post_to_core(std::move(call)); },
              .file = startup_.peers_path}},
      own_record_{{.executor = world_.core.executor,
                   .clock = world_.core.clock,
                   .timers = world_.core.timers,
                   .files = world_.files,
                   .rng = world_.core.rng,
                   .bus = bus_,
                   .worker = world_.worker,
                   .core = [this](auto call) { post_to_core(std::move(call)); }},
                  startup_.state_path},
      tasks_{world_.core.executor},
      refresh_timer_{world_.core.timers, [this] { refresh_regularly(); }} {
  if (!startup_.peers_path.empty()) {
    peers_watch_.emplace(PeersWatch::Parts{.executor = world_.core.executor,
                                           .clock = world_.core.clock,
                                           .timers = world_.core.timers,
                                           .files = world_.files,
                                           .watcher = world_.folders,
                                           .bus = bus_,
                                           .worker = world_.worker,
                                           .refresh = [this] { saver_.refresh(); },
                                           .hold = [this](base::TimePoint until) { saver_.hold(until); }},
                         startup_.peers_path);
  }
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    Network::Parts parts{.host = hosts_.host(i),
                         .environment = world_.loops[i],
                         .bus = bus_,
                         .trace = trace_,
                         .core = [this](auto call) { post_to_core(std::move(call)); }};
    const Network::Options options{.connection_timeout = startup_.settings.peers.connection_timeout};
    networks_.push_back(std::make_unique<Network>(std::move(parts), *members_[i], options));
  }
}

Node::~Node() = default;

// --- the core --------------------------------------------------------------------------------------------------

std::function<void()> Node::poster(void (Node::*call)()) {
  return [this, call, executor = world_.core.executor, alive = watch_] {
    asio::post(executor, [this, call, alive] {
      if (!alive.expired()) (this->*call)();
    });
  };
}

void Node::post_to_core(std::function<void(Core&, base::TimePoint)> call) {
  asio::post(world_.core.executor, [this, call = std::move(call), alive = watch_] {
    if (alive.expired()) return;
    call(core_, world_.core.clock.now());
    turn_core();
  });
}

void Node::turn_core() {
  const base::Clock& clock = world_.core.clock;
  carry_out(core_.poll(clock.now(), clock.wall()));
  core_timer_.arm(std::max(core_.next_deadline(), clock.now()));
}

void Node::carry_out(std::vector<Command>&& commands) {
  std::vector<std::vector<Command>> per_loop(hosts_.size());
  const auto to_all = [&](const auto& command) {
    for (auto& loop : per_loop) loop.emplace_back(command);
  };
  const auto to_loop_of = [&](const auto& whom, auto&& command) {
    per_loop[hosts_.index_of(whom)].emplace_back(std::forward<decltype(command)>(command));
  };
  const Overload hand_out{
      [&](StorePeer& store) { saver_.update(std::move(store.entry)); },
      [&](exchange::SaveOwnRecord& own) { own_record_.save(std::move(own.record)); },
      [&](TellRecord& tell) { per_loop.front().emplace_back(std::move(tell)); },
      // Before its handshake nobody knows on which loop a peer will live, and an address may be anybody's.
      [&](SetStanding& standing) { to_all(standing); },
      [&](Ban& ban) { to_all(ban); },
      [&](CloseConnection& close) { to_loop_of(close.connection, std::move(close)); },
      [&](auto& of_peer) { to_loop_of(of_peer.peer, std::move(of_peer)); },
  };
  for (Command& command : commands) std::visit(hand_out, command);
  for (std::size_t i = 0; i < per_loop.size(); ++i) {
    if (per_loop[i].empty()) continue;
    asio::post(world_.loops[i].executor,
               [network = networks_[i].get(), batch = std::move(per_loop[i]), alive = watch_]() mutable {
                 if (!alive.expired()) network->carry_out(std::move(batch));
               });
  }
}

// --- start and stop --------------------------------------------------------------------------------------------

void Node::log_settings() const {
  std::vector<std::pair<std::string, std::string>> values{{"version", startup_.version}};
  for (const config::text::Key& key : config::text::all_keys()) {
    values.emplace_back(key.path(), config::text::value_text(key, startup_.settings));
  }
  std::vector<observe::Field> fields;
  fields.reserve(values.size());
  for (const auto& [key, value] : values) fields.emplace_back(key, value);
  logger_.at(observe::Level::info, "node.starting", "BTC Federation Node starting with config", fields);
}

asio::awaitable<std::optional<StartFailure>> Node::start() {
  log_settings();
  if (!startup_.state.record.empty() && !core_.restore_own(startup_.state.record)) {
    logger_.warn("node.state.foreign",
                 "node.state holds another node's record, or a damaged one: a new one is signed");
  }
  known_at_start_ = core_.restore_peers(startup_.peers, world_.core.clock.now());
  core_.restore_removed(startup_.removed);
  startup_.peers.clear();
  carry_out(core_.take_commands());  // who comes first is known already
  logger_.info("network.started", "Network manager started successfully", {{"peer", hosts_.id().to_base58()}});

  const std::optional<StartFailure> failure =
      co_await asio::co_spawn(hosts_.first().executor(),
                              networks_.front()->listen(startup_.settings.network.addresses), asio::use_awaitable);
  event_log_.drain();
  if (failure && failure->error == asio::error::operation_aborted) co_return failure;
  if (failure) {
    const std::string address = failure->address ? failure->address->to_text() : std::string{"all addresses"};
    logger_.error("network.listen.failed", "Cannot listen: free the address, or change network.addresses",
                  {{"addr", address}, {"reason", failure->error.message()}});
    co_return failure;
  }
  logger_.info("node.started", "Node started successfully",
               {{"peers", known_at_start_}, {"took", world_.core.clock.now() - began_}});
  if (known_at_start_ == 0) {
    logger_.info("peers.none", "No peers configured - running in standalone mode");
  }
  turn_core();
  saver_.start();
  if (peers_watch_) peers_watch_->start();
  refresh_timer_.arm(world_.core.clock.now() + kMetricsRefresh);
  co_return std::nullopt;
}

asio::awaitable<void> Node::stop() {
  const base::TimePoint stopping = world_.core.clock.now();
  refresh_timer_.cancel();
  tasks_.cancel_all();
  auto idle = tasks_.join();
  co_await std::move(idle);
  auto counting = hosts_.metrics();
  const libp2p::HostMetrics counts = co_await std::move(counting);
  logger_.info("node.stopping", "Node is stopping", {{"connections", counts.connections_open}});
  core_.stop(stopping);
  std::vector<libp2p::Job> stops;
  stops.reserve(networks_.size());
  for (std::size_t i = 0; i < networks_.size(); ++i) {
    stops.emplace_back(world_.loops[i].executor, networks_[i]->stop());
  }
  auto networks_stopped = libp2p::join_all(std::move(stops));
  co_await std::move(networks_stopped);
  core_timer_.cancel();
  if (peers_watch_) peers_watch_->stop();
  auto saved = saver_.close();
  co_await std::move(saved);
  auto refreshed = refresh_metrics();
  co_await std::move(refreshed);
  event_log_.drain();
  logger_.info("node.stopped", "Node stopped",
               {{"uptime", world_.core.clock.now() - began_},
                {"took", world_.core.clock.now() - stopping},
                {"peers", core_.peers().known()}});
  // What is still posted finds nobody any more; what was posted before the save has armed the timer again.
  alive_.reset();
  core_timer_.cancel();
}

// --- reload ----------------------------------------------------------------------------------------------------

std::vector<ReservedPost> Node::prepare_peer_limits(const config::text::Settings::Peers& peers) {
  std::vector<ReservedPost> out;
  out.reserve(networks_.size() + 1);
  for (std::size_t i = 0; i < networks_.size(); ++i) {
    out.emplace_back(world_.loops[i].executor, [this, i, peers, alive = watch_] {
      if (alive.expired()) return;
      hosts_.host(i).set_max_connections(peers.max_connections);
      hosts_.host(i).set_establish_timeout(establish_timeout(peers));
      networks_[i]->set_connection_timeout(peers.connection_timeout);
    });
  }
  out.emplace_back(world_.core.executor, [this, peers, alive = watch_] {
    if (alive.expired()) return;
    core_.set_limits(peers.exchange_interval, peers.max_connections, world_.core.clock.now());
    turn_core();
  });
  return out;
}

void Node::on_reloaded() {
  saver_.refresh();
  core_.on_reloaded(world_.core.clock.now());
  turn_core();
}

// --- metrics ---------------------------------------------------------------------------------------------------

asio::awaitable<Activity> Node::activity() {
  auto reading = hosts_.metrics();
  const libp2p::HostMetrics hosts = co_await std::move(reading);
  Activity out{.streams_inbound = hosts.streams_inbound,
               .streams_outbound = hosts.streams_outbound,
               .tasks = hosts.tasks + tasks_.size(),
               .timers = hosts.timers + world_.core.timers.size()};
  for (const auto& network : networks_) {
    const std::size_t tasks =
        co_await asio::co_spawn(network->executor(), tasks_of(*network), asio::use_awaitable);
    out.tasks += tasks;
  }
  co_return out;
}

asio::awaitable<void> Node::refresh_metrics() {
  auto reading = hosts_.metrics();
  const libp2p::HostMetrics hosts = co_await std::move(reading);
  metrics_.drain();
  metrics_.refresh(hosts, core_.engine().record_counters(), core_.peers().known(), event_log_.lost());
}

void Node::refresh_regularly() {
  tasks_.spawn(refresh_metrics());
  refresh_timer_.arm(world_.core.clock.now() + kMetricsRefresh);
}

}  // namespace node
