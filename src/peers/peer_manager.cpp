#include "peers/peer_manager.hpp"

#include <algorithm>
#include <utility>

namespace peers {

namespace {

/// With an open breaker a dial is a probe.
DialLane lane_of(const Peer& peer) {
  const bool open = peer.active && peer.active->breaker.state() != Breaker::State::closed;
  return open ? DialLane::probe : DialLane::whole;
}

}  // namespace

PeerManager::PeerManager(const libp2p::PeerId& self, const Limits& limits, base::Rng& rng)
    : self_{self}, limits_{limits}, rng_{rng}, wanted_{limits.max_connections, rng.next_u64()} {}

bool PeerManager::learn(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, Trust trust,
                        base::TimePoint now) {
  if (peer == self_ || stopped_) return false;
  auto at = peers_.find(peer);
  if (at == peers_.end()) {
    if (trust != Trust::operator_entry && !make_room(trust, now)) return false;
    at = peers_.try_emplace(peer).first;
  }
  Peer& known = at->second;
  const bool is_news = known.addresses.learn(addresses, trust, limits_.max_addresses);
  if (trust > known.trust) {
    // The rank among the wanted depends on who asks for it.
    const Trust before = std::exchange(known.trust, trust);
    follow(wanted_.remove(peer, before), now);
  }
  if (trust == Trust::operator_entry) known.removed = false;
  want_or_not(*at, now);
  if (is_news) hint(*at, now);
  return true;
}

/// What was only told gives way to who was met: else liars could fill the table for good.
bool PeerManager::make_room(Trust trust, base::TimePoint now) {
  if (peers_.size() < limits_.max_known) return true;
  if (trust < Trust::proven) return false;
  const auto inactive = [&](const libp2p::PeerId& id) {
    const Peer& peer = peers_.at(id);
    const bool in_use = peer.active && peer.active->in_use();
    return !in_use && (peer.state == PeerState::idle || peer.state == PeerState::backing_off);
  };
  const std::optional<libp2p::PeerId> out = wanted_.lowest_unproven(inactive);
  if (!out) return false;
  Entry& entry = *peers_.find(*out);
  close(entry);
  forget(*out, now);
  return true;
}

bool PeerManager::rewrite(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses,
                          base::TimePoint now) {
  if (const auto at = peers_.find(peer); at != peers_.end()) at->second.addresses.keep_operators(addresses);
  return learn(peer, addresses, Trust::operator_entry, now);
}

void PeerManager::want_or_not(Entry& entry, base::TimePoint now) {
  if (entry.second.addresses.empty() || entry.second.removed) return;
  follow(wanted_.add(entry.first, entry.second.trust), now);
  rest_if_unused(entry);
  if (entry.second.state == PeerState::idle && !queue_.contains(entry.first)) schedule_first(entry, now);
}

void PeerManager::follow(const WantedSet::Change& change, base::TimePoint now) {
  if (change.dropped) {
    queue_.cancel(*change.dropped);
    if (const auto dropped = peers_.find(*change.dropped); dropped != peers_.end()) rest_if_unused(*dropped);
  }
  if (!change.taken) return;
  const auto taken = peers_.find(*change.taken);
  if (taken == peers_.end()) return;
  end_rest(taken->second);
  if (taken->second.state != PeerState::connected) schedule_first(*taken, now);
}

void PeerManager::schedule_first(Entry& entry, base::TimePoint now) {
  schedule_if_wanted(entry, now + (self_ > entry.first ? kLargerIdWaits : base::Duration{}));
}

bool PeerManager::can_be_dialled(const Entry& entry) const {
  const Peer& peer = entry.second;
  return !stopped_ && !peer.removed && (peer.state == PeerState::idle || peer.state == PeerState::backing_off) &&
         !(peer.active && peer.active->dialing) && wanted_.wants(entry.first, peer.trust);
}

void PeerManager::schedule_if_wanted(Entry& entry, base::TimePoint at) {
  if (can_be_dialled(entry)) queue_.schedule(entry.first, at, entry.second.trust, lane_of(entry.second));
}

bool PeerManager::remove(const libp2p::PeerId& peer, base::TimePoint now) {
  const auto at = peers_.find(peer);
  if (at == peers_.end()) return false;
  at->second.removed = true;
  close(*at);
  if (at->second.state == PeerState::idle) forget(peer, now);
  return true;
}

/// Ends whatever is going on with the peer.
void PeerManager::close(Entry& entry) {
  auto& [id, peer] = entry;
  queue_.cancel(id);
  const bool open = peer.active && peer.active->in_use();
  if (open && peer.state != PeerState::disconnecting) actions_.disconnects.push_back(id);
  release_slot(peer);
  if (peer.state == PeerState::connected) {
    move(entry, PeerEvent::close);
  } else if (peer.state != PeerState::disconnecting && peer.state != PeerState::idle) {
    move(entry, PeerEvent::stop);
  }
}

void PeerManager::forget(const libp2p::PeerId& id, base::TimePoint now) {
  const auto at = peers_.find(id);
  release_slot(at->second);
  end_rest(at->second);
  const Trust trust = at->second.trust;
  peers_.erase(at);
  follow(wanted_.remove(id, trust), now);
}

bool PeerManager::move(Entry& entry, PeerEvent on, base::ErrorCode cause) {
  auto& [id, peer] = entry;
  const auto to = next(peer.state, on);
  if (!to) return false;
  if (peer.state == PeerState::connected) --connected_;
  if (*to == PeerState::connected) ++connected_;
  actions_.transitions.push_back({id, peer.state, on, *to, cause});
  peer.state = *to;
  return true;
}

void PeerManager::release_slot(Peer& peer) {
  if (!peer.active) return;
  if (std::exchange(peer.active->dialing, false)) --dialing_;
  if (std::exchange(peer.active->probing, false)) --probing_;
}

void PeerManager::end_rest(Peer& peer) {
  if (!peer.active) return;
  if (const auto place = std::exchange(peer.active->resting, 0); place != 0) resting_.erase(place);
}

/// What is remembered of a peer that nobody wants and that is not connected is of little use: of those that were
/// used longest ago it goes, and they are idle again.
void PeerManager::rest_if_unused(Entry& entry) {
  end_rest(entry.second);
  const bool is_used = !entry.second.active || entry.second.active->in_use();
  if (is_used || wanted_.wants(entry.first, entry.second.trust)) return;
  entry.second.active->resting = ++last_rest_;
  resting_.emplace(last_rest_, entry.first);
  if (resting_.size() <= limits_.max_resting) return;
  Entry& oldest = *peers_.find(resting_.begin()->second);
  end_rest(oldest.second);
  if (oldest.second.state == PeerState::backing_off) move(oldest, PeerEvent::stop);
  oldest.second.active.reset();
}

void PeerManager::on_dial_failed(const libp2p::PeerId& peer, base::ErrorCode cause, base::TimePoint now) {
  const auto at = peers_.find(peer);
  if (at == peers_.end() || !at->second.active || !at->second.active->dialing) return;
  release_slot(at->second);
  if (at->second.state == PeerState::connecting) {
    back_off(*at, cause, now);
  } else {
    schedule_first(*at, now);  // Only if the peer's own connection came and went while we dialled.
    rest_if_unused(*at);
  }
}

/// connecting or connected -> failed -> backing off, with the time of the next attempt.
void PeerManager::back_off(Entry& entry, base::ErrorCode cause, base::TimePoint now) {
  Peer& peer = entry.second;
  Active& active = peer.activate();
  move(entry, PeerEvent::fail, cause);
  active.last_error = cause;
  active.breaker.on_failure();
  if (active.failures++ == 0) active.outage_since = now;
  const bool fresh = peer.trust != Trust::hearsay && now - active.outage_since < kFreshOutage;
  base::TimePoint at = active.backoff.on_failure(now, fresh ? kBackoffCapFresh : kBackoffCap, rng_);
  if (active.flaps.value(now) >= kFlapSuppress) at = std::max(at, active.flaps.falls_to(kFlapReuse, now));
  move(entry, PeerEvent::wait);
  schedule_if_wanted(entry, at);
  rest_if_unused(entry);
}

bool PeerManager::on_connected(const libp2p::PeerId& peer, const libp2p::Multiaddr& over, base::TimePoint now) {
  const auto at = peers_.find(peer);
  if (at == peers_.end() || stopped_) return false;
  Peer& known = at->second;
  release_slot(known);
  if (known.removed || known.state == PeerState::disconnecting) return false;
  known.addresses.on_success(over, now, limits_.max_addresses);
  came_up(*at, known.state == PeerState::connecting ? PeerEvent::up : PeerEvent::inbound, now);
  return true;
}

bool PeerManager::on_inbound(const libp2p::PeerId& peer, base::TimePoint now) {
  if (peer == self_ || stopped_) return false;
  auto at = peers_.find(peer);
  if (at == peers_.end()) {
    if (!make_room(Trust::proven, now)) return false;  // it is here, so there it is
    at = peers_.try_emplace(peer).first;
  }
  Peer& known = at->second;
  if (known.removed || known.state == PeerState::disconnecting) return false;
  came_up(*at, known.state == PeerState::connecting ? PeerEvent::up : PeerEvent::inbound, now);
  known.active->backoff.on_hint();
  return true;
}

void PeerManager::came_up(Entry& entry, PeerEvent on, base::TimePoint now) {
  Active& active = entry.second.activate();
  end_rest(entry.second);
  queue_.cancel(entry.first);
  active.breaker.reset();
  if (active.connections++ > 0) return;
  active.up_since = now;
  move(entry, on);
}

void PeerManager::on_disconnected(const libp2p::PeerId& peer, base::ErrorCode cause, base::TimePoint now) {
  const auto at = peers_.find(peer);
  if (at == peers_.end() || !at->second.active || at->second.active->connections == 0) return;
  Peer& known = at->second;
  Active& active = *known.active;
  if (--active.connections > 0) return;
  if (known.state == PeerState::disconnecting) {
    move(*at, PeerEvent::closed);
    if (known.removed) return forget(peer, now);
    return schedule_first(*at, now);  // Added again by hand while we closed.
  }
  if (now - active.up_since >= kStableAfter) {
    active.backoff.on_hint();
    active.failures = 0;
  } else {
    active.flaps.add(kFlapPoints, now);
  }
  back_off(*at, cause, now);
  // A stranger that left nothing to dial is not kept.
  if (known.addresses.empty() && !known.by_operator() && !active.dialing) {
    move(*at, PeerEvent::stop);
    forget(peer, now);
  }
}

/// The reason to wait is gone: the back-off begins anew, and a waiting peer is tried at once.
void PeerManager::hint(Entry& entry, base::TimePoint now) {
  Peer& peer = entry.second;
  const bool waits = peer.state == PeerState::backing_off || peer.state == PeerState::idle;
  if (!peer.active || !waits) return;
  peer.active->backoff.on_hint();
  peer.active->breaker.reset();
  peer.active->outage_since = now;
  schedule_first(entry, now);
}

void PeerManager::set_max_connections(std::size_t peers, base::TimePoint now) {
  limits_.max_connections = peers;
  for (const WantedSet::Change& change : wanted_.set_limit(peers)) follow(change, now);
}

void PeerManager::on_hint(base::TimePoint now) {
  for (Entry& entry : peers_) hint(entry, now);
}

void PeerManager::stop(base::TimePoint) {
  stopped_ = true;
  for (Entry& entry : peers_) close(entry);
}

Actions PeerManager::poll(base::TimePoint now) {
  queue_.advance(now);
  if (!stopped_) start_dials(now);
  return std::exchange(actions_, {});
}

bool PeerManager::can_start(DialLane lane) const {
  const bool slot = dialing_ < limits_.max_dials && (lane == DialLane::whole || probing_ < limits_.max_probes);
  return slot && !queue_.ready(lane).empty();
}

void PeerManager::start_dials(base::TimePoint now) {
  for (const DialLane lane : {DialLane::whole, DialLane::probe}) {
    while (can_start(lane)) start_dial(*peers_.find(queue_.ready(lane).begin()->peer), now);
  }
}

/// Starts it, or gives it a later time because of the limits on hearsay.
void PeerManager::start_dial(Entry& entry, base::TimePoint now) {
  auto& [id, peer] = entry;
  Active& active = peer.activate();
  const bool is_probe = lane_of(peer) == DialLane::probe;
  base::TimePoint later = base::TimePoint::max();
  auto addresses = addresses_now(entry, now, later);
  if (addresses.empty()) return queue_.schedule(id, later, peer.trust, lane_of(peer));
  queue_.cancel(id);
  active.breaker.on_attempt();
  active.dialing = true;
  active.probing = is_probe;
  ++dialing_;
  if (is_probe) ++probing_;
  move(entry, PeerEvent::dial);
  actions_.dials.push_back({id, std::move(addresses), is_probe});
}

/// When a dial may include the address; `now` if at once, and then it counts.
base::TimePoint PeerManager::allowed_at(const KnownAddress& address, const Active& active, base::TimePoint now) {
  if (address.trust > Trust::hearsay) return now;
  if (address.trust == Trust::doubted && active.doubted_at > now) return active.doubted_at;
  return hearsay_.take(address.address, now);
}

/// The addresses that may be dialled now; if none may, `later` is when one may be. A probe takes one, in turn.
std::vector<libp2p::Multiaddr> PeerManager::addresses_now(Entry& entry, base::TimePoint now,
                                                          base::TimePoint& later) {
  const auto& known = entry.second.addresses.all();
  Active& active = *entry.second.active;
  const bool is_probe = lane_of(entry.second) == DialLane::probe;
  std::vector<libp2p::Multiaddr> addresses;
  bool doubted = false;
  for (std::size_t i = 0; i < known.size() && (addresses.empty() || !is_probe); ++i) {
    const KnownAddress& candidate = known[is_probe ? (i + active.failures) % known.size() : i];
    const base::TimePoint at = allowed_at(candidate, active, now);
    later = std::min(later, at);
    if (at > now) continue;
    doubted = doubted || candidate.trust == Trust::doubted;
    addresses.push_back(candidate.address);
  }
  if (doubted) active.doubted_at = now + kDoubtedEvery - base::Duration{rng_.below(kDoubtedEvery.count() / 2)};
  return addresses;
}

std::optional<base::TimePoint> PeerManager::next_deadline() const {
  if (!actions_.transitions.empty() || !actions_.disconnects.empty()) return base::TimePoint::min();
  if (stopped_) return std::nullopt;
  // Who is ready without a slot waits for an event that frees one.
  if (can_start(DialLane::whole) || can_start(DialLane::probe)) return base::TimePoint::min();
  return queue_.next_time();
}

std::optional<PeerView> PeerManager::view(const libp2p::PeerId& peer) const {
  const auto at = peers_.find(peer);
  if (at == peers_.end()) return std::nullopt;
  return view_of(*at);
}

std::vector<PeerView> PeerManager::page(const std::optional<libp2p::PeerId>& after, std::size_t count) const {
  std::vector<PeerView> views;
  for (auto at = after ? peers_.upper_bound(*after) : peers_.begin(); at != peers_.end() && views.size() < count;
       ++at) {
    views.push_back(view_of(*at));
  }
  return views;
}

PeerView PeerManager::view_of(const Entry& entry) const {
  const auto& [id, peer] = entry;
  const Active none;
  const Active& active = peer.active ? *peer.active : none;
  return {.id = id,
          .trust = peer.trust,
          .state = peer.state,
          .wanted = wanted_.wants(id, peer.trust),
          .connections = active.connections,
          .failures = active.failures,
          .last_error = active.last_error,
          .addresses = peer.addresses.all()};
}

}  // namespace peers
