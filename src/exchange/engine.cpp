// The engine's frame: connections, proofs, check dials, our own record. Messages and rounds have files of their
// own.
#include "exchange/engine.hpp"

#include <algorithm>
#include <utility>

#include "exchange/gossip.hpp"

namespace exchange {

Engine::Engine(const libp2p::Identity& identity, base::Duration interval, base::Rng& rng, base::TimePoint now,
               OpenRecord open)
    : self_{libp2p::PeerId::of(identity.public_key())},
      interval_{interval},
      rng_{rng},
      incarnation_{rng.next_u64()},
      own_{identity},
      table_{rng.next_u64()},
      validator_{self_, std::move(open)},
      next_round_at_{next_round(now)} {}

// --- store and configuration -----------------------------------------------------------------------------------

void Engine::restore_own(RecordPtr record) {
  table_.set_own(record);
  own_.restore(std::move(record));
}

bool Engine::restore(RecordPtr record, bool proven, bool unreachable) {
  if (record->peer() == self_ || table_.is_tombstoned(record->peer())) return false;
  const libp2p::PeerId peer = record->peer();
  const bool restored = table_.restore(std::move(record), proven, unreachable);
  table_.set_connected(peer, peers_.contains(peer));
  return restored;
}

void Engine::set_interval(base::Duration interval, base::TimePoint now) {
  interval_ = interval;
  next_round_at_ = std::min(next_round_at_, next_round(now));
}

void Engine::own_record_saved(const libp2p::RecordVersion& version, base::TimePoint) {
  if (!own_.on_saved(version)) return;
  table_.set_own(own_.current());
  const RoundId round = rng_.next_u64();
  for (const libp2p::PeerId& id : ready_) {
    send(id, *find(id), {.round = round, .body = Update{own_.current()->envelope()}});
  }
}

void Engine::tombstone(const libp2p::PeerId& peer) {
  table_.tombstone(peer);
  partners_.forget(peer);
}

void Engine::forget(const libp2p::PeerId& peer) {
  table_.forget(peer);
  partners_.forget(peer);
}

void Engine::check_own_record(base::WallTime wall) {
  if (RecordPtr record = own_.sign_if_due(wall)) outputs_.emplace_back(SaveOwnRecord{std::move(record)});
}

// --- connections -----------------------------------------------------------------------------------------------

Engine::Peer* Engine::find(const libp2p::PeerId& peer) {
  const auto at = peers_.find(peer);
  return at != peers_.end() ? &at->second : nullptr;
}

Engine::Link* Engine::link_of(Peer& peer, ConnId connection) {
  const auto at =
      std::ranges::find_if(peer.links, [&](const Link& link) { return link.connection.id == connection; });
  return at != peer.links.end() ? &*at : nullptr;
}

Scope Engine::scope_of_links(const Peer& peer) {
  Scope nearest = Scope::global;
  for (const Link& link : peer.links) nearest = std::max(nearest, scope_of(link.connection.remote));
  return nearest;
}

void Engine::on_connected(const libp2p::PeerId& id, Connection connection, base::TimePoint now) {
  const auto [at, came] = peers_.try_emplace(id);
  Peer& peer = at->second;
  if (came) peer.standing = absent_.take(id);
  if (link_of(peer, connection.id) != nullptr) return;
  peer.links.push_back({.connection = std::move(connection)});
  table_.set_connected(id, true);
  try_prove(id, now);
}

void Engine::on_disconnected(const libp2p::PeerId& id, ConnId connection, base::TimePoint now) {
  Peer* peer = find(id);
  Link* link = peer != nullptr ? link_of(*peer, connection) : nullptr;
  if (link == nullptr) return;
  drop_stream(id, *peer, *link, now);
  peer->links.erase(peer->links.begin() + (link - peer->links.data()));
  if (!peer->links.empty()) return;
  table_.set_connected(id, false);
  if (peer->check_at) checks_due_.erase({*peer->check_at, id});
  absent_.keep(id, peer->standing, now);
  peers_.erase(id);
}

void Engine::on_stream_opened(const libp2p::PeerId& id, ConnId connection, base::TimePoint now) {
  Peer* peer = find(id);
  Link* link = peer != nullptr ? link_of(*peer, connection) : nullptr;
  if (link == nullptr) return;
  if (link->stream) drop_stream(id, *peer, *link, now);  // the dialer gave up the former one
  link->stream = true;
  if (link->connection.side == Side::dialer) send_on(id, connection, own_hello(*link));
}

void Engine::on_stream_closed(const libp2p::PeerId& id, ConnId connection, base::TimePoint now) {
  Peer* peer = find(id);
  Link* link = peer != nullptr ? link_of(*peer, connection) : nullptr;
  if (link != nullptr) drop_stream(id, *peer, *link, now);
}

/// Of those whose hellos are through the preferred one, else any.
std::optional<ConnId> Engine::other_active(const Peer& peer) {
  std::optional<ConnId> found;
  for (const Link& link : peer.links) {
    if (link.introduced && (!found || peer.preferred == link.connection.id)) found = link.connection.id;
  }
  return found;
}

void Engine::prefer(const libp2p::PeerId& id, ConnId connection) {
  Peer* peer = find(id);
  const Link* link = peer != nullptr ? link_of(*peer, connection) : nullptr;
  if (link == nullptr) return;
  peer->preferred = connection;
  if (link->introduced) peer->active = connection;
}

void Engine::drop_stream(const libp2p::PeerId& id, Peer& peer, Link& link, base::TimePoint now) {
  link.stream = link.introduced = false;
  if (peer.active != link.connection.id) return;
  peer.active = other_active(peer);
  if (!peer.active) {
    std::erase(ready_, id);
    if (ready_.empty()) early_rounds_ = 0;
  }
  if (rounds_.contains(id)) end_round(id, RoundResult::disconnected, now);
}

// --- proofs ----------------------------------------------------------------------------------------------------

std::optional<Engine::Evidence> Engine::evidence_of(const libp2p::PeerId& id, const Known& known,
                                                    const Peer& peer) const {
  const std::vector<libp2p::Multiaddr>& addresses = known.newest->addresses();
  for (const Link& link : peer.links) {
    const Connection& connection = link.connection;
    if (connection.side == Side::dialer) {
      const bool named =
          connection.dialled && std::ranges::find(addresses, *connection.dialled) != addresses.end();
      if (named || std::ranges::find(addresses, connection.remote) != addresses.end())
        return Evidence{.how = Proof::dialled, .source = {}};
    } else if (known.by_itself) {
      const auto ours = [&](const libp2p::Multiaddr& address) { return same_ip(address, connection.remote); };
      if (std::ranges::none_of(addresses, ours)) continue;
      // One machine can have any number of identities: beyond a few, coming from there is no proof. Not so in a
      // private network or on one machine, where many nodes behind one address are a test or a laboratory.
      const bool counted = scope_of(connection.remote) == Scope::global && !table_.is_pinned(id);
      const std::optional<Network> source = counted ? network_of(connection.remote) : std::nullopt;
      if (!source || known.source == source || table_.proven_from(*source) < kMaxProvenPerSource)
        return Evidence{.how = Proof::source, .source = source};
    }
  }
  return std::nullopt;
}

/// `is_new`: its newest record just became known; a check dial that failed says nothing of that one.
void Engine::try_prove(const libp2p::PeerId& id, base::TimePoint now, bool is_new) {
  const Known* known = table_.find(id);
  Peer* peer = find(id);
  if (known == nullptr || peer == nullptr || peer->links.empty() || known->newest_is_proven()) return;
  if (const std::optional<Evidence> evidence = evidence_of(id, *known, *peer)) return take_proof(id, *evidence);
  if ((is_new || !peer->check_at) && !checks_running_.contains(id)) check_soon(id, now);
}

void Engine::take_proof(const libp2p::PeerId& id, const Evidence& evidence) {
  const Proof how = evidence.how;
  RecordCounters& counters = validator_.counters();
  ++(how == Proof::dialled  ? counters.proven_by_dial
     : how == Proof::source ? counters.proven_by_source
                            : counters.proven_by_check);
  table_.prove(id, evidence.source);
  outputs_.emplace_back(RecordProven{.record = table_.find(id)->newest, .how = how});
  if (Peer* peer = find(id); peer != nullptr && peer->check_at) {
    checks_due_.erase({*peer->check_at, id});
    peer->check_at.reset();
  }
  if (table_.find(id)->fresh) forward(id);
}

void Engine::forward(const libp2p::PeerId& id) {
  const Known& known = *table_.find(id);
  const Line line = line_of({.peer = id, .version = known.newest->version()});
  const auto has_it = [&](const libp2p::PeerId& other) {
    if (other == id || std::ranges::find(known.holders, other) != known.holders.end()) return true;
    const Partner* partner = partners_.find(other);
    return partner != nullptr && std::ranges::binary_search(partner->view, line);
  };
  const std::vector<libp2p::PeerId> listeners = choose_listeners(ready_, has_it, kForwardTo, rng_);
  if (listeners.empty() && untold_.size() < kMaxUntold) return untold_.push_back(id);
  const Message message{.round = known.cause, .body = Announcement{{.envelope = known.newest->envelope()}}};
  for (const libp2p::PeerId& listener : listeners) {
    send(listener, *find(listener), message);
    ++counters_.forwarded;
  }
  table_.set_forwarded(id);
}

void Engine::forward_untold() {
  for (const libp2p::PeerId& id : std::exchange(untold_, {})) {
    const Known* known = table_.find(id);
    // A newer version comes here again when it is proven.
    if (known != nullptr && known->fresh && known->newest_is_proven()) forward(id);
  }
}

// --- check dials -----------------------------------------------------------------------------------------------

void Engine::schedule_check(const libp2p::PeerId& id, base::TimePoint at) {
  Peer* peer = find(id);
  if (peer == nullptr) return;
  if (peer->check_at) checks_due_.erase({*peer->check_at, id});
  peer->check_at = at;
  checks_due_.emplace(at, id);
}

void Engine::check_soon(const libp2p::PeerId& id, base::TimePoint now) {
  const Peer& peer = *find(id);
  base::TimePoint at = now + base::Duration{rng_.below(base::Duration{kCheckDialJitter}.count())};
  if (const auto last = peer.standing.checked_at) at = std::max(at, *last + kCheckDialRest);
  if (peer.check_at) at = std::min(at, *peer.check_at);
  schedule_check(id, at);
}

void Engine::expire_checks(base::TimePoint now) {
  std::vector<libp2p::PeerId> lost;
  for (const auto& [id, until] : checks_running_) {
    if (until <= now) lost.push_back(id);
  }
  for (const libp2p::PeerId& id : lost) on_check_dial_dropped(id, now);
}

void Engine::start_checks(base::TimePoint now) {
  expire_checks(now);
  while (!checks_due_.empty() && checks_due_.begin()->first <= now &&
         checks_running_.size() < kMaxCheckDialsAtOnce) {
    const libp2p::PeerId id = checks_due_.begin()->second;
    checks_due_.erase(checks_due_.begin());
    Peer& peer = *find(id);
    peer.check_at.reset();
    const Known* known = table_.find(id);
    if (known == nullptr || known->newest_is_proven()) continue;
    const Scope scope = scope_of_links(peer);
    std::vector<libp2p::Multiaddr> addresses = usable_addresses(known->newest->addresses(), scope);
    if (addresses.empty()) {
      fail_check(id, now);
      continue;
    }
    ++counters_.checks_started;
    checks_running_.emplace(id, now + kCheckDialTimeout);
    outputs_.emplace_back(CheckDial{
        .peer = id, .version = known->newest->version(), .addresses = std::move(addresses), .scope = scope});
  }
}

void Engine::on_check_dial_result(const libp2p::PeerId& id, const libp2p::RecordVersion& version, bool reached,
                                  base::TimePoint now) {
  checks_running_.erase(id);
  if (Peer* peer = find(id)) peer->standing.checked_at = now;
  ++(reached ? counters_.checks_succeeded : counters_.checks_failed);
  const Known* known = table_.find(id);
  if (known == nullptr || known->newest_is_proven()) return;
  if (known->newest->version() != version) return try_prove(id, now);  // a newer one came meanwhile
  if (reached) return take_proof(id, {.how = Proof::check, .source = {}});
  fail_check(id, now);
}

void Engine::on_check_dial_dropped(const libp2p::PeerId& id, base::TimePoint now) {
  if (checks_running_.erase(id) == 0) return;
  ++counters_.checks_lost;
  try_prove(id, now);
}

void Engine::fail_check(const libp2p::PeerId& id, base::TimePoint now) {
  table_.fail_check(id);
  outputs_.emplace_back(CheckFailed{.peer = id, .version = table_.find(id)->newest->version()});
  schedule_check(id, now + kCheckDialRetry);
}

// --- time ------------------------------------------------------------------------------------------------------

void Engine::poll(base::TimePoint now, base::WallTime wall) {
  check_own_record(wall);
  expire_rounds(now);
  start_due_rounds(now);
  start_checks(now);
}

base::TimePoint Engine::next_deadline() const {
  if (own_.due()) return base::TimePoint::min();
  base::TimePoint at = rounds_held_ ? base::TimePoint::max() : next_round_at_;
  for (const auto& [id, round] : rounds_) at = std::min(at, round.due);
  if (checks_running_.size() < kMaxCheckDialsAtOnce && !checks_due_.empty()) {
    at = std::min(at, checks_due_.begin()->first);
  }
  for (const auto& [id, until] : checks_running_) at = std::min(at, until);
  return at;
}

}  // namespace exchange
