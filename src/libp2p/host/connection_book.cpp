#include "libp2p/host/connection_book.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace libp2p {
namespace {

using Verdict = Admission::Verdict;

policy::Standing standing_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::operator_member: return policy::Standing::operator_entry;
    case Verdict::member: return policy::Standing::proven;
    case Verdict::refuse:
    case Verdict::stranger: break;
  }
  return policy::Standing::stranger;
}

DialStage stage_of(const conn::Connection& connection) {
  switch (connection.upgrade_stage()) {
    case conn::Upgrade::Stage::secure: return DialStage::secure;
    case conn::Upgrade::Stage::mux: return DialStage::mux;
    case conn::Upgrade::Stage::done: break;
  }
  return DialStage::open;
}

}  // namespace

ConnectionBook::ConnectionBook(const PeerId& self, const noise::StaticKey& key, const HostOptions& options,
                               conn::Loop& loop, Hooks hooks)
    : self_{self},
      key_{key},
      options_{options},
      loop_{loop},
      hooks_{std::move(hooks)},
      graveyard_{std::make_shared<std::vector<std::unique_ptr<conn::Connection>>>()},
      pending_{options.limits.count},
      established_{options.limits.count} {}

ConnectionBook::~ConnectionBook() { graveyard_->clear(); }  // they use the loop, which goes with the host

// Coming up.

void ConnectionBook::add_inbound(std::unique_ptr<io::Socket> socket) {
  const Multiaddr source = socket->remote().to_multiaddr();
  const bool member = options_.admission == nullptr || options_.admission->is_member_address(source);
  const std::optional<policy::ConnId> displaced = pending_.add(next_id_, member);
  add(std::move(socket),
      {.id = next_id_++,
       .direction = Direction::inbound,
       .expected = std::nullopt,
       .probe = false,
       .remote_addr = source,
       .static_key = key_,
       .limits = options_.limits},
      nullptr);
  if (displaced) {
    if (conn::Connection* old = find(*displaced)) old->abort(ConnErrc::too_many_handshakes);
  }
}

ConnectionId ConnectionBook::add_outbound(std::unique_ptr<io::Socket> socket, const PeerId& expected,
                                          const Multiaddr& addr, bool probe, DialObserver& observer) {
  return add(std::move(socket),
             {.id = next_id_++,
              .direction = Direction::outbound,
              .expected = expected,
              .probe = probe,
              .remote_addr = addr,
              .static_key = key_,
              .limits = options_.limits},
             &observer);
}

ConnectionId ConnectionBook::add(std::unique_ptr<io::Socket> socket, conn::Connection::Options options,
                                 DialObserver* dial) {
  const ConnectionId id = options.id;
  auto connection = std::make_unique<conn::Connection>(std::move(options), loop_, std::move(socket), *this);
  conn::Connection& started = *connection;
  entries_.emplace(id, Entry{.connection = std::move(connection), .dial = dial});
  ++counts_.handshakes_started;
  ++counts_.handshakes_pending;
  started.start();
  return id;
}

void ConnectionBook::detach(ConnectionId id) {
  if (const auto at = entries_.find(id); at != entries_.end()) at->second.dial = nullptr;
}

void ConnectionBook::on_first_byte(conn::Connection& connection) { pending_.on_byte(connection.id()); }

void ConnectionBook::on_committed(conn::Connection& connection) {
  Entry& entry = entries_.at(connection.id());
  if (entry.dial != nullptr) entry.dial->on_committed(connection.id());
}

void ConnectionBook::on_authenticated(conn::Connection& connection) {
  Entry& entry = entries_.at(connection.id());
  if (connection.probe()) {
    --counts_.handshakes_pending;
    ++counts_.handshakes_completed;
    entry.open = true;  // all that it was for
    if (DialObserver* dial = std::exchange(entry.dial, nullptr)) dial->on_open(connection.id());
    connection.abort(ConnErrc::closed_by_us);
    return;
  }
  if (const base::ErrorCode refusal = decide_admission(entry)) {
    connection.abort(refusal);
    return;
  }
  enter(entry);
}

