// identify and identify/push, both ways. Spec: libp2p identify; docs/spec-map.md#identify.
#include <algorithm>
#include <utility>

#include "libp2p/host/host_impl.hpp"
#include "libp2p/identify/reader.hpp"

namespace libp2p {

namespace asio = boost::asio;

namespace {

/// Changes that come together are told together; go takes one push in 5 s from a source.
constexpr std::chrono::milliseconds kPushDelay{500};

/// The interfaces of the machine are not looked up again so soon: it takes a few system calls for each.
constexpr std::chrono::seconds kAnnouncedFor{30};

}  // namespace

PeerInfo to_peer_info(const identify::Info& info) {
  return {.public_key = info.public_key,
          .protocol_version = info.protocol_version,
          .agent_version = info.agent_version,
          .protocols = info.protocols,
          .listen_addrs = info.listen_addrs,
          .observed_addr = info.observed_addr,
          .record = info.record};
}

/// Asks a freshly connected peer who it is, on a stream of its own that nothing waits for.
asio::awaitable<void> Host::Impl::identify(ConnectionId id, PeerId peer, PublicKey key) {
  std::vector<std::string> wanted{std::string{identify::kProtocol}};
  StreamOptions stream_options;
  stream_options.connection = id;
  auto opening = open_stream(peer, std::move(wanted), stream_options);
  base::Result<Stream> stream = co_await std::move(opening);
  if (!stream) co_return;  // the connection went again, which its own event tells
  stream->set_deadline(environment.clock.now() + options.limits.time.request);
  const base::Result<void> ended = co_await stream->close_write();  // sends the proposal; we have nothing to say
  if (!ended) co_return;
  auto reading = read_info(*stream, key);
  base::Result<identify::Info> info = co_await std::move(reading);
  if (info) {
    take_info(id, peer, std::move(*info));
  } else if (info.error() == identify::IdentifyErrc::key_mismatch) {
    book.close(id, info.error());
  }
}

asio::awaitable<base::Result<identify::Info>> Host::Impl::read_info(Stream& stream, const PublicKey& key) {
  const auto known = infos.find(stream.peer());
  std::optional<SignedPeerRecord> held;
  if (known != infos.end()) held = known->second.record;
  const CountLimits& count = options.limits.count;
  identify::Reader reader{
      key, held ? &*held : nullptr, {.protocols = count.peer_protocols, .addresses = count.peer_addresses}};
  for (;;) {
    const base::Result<base::ByteSpan> bytes = co_await stream.peek();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) co_return reader.finish();
    const base::Result<void> taken = reader.feed(*bytes);
    stream.consume(bytes->size());
    if (!taken) {
      stream.reset();
      co_return taken.error();
    }
  }
}

void Host::Impl::take_info(ConnectionId id, const PeerId& peer, identify::Info info) {
  if (book.find(id) == nullptr) return;
  identify::Info& known = infos[peer];
  identify::merge(known, std::move(info));
  const std::size_t most = options.limits.count.peer_addresses;
  if (known.listen_addrs.size() > most) {  // of a signed record, which is kept whole
    known.listen_addrs.erase(known.listen_addrs.begin() + static_cast<std::ptrdiff_t>(most),
                             known.listen_addrs.end());
  }
  publish(PeerIdentified{.connection = id, .peer = peer, .info = to_peer_info(known)});
}

const std::vector<Multiaddr>& Host::Impl::announced() {
  if (index != 0) return told;
  if (environment.clock.now() >= found_until && look_up_announced()) tell_announced();
  return found;
}

/// Whether it changed.
bool Host::Impl::look_up_announced() {
  found_until = environment.clock.now() + kAnnouncedFor;
  std::vector<Multiaddr> now = options.announce.empty() ? listeners.reachable() : options.announce;
  std::swap(found, now);
  return found != now;
}

