// Several connections of one peer: which one serves, and which ones may go. The rules are policy/'s.
#include <algorithm>
#include <utility>

#include "libp2p/host/connection_book.hpp"

namespace libp2p {

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
                   .we_retired = entry.we_retired,
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

void ConnectionBook::on_pong(conn::Connection& connection, base::Duration round_trip) {
  hooks_.event(
      RoundTripMeasured{.connection = connection.id(), .peer = *connection.peer(), .round_trip = round_trip});
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

/// Whoever dialled it knows the way, so that not both ends come with another one.
void ConnectionBook::on_worn(conn::Connection& connection) {
  if (connection.direction() != Direction::outbound) return;
  const std::vector<policy::ConnectionFacts> known = facts(peers_.at(*connection.peer()));
  if (std::ranges::all_of(known, &policy::ConnectionFacts::worn_out)) hooks_.worn(connection);
}

/// At once: an orderly close takes a second, in which many more may come.
void ConnectionBook::make_room_for(const PeerId& id) {
  for (;;) {
    const auto at = peers_.find(id);
    if (at == peers_.end()) return;
    const std::vector<ConnectionId>& all = at->second.connections;
    if (all.size() < options_.limits.count.connections_per_peer_hard) return;
    const auto closing = std::ranges::find_if(all, [this](ConnectionId one) { return !find(one)->is_open(); });
    const std::optional<ConnectionId> leaves =
        closing != all.end()
            ? std::optional{*closing}
            : policy::displaced(facts(at->second), order(id), at->second.serving, options_.limits);
    if (!leaves) return;
    find(*leaves)->abort(ConnErrc::too_many_connections);
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

}  // namespace libp2p
