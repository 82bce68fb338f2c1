// peers/peer_manager.hpp: who is known, who should be connected, and when to dial whom. Machine code: no sockets,
// no clock. Design: ARCHITECTURE.md; the states of a peer are in peer_state.hpp. Invariants: never more dials at
// once than Limits::max_dials; a wanted peer that is not connected is being dialled, or has its time, or waits for
// a slot: retrying never ends; each transition is told once, in order. Cost: O(log n) per call; a peer that is
// idle holds no connection state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "libp2p/peer_id.hpp"
#include "peers/address_book.hpp"
#include "peers/dial_queue.hpp"
#include "peers/hearsay_limits.hpp"
#include "peers/limits.hpp"
#include "peers/peer.hpp"
#include "peers/peer_state.hpp"
#include "peers/wanted_set.hpp"

namespace peers {

struct Transition {
  libp2p::PeerId peer;
  PeerState from = PeerState::idle;
  PeerEvent on = PeerEvent::dial;
  PeerState to = PeerState::idle;
  base::ErrorCode cause{};  ///< Set for `fail`.
};

/// What the caller is to do, in this order.
struct Actions {
  struct Dial {
    libp2p::PeerId peer;
    std::vector<libp2p::Multiaddr> addresses;  ///< Best first; to be raced.
    bool probe = false;                        ///< Half-open breaker: one address only.
  };
  std::vector<Transition> transitions;
  std::vector<libp2p::PeerId> disconnects;  ///< Cancel its dial (report nothing of it) and close its connections.
  std::vector<Dial> dials;                  ///< Each ends with on_connected or on_dial_failed.
};

/// One line of a listing.
struct PeerView {
  libp2p::PeerId id;
  Trust trust;
  PeerState state;
  bool wanted;
  std::uint32_t connections;
  std::uint32_t failures;  ///< In this outage.
  base::ErrorCode last_error;
  std::vector<KnownAddress> addresses;
};

class PeerManager {
 public:
  /// `rng` is borrowed and outlives this.
  PeerManager(const libp2p::PeerId& self, const Limits& limits, base::Rng& rng);
  PeerManager(const PeerManager&) = delete;
  PeerManager& operator=(const PeerManager&) = delete;

  /// Notes a peer, or more about one: more trust, more addresses. In a full table one that was only told, and is
  /// not in use, gives way to one that is proven. False if there is no room, or it is ourselves.
  bool learn(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, Trust trust,
             base::TimePoint now);
  /// The operator gave the peer another list of addresses: as `learn`, and what the former one named is not tried
  /// any more. An open connection stays.
  bool rewrite(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, base::TimePoint now);
  /// Forgets the peer and closes what is open. False if it was not known.
  bool remove(const libp2p::PeerId& peer, base::TimePoint now);

  void on_dial_failed(const libp2p::PeerId& peer, base::ErrorCode cause, base::TimePoint now);
  /// Our dial is through. False: close it (the peer was removed meanwhile, or we stop).
  bool on_connected(const libp2p::PeerId& peer, const libp2p::Multiaddr& over, base::TimePoint now);
  /// The peer dialled us; one that is not known becomes so for as long. False: close it.
  bool on_inbound(const libp2p::PeerId& peer, base::TimePoint now);
  /// One connection that was accepted above is gone. `cause` says why, also if it ended in order.
  void on_disconnected(const libp2p::PeerId& peer, base::ErrorCode cause, base::TimePoint now);

  /// Something changed for all: the configuration was reloaded (docs/adr/0014). All back-offs begin anew.
  void on_hint(base::TimePoint now);
  /// How many peers are to be connected from now on. Connections stay: who is not wanted any more is not dialled
  /// again.
  void set_max_connections(std::size_t peers, base::TimePoint now);
  /// No more dials; everything is closed.
  void stop(base::TimePoint now);

  Actions poll(base::TimePoint now);
  /// When to poll without an event; in the past if at once; nothing if only an event can change something.
  std::optional<base::TimePoint> next_deadline() const;

  std::size_t known() const { return peers_.size(); }
  std::size_t connected() const { return connected_; }
  std::size_t dialing() const { return dialing_; }
  std::size_t wanted() const { return wanted_.size(); }
  /// Peers of which failures are remembered though they are neither wanted nor in use; at most max_resting.
  std::size_t resting() const { return resting_.size(); }
  std::optional<PeerView> view(const libp2p::PeerId& peer) const;
  /// Up to `count` peers behind `after` in the order of their ids.
  std::vector<PeerView> page(const std::optional<libp2p::PeerId>& after, std::size_t count) const;

 private:
  using Entry = std::pair<const libp2p::PeerId, Peer>;

  bool can_be_dialled(const Entry& entry) const;
  bool move(Entry& entry, PeerEvent on, base::ErrorCode cause = {});
  bool make_room(Trust trust, base::TimePoint now);
  void want_or_not(Entry& entry, base::TimePoint now);
  void schedule_if_wanted(Entry& entry, base::TimePoint at);
  void schedule_first(Entry& entry, base::TimePoint now);
  void back_off(Entry& entry, base::ErrorCode cause, base::TimePoint now);
  void hint(Entry& entry, base::TimePoint now);
  void release_slot(Peer& peer);
  void end_rest(Peer& peer);
  void rest_if_unused(Entry& entry);
  void came_up(Entry& entry, PeerEvent on, base::TimePoint now);
  void close(Entry& entry);
  void follow(const WantedSet::Change& change, base::TimePoint now);
  void forget(const libp2p::PeerId& id, base::TimePoint now);
  void start_dials(base::TimePoint now);
  bool can_start(DialLane lane) const;
  void start_dial(Entry& entry, base::TimePoint now);
  base::TimePoint allowed_at(const KnownAddress& address, const Active& active, base::TimePoint now);
  std::vector<libp2p::Multiaddr> addresses_now(Entry& entry, base::TimePoint now, base::TimePoint& later);
  PeerView view_of(const Entry& entry) const;

  libp2p::PeerId self_;
  Limits limits_;
  base::Rng& rng_;
  std::map<libp2p::PeerId, Peer> peers_;
  WantedSet wanted_;
  DialQueue queue_;
  HearsayLimits hearsay_;
  std::map<std::uint64_t, libp2p::PeerId> resting_;  ///< By `Active::resting`: the longest unused first.
  std::uint64_t last_rest_ = 0;
  Actions actions_;
  std::size_t connected_ = 0;
  std::size_t dialing_ = 0;
  std::size_t probing_ = 0;
  bool stopped_ = false;
};

}  // namespace peers