/// Our record as of now: signed again only when the addresses changed.
void Host::Impl::refresh_record() {
  const std::vector<Multiaddr>& addrs = announced();
  if (!options.sign_record || index != 0 || addrs.empty()) return;
  if (record && (signed_for == addrs || record->addresses() == addrs)) return;
  const auto since_epoch = environment.clock.wall().time_since_epoch();
  const auto now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
  record = SignedPeerRecord::sign(options.identity, static_cast<std::uint64_t>(now_ns), addrs);
  signed_for = addrs;
}

base::Result<base::Bytes> Host::Impl::own_info(ConnectionId id) {
  refresh_record();
  identify::Info info{.public_key = options.identity.public_key(),
                      .listen_addrs = announced(),
                      .protocols = protocols(),
                      .protocol_version = options.protocol_version,
                      .agent_version = options.agent_version,
                      .record = record};
  if (const conn::Connection* connection = book.find(id)) info.observed_addr = connection->remote_addr();
  return identify::encode(info);
}

asio::awaitable<void> Host::Impl::serve_identify(Stream stream) {
  stream.set_deadline(environment.clock.now() + options.limits.time.request);
  const base::Result<base::Bytes> message = own_info(stream.connection_id());
  if (!message) {
    stream.reset();
    co_return;
  }
  const base::Result<void> written = co_await stream.write(*message);
  if (written) static_cast<void>(co_await stream.close_write());  // a peer that is gone needs no end
}

bool Host::Impl::may_push(ConnectionId id) {
  const base::TimePoint now = environment.clock.now();
  const base::Duration interval = options.limits.time.push_interval;
  base::TimePoint& free_at = pushes[id];
  free_at = std::max(free_at, now);
  if (free_at + interval > now + interval * options.limits.count.push_burst) return false;
  free_at += interval;
  return true;
}

asio::awaitable<void> Host::Impl::serve_push(Stream stream) {
  stream.set_deadline(environment.clock.now() + options.limits.time.request);
  const conn::Connection* connection = book.find(stream.connection_id());
  if (connection == nullptr) co_return;
  if (!may_push(connection->id())) {
    stream.reset();
    co_return;
  }
  const ConnectionId id = connection->id();
  const PeerId peer = stream.peer();
  const PublicKey key = *connection->peer_key();
  auto reading = read_info(stream, key);
  base::Result<identify::Info> info = co_await std::move(reading);
  if (info) take_info(id, peer, std::move(*info));
  static_cast<void>(co_await stream.close_write());  // nothing more to say either way
}

void Host::Impl::schedule_push() {
  if (!stopping && !push_timer.armed()) push_timer.arm(environment.clock.now() + kPushDelay);
}

void Host::Impl::push_to_all() {
  for (const ConnectionInfo& connection : book.open_connections()) {
    const auto known = infos.find(connection.peer);
    if (known == infos.end() || book.serving(connection.peer) != book.find(connection.id)) continue;
    const auto& theirs = known->second.protocols;
    if (std::ranges::find(theirs, identify::kPushProtocol) == theirs.end()) continue;
    run(push(connection.id, connection.peer));
  }
}

asio::awaitable<void> Host::Impl::push(ConnectionId id, PeerId peer) {
  std::vector<std::string> wanted{std::string{identify::kPushProtocol}};
  StreamOptions stream_options;
  stream_options.connection = id;
  auto opening = open_stream(peer, std::move(wanted), stream_options);
  base::Result<Stream> stream = co_await std::move(opening);
  if (!stream) co_return;
  stream->set_deadline(environment.clock.now() + options.limits.time.request);
  const base::Result<base::Bytes> message = own_info(id);
  if (!message) co_return;
  const base::Result<void> written = co_await stream->write(*message);
  if (!written) co_return;  // the peer went, or does not want it: it asks when it wants to know
  static_cast<void>(co_await stream->close_write());
  // Reading the peer's answer to our proposal and its end keeps us from resetting what it has not read yet.
  while (true) {
    const base::Result<base::ByteSpan> rest = co_await stream->peek();
    if (!rest || rest->empty()) co_return;
    stream->consume(rest->size());
  }
}

}  // namespace libp2p
