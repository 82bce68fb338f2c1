#include "libp2p/host/connection_book.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "libp2p/host/source.hpp"

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
                               conn::Loop& loop, const Place& place, Hooks hooks)
    : self_{self},
      key_{key},
      options_{options},
      loop_{loop},
      siblings_{place.siblings},
      index_{place.index},
      hooks_{std::move(hooks)},
      next_id_{place.index + 1},
      graveyard_{std::make_shared<std::vector<std::unique_ptr<conn::Connection>>>()},
      pending_{options.limits.count},
      established_{options.limits.count} {}

ConnectionBook::~ConnectionBook() { graveyard_->clear(); }  // they use the loop, which goes with the host

// Coming up.

void ConnectionBook::add_inbound(std::unique_ptr<io::Socket> socket) {
  const Multiaddr source = socket->remote().to_multiaddr();
  const bool known = options_.admission != nullptr && options_.admission->is_member_address(source);
  const bool member = options_.admission == nullptr || known;
  const ConnectionId id = new_id();
  const std::optional<policy::ConnId> displaced =
      pending_.add(id, member, known ? std::nullopt : source_of(socket->remote()));
  add(std::move(socket),
      {.id = id,
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

ConnectionId ConnectionBook::add_outbound(std::unique_ptr<io::Socket> socket, Outbound target,
                                          DialObserver& observer) {
  return add(std::move(socket),
             {.id = new_id(),
              .direction = Direction::outbound,
              .expected = target.expected,
              .probe = target.probe,
              .remote_addr = std::move(target.addr),
              .dialled = std::move(target.given),
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
  if (siblings_.home_of(*connection.peer()) != index_) {
    io::asio::post(loop_.executor, [this, id = connection.id(), alive = std::weak_ptr{graveyard_}] {
      if (!alive.expired()) hand_over(id);
    });
    return;
  }
  if (const base::ErrorCode refusal = decide_admission(entry)) {
    connection.abort(refusal);
    return;
  }
  enter(entry);
}

/// To the loop that its peer lives on. Only inbound connections get here: who dials knows whom.
void ConnectionBook::hand_over(ConnectionId id) {
  conn::Connection* connection = find(id);
  if (connection == nullptr) return;  // its deadline passed meanwhile
  std::optional<conn::Handover> leaving = connection->hand_over();
  if (!leaving) {
    connection->abort(ConnErrc::closed_by_us);
    return;
  }
  entries_.erase(id);
  pending_.remove(id);
  --counts_.handshakes_pending;
  const Siblings::Index home = siblings_.home_of(leaving->peer);
  siblings_.give_connection(home, std::move(*leaving));
}

void ConnectionBook::take_over(conn::Handover arriving) {
  const ConnectionId id = new_id();
  const Multiaddr source = arriving.remote_addr;
  auto connection = std::make_unique<conn::Connection>(conn::Connection::Options{.id = id,
                                                                                 .direction = Direction::inbound,
                                                                                 .expected = std::nullopt,
                                                                                 .probe = false,
                                                                                 .remote_addr = source,
                                                                                 .static_key = key_,
                                                                                 .limits = options_.limits},
                                                       loop_, std::move(arriving), *this);
  conn::Connection& taken = *connection;
  entries_.emplace(id, Entry{.connection = std::move(connection)});
  ++counts_.handshakes_pending;
  taken.resume();
}

ConnectionId ConnectionBook::new_id() {
  const ConnectionId id = next_id_;
  next_id_ += siblings_.size();
  return id;
}

base::ErrorCode ConnectionBook::decide_admission(Entry& entry) {
  const PeerId& peer = *entry.connection->peer();
  if (peer == self_) return ConnErrc::dialed_self;
  entry.verdict = options_.admission != nullptr ? options_.admission->admit(peer) : Verdict::member;
  if (entry.verdict == Verdict::refuse) return ConnErrc::refused;
  make_room_for(peer);
  const policy::Standing standing = standing_of(entry.verdict);
  const policy::EstablishedConnections::Verdict place = established_.admit(
      {.id = entry.connection->id(), .standing = standing, .has_sibling = peers_.contains(peer)},
      siblings_.counts_elsewhere(index_));
  siblings_.set_counts(index_, established_.counts());
  if (place.evicted) close(*place.evicted, ConnErrc::too_many_connections);
  if (place.evict_elsewhere) siblings_.make_room(index_, standing);
  return place.admitted ? base::ErrorCode{} : make_error_code(ConnErrc::too_many_connections);
}

void ConnectionBook::make_room(policy::Standing newcomer) {
  const std::optional<policy::ConnId> displaced = established_.displace(newcomer);
  siblings_.set_counts(index_, established_.counts());
  if (displaced) close(*displaced, ConnErrc::too_many_connections);
}

void ConnectionBook::set_standing(const PeerId& peer, Verdict verdict) {
  for (const ConnectionId id : of_peer(peer)) {
    Entry& entry = entries_.at(id);
    entry.verdict = verdict;
    const policy::Standing standing = standing_of(verdict);
    entry.connection->set_member(standing != policy::Standing::stranger);
    established_.set_standing(id, standing);
  }
  siblings_.set_counts(index_, established_.counts());
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
  hooks_.event(ConnectionOpened{
      .info = connection.info(), .verdict = entry.verdict, .times = connection.handshake_times()});
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
  siblings_.set_counts(index_, established_.counts());
  if (!entry.open) {
    report_failure(entry, reason);
  } else if (!connection.probe()) {
    leave(entry, reason);
  }
  graveyard_->push_back(std::move(entry.connection));
  io::asio::post(loop_.executor, [this, weak = std::weak_ptr{graveyard_}] {
    const auto graveyard = weak.lock();
    if (!graveyard) return;  // the book went, and all that lay there
    graveyard->clear();
    if (entries_.empty()) hooks_.emptied();
  });
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
    if (at->second.connections.size() == 1) {  // in use again: what was agreed to was the end of a spare
      Entry& survivor = entries_.at(at->second.connections.front());
      survivor.retired = survivor.we_retired = false;
    }
    decide(id);
  }
}

void ConnectionBook::close(ConnectionId id, base::ErrorCode reason) {
  if (conn::Connection* connection = find(id)) connection->close(reason);
}

std::vector<ConnectionId> ConnectionBook::all_ids() const {
  std::vector<ConnectionId> ids;
  ids.reserve(entries_.size());
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

// Streams, life. Memory has a file of its own.

void ConnectionBook::on_stream(conn::Connection& connection, std::shared_ptr<conn::StreamState> stream) {
  const auto at = peers_.find(*connection.peer());
  if (at != peers_.end() && order(at->first) == policy::IdOrder::we_are_larger) {
    at->second.serving.followed = connection.id();
    if (at->second.connections.size() > 1) decide(at->first);
  }
  hooks_.stream(connection, std::move(stream));
}

void ConnectionBook::on_probe_wanted(conn::Connection& connection) { hooks_.probe(connection); }

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