base::ErrorCode ConnectionBook::decide_admission(Entry& entry) {
  const PeerId& peer = *entry.connection->peer();
  if (peer == self_) return ConnErrc::dialed_self;
  entry.verdict = options_.admission != nullptr ? options_.admission->admit(peer) : Verdict::member;
  if (entry.verdict == Verdict::refuse) return ConnErrc::refused;
  const policy::EstablishedConnections::Verdict place = established_.admit({.id = entry.connection->id(),
                                                                            .standing = standing_of(entry.verdict),
                                                                            .has_sibling = peers_.contains(peer)});
  if (place.evicted) close(*place.evicted, ConnErrc::too_many_connections);
  return place.admitted ? base::ErrorCode{} : make_error_code(ConnErrc::too_many_connections);
}

void ConnectionBook::enter(Entry& entry) {
  conn::Connection& connection = *entry.connection;
  const PeerId id = *connection.peer();
  pending_.remove(connection.id());
  --counts_.handshakes_pending;
  ++counts_.handshakes_completed;
  ++(connection.direction() == Direction::inbound ? counts_.connections_inbound : counts_.connections_outbound);
  entry.open = true;
  Peer& peer = peers_[id];
  peer.connections.push_back(connection.id());
  connection.admit(entry.verdict != Verdict::stranger);
  hooks_.event(ConnectionOpened{.info = connection.info(), .verdict = entry.verdict});
  if (peer.connections.size() == 1) {
    peer.serving = {.former = connection.id(), .followed = std::nullopt, .decided = true};
  } else {
    begin_round(id, peer);
  }
  hooks_.opened(connection);
  if (DialObserver* dial = std::exchange(entry.dial, nullptr)) dial->on_open(connection.id());
}

// Ending.

void ConnectionBook::on_closed(conn::Connection& connection, base::ErrorCode reason) {
  const auto at = entries_.find(connection.id());
  Entry entry = std::move(at->second);
  entries_.erase(at);
  pending_.remove(connection.id());
  established_.remove(connection.id());
  if (!entry.open) {
    report_failure(entry, reason);
  } else if (!connection.probe()) {
    leave(entry, reason);
  }
  graveyard_->push_back(std::move(entry.connection));
  io::asio::post(loop_.executor, [graveyard = graveyard_] { graveyard->clear(); });
}

void ConnectionBook::report_failure(Entry& entry, base::ErrorCode reason) {
  const conn::Connection& connection = *entry.connection;
  --counts_.handshakes_pending;
  ++counts_.handshakes_failed;
  if (connection.direction() == Direction::inbound) {
    hooks_.event(
        InboundFailed{.source = connection.remote_addr(), .stage = stage_of(connection), .error = reason});
  } else if (entry.dial != nullptr) {
    std::optional<PeerId> actual;
    if (reason == noise::NoiseErrc::peer_id_mismatch) actual = connection.peer();
    entry.dial->on_failed(connection.id(), stage_of(connection), reason, actual);
  }
}

void ConnectionBook::leave(const Entry& entry, base::ErrorCode reason) {
  const conn::Connection& connection = *entry.connection;
  const PeerId id = *connection.peer();
  --(connection.direction() == Direction::inbound ? counts_.connections_inbound : counts_.connections_outbound);
  const auto at = peers_.find(id);
  std::erase(at->second.connections, connection.id());
  at->second.round.on_closed(connection.id());
  const bool last = at->second.connections.empty();
  if (entry.dial != nullptr) entry.dial->on_failed(connection.id(), DialStage::open, reason, std::nullopt);
  const ConnectionInfo info = connection.info();
  hooks_.event(ConnectionClosed{
      .info = info, .reason = reason, .lifetime = loop_.clock.now() - info.opened_at, .last_of_peer = last});
  if (last) {
    peers_.erase(at);
  } else {
    decide(id);
  }
}

