#include "node/connector.hpp"

#include <utility>

namespace node {

bool Connector::learn(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, peers::Trust trust,
                      base::TimePoint now) {
  return manager_.learn(peer, addresses, trust, now);
}

void Connector::discover(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses,
                         peers::Trust trust, base::TimePoint now) {
  const bool is_new = !manager_.view(peer).has_value();
  if (manager_.learn(peer, addresses, trust, now) && is_new) discovered_.insert(peer);
}

void Connector::remove(const libp2p::PeerId& peer, base::TimePoint now) {
  discovered_.erase(peer);
  manager_.remove(peer, now);
}

void Connector::on_opened(const libp2p::ConnectionInfo& connection, base::TimePoint now) {
  const bool wanted =
      connection.direction == libp2p::Direction::outbound
          ? manager_.on_connected(connection.peer, connection.dialled.value_or(connection.remote_addr), now)
          : manager_.on_inbound(connection.peer, now);
  if (wanted) {
    open_.insert(connection.id);
  } else {
    refused_.push_back(connection.id);
  }
}

void Connector::on_closed(const libp2p::ConnectionInfo& connection, base::ErrorCode reason, base::TimePoint now) {
  if (open_.erase(connection.id) > 0) manager_.on_disconnected(connection.peer, reason, now);
}

void Connector::on_dial_ended(DialReport report, base::TimePoint now) {
  const auto at = running_.find(report.peer);
  if (at == running_.end() || at->second.serial != report.serial) return;
  const Running dial = at->second;
  running_.erase(at);
  // After a success this only frees the slot, and only where the peer's own connection came first.
  manager_.on_dial_failed(report.peer, report.result.error, now);
  bus_.publish(DialEnded{.peer = report.peer,
                         .connection = std::move(report.result.connection),
                         .error = report.result.error,
                         .attempts = std::move(report.result.attempts),
                         .attempt = dial.attempt,
                         .took = report.took,
                         .resolve = report.result.resolve,
                         .tcp = report.result.tcp,
                         .discovery = discovered_.erase(report.peer) > 0});
}

void Connector::stop(base::TimePoint now) { manager_.stop(now); }

void Connector::start(peers::Actions::Dial dial, base::TimePoint now, std::vector<Command>& out) {
  if (banned_.contains(dial.peer, now)) {
    manager_.on_dial_failed(dial.peer, libp2p::ConnErrc::refused, now);
    return;
  }
  const std::optional<peers::PeerView> view = manager_.view(dial.peer);
  const std::uint64_t serial = next_serial_++;
  running_[dial.peer] = {.serial = serial, .attempt = view ? view->failures + 1 : 1};
  out.emplace_back(Dial{.peer = dial.peer, .addresses = std::move(dial.addresses), .serial = serial});
}

void Connector::poll(base::TimePoint now, std::vector<Command>& out) {
  for (const libp2p::ConnectionId id : std::exchange(refused_, {})) {
    out.emplace_back(CloseConnection{.connection = id, .reason = libp2p::ConnErrc::refused});
  }
  peers::Actions actions = manager_.poll(now);
  for (const peers::Transition& transition : actions.transitions) bus_.publish(PeerMoved{transition});
  for (const libp2p::PeerId& peer : actions.disconnects) {
    out.emplace_back(ClosePeer{.peer = peer, .reason = libp2p::ConnErrc::closed_by_us});
  }
  for (peers::Actions::Dial& dial : actions.dials) start(std::move(dial), now, out);
}

}  // namespace node
