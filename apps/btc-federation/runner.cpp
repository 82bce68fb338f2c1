#include "btc-federation/runner.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <csignal>
#include <utility>

#include "control_socket/address.hpp"

namespace btc_federation {

namespace asio = boost::asio;

namespace {

/// The whole of an orderly stop takes less than the 3 s that operators are promised.
constexpr std::chrono::milliseconds kStopDeadline{2'800};

}  // namespace

Runner::Runner(World world, node::Node& node, const Paths& paths, Running running, Edges edges)
    : world_{std::move(world)},
      node_{node},
      paths_{paths},
      edges_{std::move(edges)},
      running_{std::move(running)},
      logger_{world_.log, "node"},
      manager_{world_.executor, world_.clock, edges_.service,
               [this](const base::ErrorCode& error) {
                 logger_.warn("service.unreachable", "The service manager cannot be told how the node is",
                              {{"reason", error.message()}});
               }},
      desk_{world_,
            paths,
            {.began = [this] { manager_.reloading(); },
             .ended = [this](const config::reload::Record& record) { on_reloaded(record); }}},
      logging_{world_, paths.config, desk_.answers()},
      limits_{node, desk_.answers()},
      listeners_{world_.executor, node.listening(), desk_.answers()},
      tasks_{world_.executor},
      deadline_{world_.timers, [this] {
                  logger_.error("node.stop.forced", "The stop took too long and is cut short");
                  edges_.cut_short();  // what waited to be saved may be lost
                }} {
  desk_.use(components());
  add_node_commands(commands_, world_, node_, desk_, tasks_,
                    {.version = running_.version, .conf_path = paths_.config, .began = world_.clock.now()});
  open_control();
  asio::co_spawn(world_.executor, start(),
                 asio::bind_cancellation_slot(start_.slot(),
                                              [this](const std::exception_ptr& thrown) { on_started(thrown); }));
}

/// In the order of dependency: where lines go comes first, so that what the others have to say is in the new log.
std::vector<config::reload::Component*> Runner::components() { return {&logging_, &limits_, &listeners_}; }

void Runner::open_control() {
  const std::string path = control_socket::socket_path(paths_.config);
  base::Result<control_socket::Place> place = control_socket::Place::take(path);
  if (!place) {
    logger_.warn("control.unavailable", "Commands cannot reach this node: it runs without its control socket",
                 {{"file", path}, {"reason", place.error().message()}});
    return;
  }
  control_ = std::make_unique<control_socket::Server>(world_.executor, std::move(*place), commands_);
}

// --- start -----------------------------------------------------------------------------------------------------

asio::awaitable<void> Runner::start() {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (stopping_) co_return;
  auto starting = node_.start();
  const std::optional<node::StartFailure> failure = co_await std::move(starting);
  if (!failure || failure->error == asio::error::operation_aborted) co_return;
  status_ = ExitStatus::operator_error;
  fmt::print(stderr, "btc-federation: cannot listen on {}: {}\n",
             failure->address ? failure->address->to_text() : "any address of network.addresses",
             failure->error.message());
}

void Runner::on_started(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
  started_ = true;
  if (stopping_ || status_ != ExitStatus::ok) return begin_stop();
  manager_.up("running as " + node_.id().to_base58());
  desk_.started(std::move(running_.settings), running_.clean_text);
}

// --- signals and reloads ---------------------------------------------------------------------------------------

void Runner::on_signal(const Signal& signal) {
  switch (signal.number) {
    case SIGHUP: return desk_.request(signal);
    case SIGUSR1: return reopen_log();
    default: return on_stop_signal();
  }
}

void Runner::on_stop_signal() {
  if (std::exchange(stopping_, true)) return;
  edges_.end_at_next_stop();
  if (started_) {
    begin_stop();
  } else {
    start_.emit(asio::cancellation_type::terminal);  // it may be waiting for a busy port
  }
}

void Runner::reopen_log() {
  if (const base::Result<void> reopened = world_.log.reopen(); reopened) {
    logger_.info("log.reopened", "Log file opened again");
  } else {
    logger_.error("log.reopen.failed", "The log file cannot be opened again",
                  {{"reason", reopened.error().message()}});
  }
}

void Runner::on_reloaded(const config::reload::Record& record) {
  using config::reload::Outcome;
  if (record.outcome == Outcome::applied || record.outcome == Outcome::unchanged) node_.on_reloaded();
  manager_.reloaded(fmt::format("running as {}; reload #{}: {}", node_.id().to_base58(), record.number,
                                config::reload::to_text(record.outcome)));
}

// --- stop ------------------------------------------------------------------------------------------------------

void Runner::begin_stop() {
  if (std::exchange(stop_begun_, true)) return;  // a start that failed, and then a signal
  manager_.stopping();
  deadline_.arm(world_.clock.now() + kStopDeadline);
  desk_.stop([this] {
    asio::co_spawn(world_.executor, stop(), [this](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
      // The worker's last job is waited for under the deadline, too. What still waits for a time then has nobody
      // to serve any more.
      world_.worker([this] { asio::post(world_.executor, [this] { on_stopped(); }); });
    });
  });
}

asio::awaitable<void> Runner::stop() {
  control_.reset();
  tasks_.cancel_all();
  auto answered = tasks_.join();
  co_await std::move(answered);
  auto stopping = node_.stop();
  co_await std::move(stopping);
}

void Runner::on_stopped() {
  deadline_.cancel();
  edges_.stopped();
}

}  // namespace btc_federation
