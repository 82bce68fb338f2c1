// ping and perf: the streams around their machines. Spec: libp2p ping, perf; docs/spec-map.md#ping, #perf.
#include <algorithm>
#include <array>
#include <utility>

#include "libp2p/host/host_impl.hpp"
#include "libp2p/perf/perf.hpp"
#include "libp2p/ping/ping.hpp"

namespace libp2p {

namespace asio = boost::asio;

namespace {

/// One ping stream of a peer, while it is served.
class Counted {
 public:
  using Streams = std::unordered_map<PeerId, std::uint32_t>;
  Counted(Streams& streams, const PeerId& peer) : streams_{streams}, peer_{peer} { ++streams_[peer_]; }
  ~Counted() {
    const auto at = streams_.find(peer_);
    if (--at->second == 0) streams_.erase(at);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Streams& streams_;
  PeerId peer_;
};

}  // namespace

asio::awaitable<base::Result<base::Duration>> Host::Impl::ping(PeerId peer, StreamOptions stream_options) {
  std::vector<std::string> wanted{std::string{ping::kProtocol}};
  auto opening = open_stream(peer, std::move(wanted), stream_options);
  base::Result<Stream> stream = co_await std::move(opening);
  if (!stream) co_return stream.error();
  stream->set_deadline(environment.clock.now() + stream_options.timeout);
  ping::Pinger pinger;
  const base::ByteSpan payload = pinger.ping(environment.rng, environment.clock.now());
  const base::Result<void> written = co_await stream->write(payload);
  if (!written) co_return written.error();
  for (;;) {
    const base::Result<base::ByteSpan> bytes = co_await stream->peek();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) co_return StreamErrc::reset_by_peer;  // ended without an answer
    base::ByteSpan in = *bytes;
    const base::Result<std::optional<base::Duration>> rtt = pinger.feed(in, environment.clock.now());
    stream->consume(bytes->size() - in.size());
    if (!rtt) {
      stream->reset();
      co_return rtt.error();
    }
    if (*rtt) {
      static_cast<void>(co_await stream->close_write());  // the answer is there; the rest is politeness
      co_return **rtt;
    }
  }
}

/// One libp2p ping before a silent connection is judged. Whatever comes back is life and shows as such; only what
/// we could not even ask has to be told.
asio::awaitable<void> Host::Impl::check_life(ConnectionId id, PeerId peer) {
  StreamOptions stream_options;
  stream_options.timeout = options.limits.time.probe_answer;
  stream_options.connection = id;
  auto asking = ping(peer, stream_options);
  const base::Result<base::Duration> rtt = co_await std::move(asking);
  if (!rtt && rtt.error() == StreamErrc::too_many_streams) {
    if (conn::Connection* connection = book.find(id)) connection->on_probe_impossible();
  }
}

asio::awaitable<void> Host::Impl::serve_ping(Stream stream) {
  const PeerId peer = stream.peer();
  const auto served = pinging.find(peer);
  if (served != pinging.end() && served->second >= options.limits.count.ping_streams_per_peer) {
    stream.reset();
    co_return;
  }
  const Counted counted{pinging, peer};
  auto echo = echo_pings(std::move(stream));
  co_await std::move(echo);
}

asio::awaitable<void> Host::Impl::echo_pings(Stream stream) {
  ping::Responder responder;
  std::array<std::uint8_t, 8 * ping::kPayloadBytes> chunk{};
  for (;;) {
    stream.set_deadline(environment.clock.now() + options.limits.time.ping_idle);
    const base::Result<std::size_t> got = co_await stream.read(chunk);
    if (!got) co_return;
    if (*got == 0) break;
    const base::Result<void> written = co_await stream.write(responder.echo(base::ByteSpan{chunk}.first(*got)));
    if (!written) co_return;
  }
  static_cast<void>(co_await stream.close_write());
}

asio::awaitable<void> Host::Impl::serve_perf(Stream stream) {
  perf::Server server;
  for (;;) {
    const base::Result<base::ByteSpan> bytes = co_await stream.peek();
    if (!bytes) co_return;
    if (bytes->empty()) break;
    server.feed(*bytes);
    stream.consume(bytes->size());
  }
  if (const base::Result<void> asked = server.finish(); !asked) {
    stream.reset();
    co_return;
  }
  const std::vector<std::uint8_t> block(64 * 1024);
  while (const std::size_t size = server.take(block.size())) {
    const base::Result<void> written = co_await stream.write(base::ByteSpan{block}.first(size));
    if (!written) co_return;
  }
  static_cast<void>(co_await stream.close_write());
}

}  // namespace libp2p
