#include "node/core.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "node/limits.hpp"

namespace node {
namespace {

/// The raw key that peers.yaml names a peer by; nothing for those whose key is not Ed25519.
std::optional<store::RawKey> raw_key(const libp2p::PublicKey& key) {
  if (key.type() != libp2p::KeyType::ed25519) return std::nullopt;
  store::RawKey raw;
  std::ranges::copy(key.data(), raw.begin());
  return raw;
}

/// So that the first one can count as proven after a restart (Core::recall).
std::vector<libp2p::Multiaddr> proven_first(const std::vector<libp2p::Multiaddr>& addresses,
                                            const std::optional<peers::PeerView>& peer) {
  if (!peer) return addresses;
  std::vector<libp2p::Multiaddr> sorted;
  std::vector<libp2p::Multiaddr> others;
  for (const libp2p::Multiaddr& address : addresses) {
    const auto known = std::ranges::find(peer->addresses, address, &peers::KnownAddress::address);
    const bool is_proven = known != peer->addresses.end() && known->trust >= peers::Trust::proven;
    (is_proven ? sorted : others).push_back(address);
  }
  sorted.insert(sorted.end(), others.begin(), others.end());
  return sorted;
}

}  // namespace

Core::Core(const Options& options, base::Rng& rng, observe::Bus& bus, base::TimePoint now)
    : self_{libp2p::PeerId::of(options.identity.public_key())},
      bus_{bus},
      connector_{self_, peers::Limits{.max_connections = options.max_connections}, rng, bus},
      exchange_interval_{options.exchange_interval},
      engine_{options.identity, options.exchange_interval, rng, now, options.open},
      sights_at_{now + kSightEvery} {}

// --- from the disk ---------------------------------------------------------------------------------------------

bool Core::restore_own(base::ByteSpan envelope) {
  const base::Result<exchange::RecordPtr> record = exchange::open_record(envelope);
  if (!record || (*record)->peer() != self_) return false;
  engine_.restore_own(*record);
  commands_.emplace_back(TellRecord{*record});
  return true;
}

void Core::on_own_record_saved(const exchange::RecordPtr& record, base::TimePoint now) {
  engine_.own_record_saved(record->version(), now);
  if (engine_.own_record() == record) commands_.emplace_back(TellRecord{record});
}

// --- from the network ------------------------------------------------------------------------------------------

void Core::on_listening(std::vector<libp2p::Multiaddr> announced) {
  engine_.set_own_addresses(std::move(announced));
}

void Core::on_opened(const libp2p::ConnectionInfo& connection, base::TimePoint now) {
  if (is_removed(connection.peer)) {  // it came in before its loop knew
    commands_.emplace_back(CloseConnection{.connection = connection.id, .reason = libp2p::ConnErrc::refused});
    return;
  }
  if (const auto item = records_.take(connection.peer)) restore_queued(*item);  // it will tell of itself
  note_sight(connection.peer);
  connector_.on_opened(connection, now);
  const bool ours = connection.direction == libp2p::Direction::outbound;
  exchange::Connection link{.id = connection.id,
                            .side = ours ? exchange::Side::dialer : exchange::Side::listener,
                            .remote = connection.remote_addr,
                            .dialled = std::nullopt};
  if (ours) link.dialled = connection.dialled.value_or(connection.remote_addr);
  engine_.on_connected(connection.peer, std::move(link), now);
}

void Core::on_closed(const libp2p::ConnectionInfo& connection, base::ErrorCode reason, base::TimePoint now) {
  note_sight(connection.peer);
  engine_.on_disconnected(connection.peer, connection.id, now);
  connector_.on_closed(connection, reason, now);
}

void Core::on_identified(const libp2p::PeerId& peer, base::ByteSpan envelope, base::TimePoint now) {
  engine_.on_identify_record(peer, envelope, now);
}

void Core::on_dial_ended(DialReport report, base::TimePoint now) {
  connector_.on_dial_ended(std::move(report), now);
}

void Core::on_check_dropped(const libp2p::PeerId& peer, base::TimePoint now) {
  engine_.on_check_dial_dropped(peer, now);
}

void Core::on_checked(const exchange::CheckDial& check, std::optional<libp2p::Multiaddr> reached,
                      base::TimePoint now) {
  if (is_removed(check.peer)) return;
  if (reached) connector_.learn(check.peer, std::span{&*reached, 1}, peers::Trust::proven, now);
  engine_.on_check_dial_result(check.peer, check.version, reached.has_value(), now);
}

void Core::on_stream_opened(const libp2p::PeerId& peer, libp2p::ConnectionId connection, base::TimePoint now) {
  engine_.on_stream_opened(peer, connection, now);
}

void Core::on_stream_closed(const libp2p::PeerId& peer, libp2p::ConnectionId connection, base::TimePoint now) {
  engine_.on_stream_closed(peer, connection, now);
}

void Core::on_message(const libp2p::PeerId& peer, libp2p::ConnectionId connection,
                      const exchange::Message& message, base::TimePoint now) {
  engine_.on_message(peer, connection, message, now);
}

void Core::retire(const libp2p::PeerId& peer, const exchange::ConnectionHash& connection, bool confirmed) {
  engine_.retire(peer, connection, confirmed);
}

// --- what the engine wants -------------------------------------------------------------------------------------

void Core::take(exchange::Send&& output, base::TimePoint, base::WallTime) {
  commands_.emplace_back(std::move(output));
}

void Core::take(exchange::CheckDial&& output, base::TimePoint, base::WallTime) {
  commands_.emplace_back(std::move(output));
}

void Core::take(exchange::SaveOwnRecord&& output, base::TimePoint, base::WallTime) {
  commands_.emplace_back(std::move(output));
}

void Core::take(exchange::RetireReceived&& output, base::TimePoint, base::WallTime) {
  commands_.emplace_back(std::move(output));
}

void Core::take(exchange::RecordLearned&& output, base::TimePoint now, base::WallTime) {
  const libp2p::PeerId& peer = output.record->peer();
  const peers::Trust trust = output.unreachable ? peers::Trust::doubted : peers::Trust::hearsay;
  if (output.teller && *output.teller != peer) {
    connector_.discover(peer, output.usable, trust, now);
  } else {
    connector_.learn(peer, output.usable, trust, now);
  }
  bus_.publish(output);
}

void Core::take(exchange::RecordProven&& output, base::TimePoint now, base::WallTime wall) {
  const libp2p::PeerId& peer = output.record->peer();
  // The peer is proven; of its addresses only the one that led there, which the manager knows.
  connector_.learn(peer, {}, peers::Trust::proven, now);
  trusted_.try_emplace(peer, peers::Trust::proven);
  if (const exchange::Known* known = engine_.records().find(peer)) {
    admit(*known);
    store_peer(*known, wall);
  }
  bus_.publish(output);
}

std::vector<libp2p::Multiaddr> Core::addresses_to_keep(const exchange::Known& known) const {
  return proven_first(exchange::usable_addresses(known.proven->addresses(), known.scope),
                      connector_.manager().view(known.proven->peer()));
}

void Core::admit(const exchange::Known& known) {
  const libp2p::PeerId& peer = known.proven->peer();
  commands_.emplace_back(
      SetStanding{.peer = peer, .verdict = verdict_of(trusted_.at(peer)), .addresses = addresses_to_keep(known)});
}

void Core::store_peer(const exchange::Known& known, base::WallTime wall) {
  const exchange::RecordPtr& record = known.proven;
  const std::optional<store::RawKey> key = raw_key(record->key());
  if (!key) return;
  commands_.emplace_back(StorePeer{{.key = *key,
                                    .addresses = addresses_to_keep(known),
                                    .record = record->envelope(),
                                    .sequence = record->version().seq,
                                    .last_seen = wall,
                                    .source = store::Source::exchange}});
}

/// Of a peer that is not proven yet it is told when it is.
void Core::note_sight(const libp2p::PeerId& peer) {
  const exchange::Known* known = engine_.records().find(peer);
  if (known != nullptr && known->proven) seen_.push_back(peer);
}

void Core::store_sights(base::TimePoint now, base::WallTime wall) {
  if (now >= sights_at_) {
    sights_at_ = now + kSightEvery;
    for (const libp2p::PeerId& peer : engine_.connected()) note_sight(peer);
  }
  const std::size_t count = stopped_ ? seen_.size() : std::min(seen_.size(), kSightsPerTurn);
  for (const libp2p::PeerId& peer : std::span{seen_}.last(count)) {
    const exchange::Known* known = engine_.records().find(peer);
    if (known != nullptr && known->proven) store_peer(*known, wall);
  }
  seen_.erase(seen_.end() - static_cast<std::ptrdiff_t>(count), seen_.end());
}

void Core::take(exchange::Disconnect&& output, base::TimePoint now, base::WallTime) {
  const base::TimePoint until = now + output.time;
  connector_.ban(output.peer, until, now);
  commands_.emplace_back(Ban{.peer = output.peer, .until = until});
  commands_.emplace_back(ClosePeer{.peer = output.peer, .reason = libp2p::ConnErrc::refused});
  bus_.publish(output);
}

template <class Output>
void Core::take(Output&& output, base::TimePoint, base::WallTime) {
  bus_.publish(output);
}

// --- time ------------------------------------------------------------------------------------------------------

void Core::set_limits(base::Duration exchange_interval, std::size_t max_connections, base::TimePoint now) {
  if (exchange_interval != exchange_interval_) engine_.set_interval(exchange_interval, now);
  exchange_interval_ = exchange_interval;
  connector_.set_max_connections(max_connections, now);
}

void Core::stop(base::TimePoint now) {
  stopped_ = true;
  records_.clear();
  connector_.stop(now);
}

std::vector<Command> Core::poll(base::TimePoint now, base::WallTime wall) {
  if (leave_at_ && now >= *leave_at_) let_go_of_removed(now);
  store_sights(now, wall);
  check_queued(kRecordsPerTurn);
  engine_.hold_rounds(!records_.empty(), now);
  engine_.poll(now, wall);
  for (exchange::Output& output : engine_.take_outputs()) {
    std::visit([&](auto& one) { take(std::move(one), now, wall); }, output);
  }
  connector_.poll(now, commands_);
  for (Command& command : commands_) {
    if (auto* dial = std::get_if<Dial>(&command)) dial->scope = scope_of_addresses(dial->peer);
  }
  return std::exchange(commands_, {});
}

exchange::Scope Core::scope_of_addresses(const libp2p::PeerId& peer) const {
  const auto trusted = trusted_.find(peer);
  const bool by_operator = trusted != trusted_.end() && trusted->second == peers::Trust::operator_entry;
  const exchange::Known* known = by_operator ? nullptr : engine_.records().find(peer);
  return known != nullptr ? known->scope : exchange::Scope::loopback;
}

base::TimePoint Core::next_deadline() const {
  if (!records_.empty() || !seen_.empty()) return base::TimePoint::min();
  base::TimePoint at = engine_.next_deadline();
  at = std::min(at, sights_at_);
  if (leave_at_) at = std::min(at, *leave_at_);
  return std::min(at, connector_.next_deadline().value_or(at));
}

}  // namespace node
