// libp2p-peer/test_handshakes.cpp: fresh connections, each up to the first answered ping, from several identities.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <functional>

#include "libp2p-peer/jobs.hpp"
#include "libp2p-peer/statistics.hpp"
#include "libp2p-peer/stopwatch.hpp"
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

struct Tally {
  std::vector<double> times_ms;
  std::uint64_t errors = 0;
  std::string first_error;

  void fail(const std::string& text) {
    if (errors++ == 0) first_error = text;
  }
};

/// The time in ms until the ping was answered; the connection stays.
asio::awaitable<Outcome<double>> connect_and_ping(Node& node) {
  const Stopwatch watch;
  const auto connection = co_await node.connect();
  if (!connection) co_return connection.error();
  const auto answer = co_await node.ping();
  if (!answer) co_return failure("the first ping", answer.error());
  co_return watch.seconds() * 1e3;
}

asio::awaitable<void> handshake(Node& node, Tally& tally) {
  const Outcome<double> time_ms = co_await connect_and_ping(node);
  const Outcome<void> closed = co_await node.disconnect();
  if (!time_ms) {
    tally.fail(time_ms.error().text);
  } else if (!closed) {
    tally.fail(closed.error().text);
  } else {
    tally.times_ms.push_back(*time_ms);
  }
}

}  // namespace

TestResult test_handshakes(asio::io_context& context, const Target& target, const DialCommand& command) {
  Nodes nodes = make_nodes(context, target, command.concurrency);
  Tally warmup, tally;
  const JobPlan before{.count = std::max<std::size_t>(command.warmup, nodes.size()), .workers = nodes.size()};
  const JobPlan measured{.count = command.count, .workers = nodes.size()};
  std::function<asio::awaitable<void>(Job)> warm_up = [&](Job job) {
    return handshake(*nodes[job.worker], warmup);
  };
  co_await run_jobs(before, std::move(warm_up));

  std::function<asio::awaitable<void>(Job)> work = [&](Job job) { return handshake(*nodes[job.worker], tally); };
  const Stopwatch watch;
  co_await run_jobs(measured, std::move(work));
  const double seconds = watch.seconds(), cpu_s = watch.cpu_s();
  co_await stop_all(nodes);

  const auto succeeded = static_cast<double>(tally.times_ms.size());
  if (tally.times_ms.empty()) co_return Failure{"no connection came up: " + tally.first_error};
  JsonObject result;
  result.integer("count", command.count).integer("errors", tally.errors).text("first_error", tally.first_error);
  result.integer("concurrency", command.concurrency).fields(summary(tally.times_ms));
  result.number("seconds", seconds).number("conns_s", succeeded / seconds);
  result.number("cpu_s", cpu_s).number("cpu_ms_per_handshake", cpu_s * 1e3 / succeeded);
  co_return result;
}

}  // namespace libp2p_peer
