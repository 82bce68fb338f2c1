// libp2p-peer/test_ping.cpp: round trips of libp2p pings, all on one stream. Spec: libp2p ping.
#include <algorithm>
#include <array>
#include <span>

#include "base/system.hpp"
#include "libp2p-peer/statistics.hpp"
#include "libp2p-peer/stopwatch.hpp"
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPayloadBytes = 32;
constexpr std::size_t kShownTimes = 1000;

/// One round trip in ms.
asio::awaitable<Outcome<double>> ping_once(libp2p::Stream& stream, base::Rng& rng) {
  std::array<std::uint8_t, kPayloadBytes> sent{};
  std::array<std::uint8_t, kPayloadBytes> echoed{};
  rng.fill(sent);
  const Stopwatch watch;
  const auto written = co_await stream.write(sent);
  if (!written) co_return failure("writing a ping", written.error());
  const auto read = co_await stream.read_exactly(echoed);
  if (!read) co_return failure("waiting for the answer of a ping", read.error());
  if (sent != echoed) co_return Failure{"a ping came back with other bytes"};
  co_return watch.seconds() * 1e3;
}

asio::awaitable<Outcome<std::vector<double>>> ping_times(Node& node, libp2p::Stream& stream, std::uint64_t count) {
  base::SystemRng rng;
  std::vector<double> times_ms;
  while (times_ms.size() < count) {
    node.extend_deadline(stream);
    const Outcome<double> time_ms = co_await ping_once(stream, rng);
    if (!time_ms) co_return time_ms.error();
    times_ms.push_back(*time_ms);
  }
  co_return times_ms;
}

}  // namespace

TestResult test_ping(Node& node, const DialCommand& command) {
  auto stream = co_await node.open("/ipfs/ping/1.0.0");
  if (!stream) co_return failure("opening a ping stream", stream.error());
  const auto warmed_up = co_await ping_times(node, *stream, command.warmup);
  if (!warmed_up) co_return warmed_up.error();

  const Stopwatch watch;
  const auto times_ms = co_await ping_times(node, *stream, command.count);
  if (!times_ms) co_return times_ms.error();
  JsonObject result;
  result.integer("count", times_ms->size()).fields(summary(*times_ms));
  result.number("seconds", watch.seconds()).number("cpu_s", watch.cpu_s());
  result.numbers("rtts_ms", std::span{*times_ms}.first(std::min(times_ms->size(), kShownTimes)));

  const auto closed = co_await stream->close_write();
  if (!closed) co_return failure("closing the ping stream", closed.error());
  co_return result;
}

}  // namespace libp2p_peer