void ConnectionBook::close(ConnectionId id, base::ErrorCode reason) {
  if (conn::Connection* connection = find(id)) connection->close(reason);
}

std::vector<ConnectionId> ConnectionBook::all_ids() const {
  std::vector<ConnectionId> ids;
  for (const auto& [id, entry] : entries_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

void ConnectionBook::close_all(base::ErrorCode reason) {
  for (const ConnectionId id : all_ids()) close(id, reason);
}

void ConnectionBook::abort_all(base::ErrorCode reason) {
  for (const ConnectionId id : all_ids()) {
    if (conn::Connection* connection = find(id)) connection->abort(reason);
  }
}

// One of several.

policy::IdOrder ConnectionBook::order(const PeerId& peer) const {
  return self_ < peer ? policy::IdOrder::we_are_smaller : policy::IdOrder::we_are_larger;
}

std::vector<policy::ConnectionFacts> ConnectionBook::facts(const Peer& peer) const {
  std::vector<policy::ConnectionFacts> out;
  for (const ConnectionId id : peer.connections) {
    const Entry& entry = entries_.at(id);
    const conn::Connection& connection = *entry.connection;
    if (!connection.is_open()) continue;
    out.push_back({.id = id,
                   .dialled_by_us = connection.direction() == Direction::outbound,
                   .handshake_hash = connection.handshake_hash(),
                   .answered = peer.round.answered(id),
                   .worn_out = connection.frames() >= options_.limits.count.frames_until_worn,
                   .retired = entry.retired,
                   .open_streams = connection.open_streams(),
                   .last_heard = connection.last_heard()});
  }
  return out;
}

void ConnectionBook::begin_round(const PeerId& id, Peer& peer) {
  const base::TimePoint now = loop_.clock.now();
  peer.serving.followed.reset();  // it was followed under the former set of connections
  peer.serving.decided = false;
  peer.round.begin(peer.connections, now);
  ping_round(peer);
  if (!peer.round_timer) peer.round_timer = std::make_unique<io::Timer>(loop_.timers, [this, id] { decide(id); });
  if (const auto deadline = peer.round.next_deadline()) peer.round_timer->arm(*deadline);
}

void ConnectionBook::ping_round(Peer& peer) {
  for (const policy::ConnId id : peer.round.to_ping()) {
    conn::Connection* connection = find(id);
    if (connection != nullptr && connection->ping()) peer.round.on_ping_sent(id);
  }
}

void ConnectionBook::on_pong(conn::Connection& connection, base::Duration /*rtt*/) {
  const auto at = peers_.find(*connection.peer());
  if (at == peers_.end() || at->second.connections.size() < 2) return;
  at->second.round.on_pong(connection.id());
  ping_round(at->second);
  decide(at->first);
}

void ConnectionBook::decide(const PeerId& id) {
  const auto at = peers_.find(id);
  if (at == peers_.end()) return;
  Peer& peer = at->second;
  const base::TimePoint now = loop_.clock.now();
  const std::vector<policy::ConnectionFacts> known = facts(peer);
  peer.serving.decided = known.size() < 2 || peer.round.decided(now);
  const std::optional<policy::ConnId> best = policy::serving(known, order(id), peer.serving);
  if (best && best != peer.serving.former) {
    peer.serving.former = best;
    std::vector<ConnectionId> superseded = peer.connections;
    std::erase(superseded, *best);
    hooks_.event(ConnectionPreferred{.peer = id, .preferred = *best, .superseded = std::move(superseded)});
  }
  if (!peer.serving.decided) return;
  if (const auto surplus = policy::surplus(known, order(id), now, options_.limits)) {
    close(*surplus, ConnErrc::superseded);
  }
}

bool ConnectionBook::agree_to_retire(ConnectionId id) {
  conn::Connection* connection = find(id);
  if (connection == nullptr || !connection->is_open()) return false;
  Peer& peer = peers_.at(*connection->peer());
  if (peer.serving.followed == id) peer.serving.followed.reset();
  if (!policy::may_retire(facts(peer), order(*connection->peer()), id)) return false;
  entries_.at(id).we_retired = true;
  return true;
}

void ConnectionBook::confirm_retire(ConnectionId id) {
  conn::Connection* connection = find(id);
  if (connection == nullptr || !connection->is_open()) return;
  entries_.at(id).retired = true;
  decide(*connection->peer());
}

void ConnectionBook::on_stream_ended(ConnectionId id) {
  conn::Connection* connection = find(id);
  if (connection == nullptr || !connection->is_open()) return;
  const auto at = peers_.find(*connection->peer());
  if (at != peers_.end() && at->second.connections.size() > 1) decide(at->first);
}

// Streams, life, memory.

void ConnectionBook::on_stream(conn::Connection& connection, std::shared_ptr<conn::StreamState> stream) {
  const auto at = peers_.find(*connection.peer());
  if (at != peers_.end() && order(at->first) == policy::IdOrder::we_are_larger) {
    at->second.serving.followed = connection.id();
    if (at->second.connections.size() > 1) decide(at->first);
  }
  hooks_.stream(connection, std::move(stream));
}

void ConnectionBook::on_probe_wanted(conn::Connection& connection) { hooks_.probe(connection); }

/// The stream unread longest goes, strangers' first; where nothing is unread the connection that asked for more.
void ConnectionBook::on_memory_over(conn::Connection& connection) {
  std::shared_ptr<conn::StreamState> worst;
  bool worst_member = true;
  for (const auto& [id, entry] : entries_) {
    const std::shared_ptr<conn::StreamState> stream = entry.connection->longest_unread();
    if (!stream) continue;
    const bool member = entry.connection->member();
    const bool worse = !worst || (worst_member && !member) ||
                       (worst_member == member && *stream->unread_since() < *worst->unread_since());
    if (!worse) continue;
    worst = stream;
    worst_member = member;
  }
  if (worst) {
    worst->reset(0);
  } else {
    connection.abort(ConnErrc::memory_limit);
  }
}

// Facts.

conn::Connection* ConnectionBook::find(ConnectionId id) {
  const auto at = entries_.find(id);
  return at != entries_.end() ? at->second.connection.get() : nullptr;
}

conn::Connection* ConnectionBook::serving(const PeerId& id) {
  const auto at = peers_.find(id);
  if (at == peers_.end()) return nullptr;
  const std::optional<policy::ConnId> best = policy::serving(facts(at->second), order(id), at->second.serving);
  return best ? find(*best) : nullptr;
}

std::vector<ConnectionId> ConnectionBook::of_peer(const PeerId& peer) const {
  const auto at = peers_.find(peer);
  return at != peers_.end() ? at->second.connections : std::vector<ConnectionId>{};
}

std::vector<ConnectionInfo> ConnectionBook::open_connections() const {
  std::vector<ConnectionInfo> out;
  for (const auto& [id, entry] : entries_) {
    if (entry.open && entry.connection->is_open()) out.push_back(entry.connection->info());
  }
  std::ranges::sort(out, {}, &ConnectionInfo::id);
  return out;
}

void ConnectionBook::fill(HostMetrics& metrics) const {
  metrics.connections_inbound = counts_.connections_inbound;
  metrics.connections_outbound = counts_.connections_outbound;
  metrics.connections_open = counts_.connections_inbound + counts_.connections_outbound;
  metrics.handshakes_started = counts_.handshakes_started;
  metrics.handshakes_completed = counts_.handshakes_completed;
  metrics.handshakes_failed = counts_.handshakes_failed;
  metrics.handshakes_pending = counts_.handshakes_pending;
}

}  // namespace libp2p
