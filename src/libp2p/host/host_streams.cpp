// Streams of a host: opening them, and serving those that peers open.
#include <algorithm>
#include <utility>

#include "libp2p/host/host_impl.hpp"

namespace libp2p {

namespace asio = boost::asio;

namespace {

/// Yamux reset code of go for a stream whose negotiation failed.
constexpr std::uint32_t kNegotiationFailed = 0x1001;

}  // namespace

asio::awaitable<base::Result<Stream>> Host::Impl::open_stream(PeerId peer, std::vector<std::string> wanted,
                                                              StreamOptions stream_options) {
  conn::Connection* connection =
      stream_options.connection ? book.find(*stream_options.connection) : book.serving(peer);
  if (connection == nullptr || !connection->is_open() || connection->peer() != peer) {
    co_return StreamErrc::connection_closed;
  }
  const base::Result<std::shared_ptr<conn::StreamState>> opened = connection->open_stream();
  if (!opened) co_return opened.error();
  Stream stream{*opened};
  stream.set_traffic_class(stream_options.traffic);
  const std::shared_ptr<conn::StreamState>& state = *opened;
  const bool waits = !stream_options.optimistic || wanted.size() > 1;
  if (waits) stream.set_deadline(environment.clock.now() + stream_options.timeout);
  auto negotiation = state->negotiate(std::move(wanted), stream_options.optimistic);
  const base::Result<std::string> agreed = co_await std::move(negotiation);
  if (!agreed) co_return agreed.error();
  ++negotiated[{*agreed, Direction::outbound}];
  if (waits) state->clear_deadline();
  co_return base::Result<Stream>{std::move(stream)};
}

void Host::Impl::set_handler(std::string protocol, StreamHandler handler) {
  handlers[std::move(protocol)] = std::make_shared<const StreamHandler>(std::move(handler));
}

void Host::Impl::remove_handler(const std::string& protocol) { handlers.erase(protocol); }

std::vector<std::string> Host::Impl::protocols() const {
  std::vector<std::string> out;
  out.reserve(handlers.size());
  for (const auto& [protocol, handler] : handlers) out.push_back(protocol);
  return out;
}

asio::awaitable<void> Host::Impl::serve(std::shared_ptr<conn::StreamState> state) {
  Stream stream{state};
  state->set_deadline(environment.clock.now() + options.limits.time.negotiation);
  // Some peers propose our protocols without the leading slash; answering in kind costs nothing.
  const auto supports = [this](std::string_view proposed) {
    return handlers.contains(proposed) || handlers.contains("/" + std::string{proposed});
  };
  auto negotiation = state->negotiate(multistream::Listener::Supports{supports});
  const base::Result<std::string> agreed = co_await std::move(negotiation);
  if (!agreed) {
    stream.reset(kNegotiationFailed);
    co_return;
  }
  state->clear_deadline();
  auto at = handlers.find(*agreed);
  if (at == handlers.end()) at = handlers.find("/" + *agreed);
  if (at == handlers.end()) {  // removed while we negotiated
    stream.reset(kNegotiationFailed);
    co_return;
  }
  state->set_protocol(at->first);
  ++negotiated[{at->first, Direction::inbound}];
  const std::shared_ptr<const StreamHandler> handler = at->second;
  const ConnectionId connection = state->connection_id();
  auto work = (*handler)(std::move(stream));
  co_await std::move(work);
  book.on_stream_ended(connection);
}

}  // namespace libp2p
