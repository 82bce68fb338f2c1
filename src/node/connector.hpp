// node/connector.hpp: keeps the peer manager informed of dials and connections, and turns its wishes into
// commands. Machine code: no I/O, no clock. Invariants: a connection is told to the manager once when it opens and
// once when it closes, only by the host's events; the end of a dial only frees its slot or tells its failure.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "node/ban_list.hpp"
#include "node/commands.hpp"
#include "node/events.hpp"
#include "observe/event_bus.hpp"
#include "peers/peer_manager.hpp"

namespace node {

class Connector {
 public:
  /// `rng` and `bus` are borrowed.
  Connector(const libp2p::PeerId& self, const peers::Limits& limits, base::Rng& rng, observe::Bus& bus)
      : manager_{self, limits, rng}, bus_{bus} {}

  bool learn(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, peers::Trust trust,
             base::TimePoint now);
  /// As `learn`, of a peer that another one told us of: its first dial counts for the discovery rate.
  void discover(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, peers::Trust trust,
                base::TimePoint now);
  bool rewrite(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, base::TimePoint now) {
    return manager_.rewrite(peer, addresses, now);
  }
  /// Forgets the peer; what is open is closed at the next poll.
  void remove(const libp2p::PeerId& peer, base::TimePoint now);
  /// Not dialled before `until`.
  void ban(const libp2p::PeerId& peer, base::TimePoint until, base::TimePoint now) {
    banned_.add(peer, until, now);
  }

  void on_opened(const libp2p::ConnectionInfo& connection, base::TimePoint now);
  void on_closed(const libp2p::ConnectionInfo& connection, base::ErrorCode reason, base::TimePoint now);
  void on_dial_ended(DialReport report, base::TimePoint now);
  /// The configuration was reloaded.
  void set_max_connections(std::size_t peers, base::TimePoint now) { manager_.set_max_connections(peers, now); }
  /// What kept peers away may be over: all are tried again at once.
  void on_hint(base::TimePoint now) { manager_.on_hint(now); }
  void stop(base::TimePoint now);

  void poll(base::TimePoint now, std::vector<Command>& out);
  std::optional<base::TimePoint> next_deadline() const { return manager_.next_deadline(); }
  const peers::PeerManager& manager() const { return manager_; }

 private:
  struct Running {
    std::uint64_t serial = 0;
    std::uint32_t attempt = 1;
  };

  void start(peers::Actions::Dial dial, base::TimePoint now, std::vector<Command>& out);

  peers::PeerManager manager_;
  observe::Bus& bus_;
  std::unordered_map<libp2p::PeerId, Running> running_;
  std::unordered_set<libp2p::ConnectionId> open_;  ///< Those that the manager counts.
  std::vector<libp2p::ConnectionId> refused_;      ///< To be closed at the next poll.
  std::unordered_set<libp2p::PeerId> discovered_;  ///< Told by others, not dialled yet.
  BanList banned_;
  std::uint64_t next_serial_ = 1;
};

}  // namespace node
