// libp2p-peer/test_transfer.cpp: bytes over one stream: up, down (libp2p perf), or there and back at once (echo).
#include <algorithm>
#include <array>
#include <functional>

#include "libp2p-peer/jobs.hpp"
#include "libp2p-peer/pattern.hpp"
#include "libp2p-peer/stopwatch.hpp"
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

constexpr const char* kPerf = "/perf/1.0.0";

/// Writes the first `bytes` of `pattern` in blocks, then ends our direction.
asio::awaitable<base::Result<void>> upload(const Node& node, libp2p::Stream& stream, const Pattern& pattern,
                                           std::uint64_t bytes) {
  for (std::uint64_t sent = 0; sent < bytes;) {
    const base::ByteSpan block = pattern.at(sent, bytes - sent);
    node.extend_deadline(stream);
    const auto written = co_await stream.write(block);
    if (!written) co_return written.error();
    sent += block.size();
  }
  co_return co_await stream.close_write();
}

/// Shows `take` every piece up to the end of the stream. Once it says no the stream is reset: nobody waits any
/// more.
asio::awaitable<base::Result<void>> download(const Node& node, libp2p::Stream& stream,
                                             std::function<bool(base::ByteSpan)> take) {
  while (true) {
    node.extend_deadline(stream);
    const auto piece = co_await stream.peek();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return base::ok();
    if (!take(*piece)) {
      stream.reset();
      co_return base::ok();
    }
    stream.consume(piece->size());
  }
}

/// A perf stream with the request for `download_bytes` written.
asio::awaitable<Outcome<libp2p::Stream>> open_perf(Node& node, std::uint64_t download_bytes) {
  auto stream = co_await node.open(kPerf);
  if (!stream) co_return failure("opening a perf stream", stream.error());
  std::array<std::uint8_t, 8> request{};
  for (std::size_t i = 0; i < request.size(); ++i) {
    request[i] = static_cast<std::uint8_t>(download_bytes >> (8 * (request.size() - 1 - i)));
  }
  node.extend_deadline(*stream);
  const auto written = co_await stream->write(request);
  if (!written) co_return failure("writing the perf request", written.error());
  co_return std::move(*stream);
}

JsonObject throughput(std::uint64_t bytes, const Stopwatch& watch) {
  constexpr double kMiB = 1024 * 1024;
  const double seconds = watch.seconds();
  JsonObject result;
  result.integer("bytes", bytes).number("seconds", seconds);
  result.number("mib_s", static_cast<double>(bytes) / kMiB / seconds).number("cpu_s", watch.cpu_s());
  return result;
}

/// Up and down differ only in who sends how much.
TestResult run_perf(Node& node, std::uint64_t up_bytes, std::uint64_t down_bytes) {
  const Pattern pattern;
  const Stopwatch watch;
  auto stream = co_await open_perf(node, down_bytes);
  if (!stream) co_return stream.error();
  const auto uploaded = co_await upload(node, *stream, pattern, up_bytes);
  if (!uploaded) co_return failure("sending", uploaded.error());

  std::uint64_t received = 0;
  std::function<bool(base::ByteSpan)> count = [&](base::ByteSpan piece) {
    received += piece.size();
    return received <= down_bytes;
  };
  const auto downloaded = co_await download(node, *stream, std::move(count));
  if (!downloaded) co_return failure("receiving", downloaded.error());
  if (received != down_bytes) {
    co_return Failure{"asked for " + std::to_string(down_bytes) + " bytes and got " + std::to_string(received) +
                      (received > down_bytes ? " and more" : "")};
  }
  co_return throughput(up_bytes + down_bytes, watch);
}

}  // namespace

TestResult test_perf_up(Node& node, const DialCommand& command) { return run_perf(node, command.bytes, 0); }

TestResult test_perf_down(Node& node, const DialCommand& command) { return run_perf(node, 0, command.bytes); }

TestResult test_echo(Node& node, const DialCommand& command) {
  const Pattern pattern;
  const Stopwatch watch;
  auto stream = co_await node.open("/echo/1.0.0");
  if (!stream) co_return failure("opening an echo stream", stream.error());

  std::uint64_t same = 0;
  bool equal = true;
  std::function<bool(base::ByteSpan)> compare = [&](base::ByteSpan piece) {
    equal = same + piece.size() <= command.bytes && pattern.matches(same, piece);
    if (equal) same += piece.size();
    return equal;
  };
  base::Result<void> sent, received;
  std::vector<asio::awaitable<void>> both;
  both.push_back(store_result(sent, upload(node, *stream, pattern, command.bytes)));
  both.push_back(store_result(received, download(node, *stream, std::move(compare))));
  co_await join(std::move(both));

  if (!equal) co_return Failure{"the echo differs from what was sent after byte " + std::to_string(same)};
  if (!received) co_return failure("reading the echo", received.error());
  if (!sent) co_return failure("sending", sent.error());
  if (same != command.bytes) {
    co_return Failure{"only " + std::to_string(same) + " of " + std::to_string(command.bytes) +
                      " bytes came back"};
  }
  JsonObject result = throughput(same, watch);
  result.flag("equal", equal);
  co_return result;
}

}  // namespace libp2p_peer
