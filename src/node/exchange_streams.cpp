#include "node/exchange_streams.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "node/core.hpp"
#include "node/events.hpp"
#include "node/limits.hpp"

namespace node {

namespace asio = boost::asio;

namespace {

bool dialled_by_us(const libp2p::ConnectionInfo& connection) {
  return connection.direction == libp2p::Direction::outbound;
}

}  // namespace

ExchangeStreams::ExchangeStreams(Parts parts)
    : parts_{std::move(parts)}, retire_timer_{parts_.environment.timers, [this] { ask_to_retire(); }} {
  // A proposal without the leading slash reaches this handler too.
  parts_.host.set_handler(std::string{exchange::kProtocol},
                          [this](libp2p::Stream stream) { return serve(std::move(stream)); });
}

ExchangeStreams::Link* ExchangeStreams::find(libp2p::ConnectionId connection) {
  const auto at = links_.find(connection);
  return at != links_.end() ? &at->second : nullptr;
}

void ExchangeStreams::on_opened(const libp2p::ConnectionInfo& connection) {
  if (stopped_) return;
  Link& link = links_.emplace(connection.id, Link{connection}).first->second;
  if (is_one_of_several(link) && !retire_timer_.armed()) {
    retire_timer_.arm(parts_.environment.clock.now() + kRetireInterval);
  }
  if (dialled_by_us(connection)) open(link);
}

void ExchangeStreams::on_closed(libp2p::ConnectionId connection) { links_.erase(connection); }

void ExchangeStreams::on_protocols(libp2p::ConnectionId connection, const std::vector<std::string>& protocols) {
  Link* link = find(connection);
  if (link == nullptr || !link->refused || std::ranges::find(protocols, exchange::kProtocol) == protocols.end()) {
    return;
  }
  link->refused = false;
  open(*link);
}

// --- opening and serving ---------------------------------------------------------------------------------------

void ExchangeStreams::open(Link& link) {
  if (stopped_ || link.opening || link.channel || link.refused || link.retired) return;
  link.opening = true;
  parts_.tasks.spawn(open_stream(link.connection.id, link.connection.peer));
}

asio::awaitable<void> ExchangeStreams::open_stream(libp2p::ConnectionId connection, libp2p::PeerId peer) {
  std::vector<std::string> wanted{std::string{exchange::kProtocol}};
  libp2p::StreamOptions options;
  options.connection = connection;
  options.optimistic = false;  // a peer without the protocol shall cost one refusal, not a reset hello
  auto opening = parts_.host.open_stream(peer, std::move(wanted), options);
  base::Result<libp2p::Stream> stream = co_await std::move(opening);
  Link* link = find(connection);
  if (link == nullptr || stopped_) co_return;  // the connection went; dropping the stream resets it
  link->opening = false;
  if (!stream) {
    link->refused = stream.error() == libp2p::StreamErrc::protocol_not_supported;
    if (!link->refused) open_later(*link);
    co_return;
  }
  const std::shared_ptr<ExchangeChannel> channel = make_channel(*link, std::move(*stream));
  auto running = channel->run();
  co_await std::move(running);
}

asio::awaitable<void> ExchangeStreams::serve(libp2p::Stream stream) {
  Link* link = find(stream.connection_id());
  if (link == nullptr || stopped_ || dialled_by_us(link->connection)) {
    stream.reset();  // only the dialer of a connection opens the stream
    co_return;
  }
  if (const auto former = std::exchange(link->channel, nullptr)) former->finish();  // the dialer gave it up
  const std::shared_ptr<ExchangeChannel> channel = make_channel(*link, std::move(stream));
  auto running = channel->run();
  co_await std::move(running);
}

std::shared_ptr<ExchangeChannel> ExchangeStreams::make_channel(Link& link, libp2p::Stream stream) {
  const libp2p::ConnectionId id = link.connection.id;
  const libp2p::PeerId peer = link.connection.peer;
  const MessageTrace::Where where{.peer = peer, .connection = id, .stream = stream.id()};
  const auto which = std::make_shared<const ExchangeChannel*>(nullptr);
  ExchangeChannel::Hooks hooks;
  hooks.received = [this, where](const exchange::Message& message, std::size_t bytes) {
    parts_.trace.show(libp2p::Direction::inbound, message, bytes, where);
    parts_.bus.publish(
        ExchangeMessage{.direction = libp2p::Direction::inbound, .type = exchange::name_of(message)});
    parts_.core([peer = where.peer, connection = where.connection, message](Core& core, base::TimePoint now) {
      core.on_message(peer, connection, message, now);
    });
  };
  hooks.after_handling = [this](std::function<void()> then) {
    parts_.core([executor = parts_.environment.executor, then = std::move(then)](Core&, base::TimePoint) {
      asio::post(executor, then);
    });
  };
  hooks.sent = [this, where](const exchange::Message& message, std::size_t bytes) {
    parts_.trace.show(libp2p::Direction::outbound, message, bytes, where);
    parts_.bus.publish(
        ExchangeMessage{.direction = libp2p::Direction::outbound, .type = exchange::name_of(message)});
  };
  hooks.closed = [this, id, which](base::ErrorCode error) { on_stream_closed(id, *which, error); };
  const exchange::Side side = dialled_by_us(link.connection) ? exchange::Side::dialer : exchange::Side::listener;
  const ExchangeChannel::Surroundings around{
      .clock = parts_.environment.clock, .timers = parts_.environment.timers, .tasks = parts_.tasks};
  link.channel = std::make_shared<ExchangeChannel>(std::move(stream), side, around, std::move(hooks));
  link.opened_at = parts_.environment.clock.now();
  *which = link.channel.get();
  parts_.core([peer, id](Core& core, base::TimePoint now) { core.on_stream_opened(peer, id, now); });
  return link.channel;
}

void ExchangeStreams::on_stream_closed(libp2p::ConnectionId connection, const ExchangeChannel* which,
                                       base::ErrorCode error) {
  Link* link = find(connection);
  if (link == nullptr || link->channel.get() != which) return;  // gone with its connection, or replaced
  link->channel.reset();
  const libp2p::PeerId peer = link->connection.peer;
  parts_.bus.publish(ExchangeStreamEnded{.peer = peer, .connection = connection, .reason = error});
  parts_.core(
      [peer, connection](Core& core, base::TimePoint now) { core.on_stream_closed(peer, connection, now); });
  if (link->retired) {
    parts_.host.confirm_retire(connection);  // drained: it may go now, if it is ours to close
  } else if (dialled_by_us(link->connection)) {
    if (parts_.environment.clock.now() - link->opened_at >= kStreamLasted) link->backoff.on_hint();
    open_later(*link);
  }
}

void ExchangeStreams::open_later(Link& link) {
  if (!link.reopen) {
    link.reopen = std::make_unique<libp2p::io::Timer>(parts_.environment.timers, [this, id = link.connection.id] {
      if (Link* again = find(id)) open(*again);
    });
  }
  const base::TimePoint now = parts_.environment.clock.now();
  link.reopen->arm(link.backoff.on_failure(now, peers::kBackoffCap, parts_.environment.rng));
}

void ExchangeStreams::send(const exchange::Send& send) {
  Link* link = find(send.connection);
  if (link != nullptr && link->channel) link->channel->send(send.message);
}

// --- one of several connections --------------------------------------------------------------------------------

bool ExchangeStreams::is_one_of_several(const Link& link) const {
  return std::ranges::any_of(links_, [&](const auto& other) {
    return other.second.connection.peer == link.connection.peer && other.first != link.connection.id;
  });
}

/// The smaller id asks for every connection that is not preferred, until it is gone.
void ExchangeStreams::ask_to_retire() {
  bool several = false;
  for (const auto& [id, link] : links_) {
    const libp2p::PeerId& peer = link.connection.peer;
    if (!(parts_.host.id() < peer) || !is_one_of_several(link)) continue;
    several = true;
    if (link.retired || !parts_.host.agree_to_retire(id)) continue;
    parts_.core([peer, hash = link.connection.handshake_hash](Core& core, base::TimePoint) {
      core.retire(peer, hash, /*confirmed=*/false);
    });
  }
  if (several) retire_timer_.arm(parts_.environment.clock.now() + kRetireInterval);
}

void ExchangeStreams::on_retire(const exchange::RetireReceived& retire) {
  const auto at = std::ranges::find_if(links_, [&](const auto& link) {
    return link.second.connection.peer == retire.peer &&
           link.second.connection.handshake_hash == retire.connection;
  });
  if (at == links_.end()) return;
  auto& [id, link] = *at;
  if (retire.confirmed) {
    link.retired = true;
    parts_.host.confirm_retire(id);
    if (link.channel) link.channel->finish();
    return;
  }
  if (!parts_.host.agree_to_retire(id)) return;  // not decided here yet, or decided otherwise: it asks again
  link.retired = true;                           // the peer ends the stream when it has our word
  parts_.core([peer = retire.peer, hash = retire.connection](Core& core, base::TimePoint) {
    core.retire(peer, hash, /*confirmed=*/true);
  });
}

void ExchangeStreams::stop() {
  stopped_ = true;
  retire_timer_.cancel();
  parts_.host.remove_handler(std::string{exchange::kProtocol});
  for (auto& [id, link] : links_) {
    link.reopen.reset();
    if (link.channel) link.channel->finish();
  }
}

}  // namespace node
