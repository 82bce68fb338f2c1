// libp2p-peer/test_idle.cpp: many hosts, one connection each, held without traffic and then asked whether they
// live.
#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

#include "libp2p-peer/jobs.hpp"
#include "libp2p-peer/stopwatch.hpp"
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

struct Tally {
  std::uint64_t opened = 0, alive = 0;
  std::string first_error;
};

asio::awaitable<void> connect(Node& node, Tally& tally) {
  const auto connection = co_await node.connect();
  if (connection) {
    ++tally.opened;
  } else if (tally.first_error.empty()) {
    tally.first_error = connection.error().text;
  }
}

asio::awaitable<void> ping(Node& node, Tally& tally) {
  if (!node.connected()) co_return;
  const auto answer = co_await node.ping();
  if (answer) ++tally.alive;
}

}  // namespace

TestResult test_idle(asio::io_context& context, const Target& target, const DialCommand& command) {
  Nodes nodes = make_nodes(context, target, command.count);
  const JobPlan plan{.count = nodes.size(), .workers = command.concurrency};
  Tally tally;
  std::function<asio::awaitable<void>(Job)> open = [&](Job job) { return connect(*nodes[job.index], tally); };
  std::function<asio::awaitable<void>(Job)> check = [&](Job job) { return ping(*nodes[job.index], tally); };

  const Stopwatch watch;
  co_await run_jobs(plan, std::move(open));
  const double open_seconds = watch.seconds();
  fmt::print(stderr, "idle: {} open\n", tally.opened);
  if (!tally.first_error.empty()) fmt::print(stderr, "idle: first failure: {}\n", tally.first_error);

  const Stopwatch held;
  if (tally.opened > 0) {
    asio::steady_timer hold{context, command.hold};
    co_await hold.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  const double hold_s = held.seconds();
  co_await run_jobs(plan, std::move(check));
  co_await stop_all(nodes);

  if (tally.opened == 0) co_return Failure{"no connection came up: " + tally.first_error};
  JsonObject result;
  result.integer("count", command.count).integer("opened", tally.opened).integer("alive", tally.alive);
  result.number("open_seconds", open_seconds).number("hold_s", hold_s);
  co_return result;
}

}  // namespace libp2p_peer
