// node/core.hpp: the node's decisions: whom to connect to, what the exchange says and learns, what to store.
// Machine code: no I/O, no clock. It joins the peer manager (Connector) and the exchange engine; everything comes
// in as values with connection ids, and goes out as commands and as events on the bus, so it may run on a thread
// of its own. After every call: `poll`, and again when `next_deadline` is due.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "exchange/engine.hpp"
#include "node/commands.hpp"
#include "node/connector.hpp"
#include "node/record_queue.hpp"
#include "store/peer_entry.hpp"

namespace node {

class Core {
 public:
  struct Options {
    libp2p::Identity identity;
    base::Duration exchange_interval{};
    std::size_t max_connections = 1024;
    exchange::OpenRecord open = exchange::open_record;
  };

  /// `rng` and `bus` are borrowed.
  Core(const Options& options, base::Rng& rng, observe::Bus& bus, base::TimePoint now);

  // From the disk, before the first connection ------------------------------------------------------------------
  /// The record of node.state. False if it is not ours, or damaged.
  bool restore_own(base::ByteSpan envelope);
  /// How many peers are known then; an entry of our own does not count. Of many records some are checked later, by
  /// `poll`: until then such a peer is dialled and let in as any, but not told on.
  std::size_t restore_peers(std::span<const store::PeerEntry> entries, base::TimePoint now);
  /// Whom the operator removed: not let in, not dialled, not told of.
  void restore_removed(std::span<const store::RawKey> keys);

  // From the network --------------------------------------------------------------------------------------------
  void on_listening(std::vector<libp2p::Multiaddr> announced);
  void on_opened(const libp2p::ConnectionInfo& connection, base::TimePoint now);
  void on_closed(const libp2p::ConnectionInfo& connection, base::ErrorCode reason, base::TimePoint now);
  void on_identified(const libp2p::PeerId& peer, base::ByteSpan envelope, base::TimePoint now);
  void on_dial_ended(DialReport report, base::TimePoint now);
  void on_checked(const exchange::CheckDial& check, std::optional<libp2p::Multiaddr> reached, base::TimePoint now);
  /// Of several connections the exchange uses this one.
  void prefer(const libp2p::PeerId& peer, libp2p::ConnectionId connection) { engine_.prefer(peer, connection); }
  /// The check was cut short by us: it says nothing of the peer.
  void on_check_dropped(const libp2p::PeerId& peer, base::TimePoint now);
  void on_stream_opened(const libp2p::PeerId& peer, libp2p::ConnectionId connection, base::TimePoint now);
  void on_stream_closed(const libp2p::PeerId& peer, libp2p::ConnectionId connection, base::TimePoint now);
  void on_message(const libp2p::PeerId& peer, libp2p::ConnectionId connection, const exchange::Message& message,
                  base::TimePoint now);
  /// Asks, or confirms, that no new stream is opened on the connection with this handshake hash.
  void retire(const libp2p::PeerId& peer, const exchange::ConnectionHash& connection, bool confirmed);

  // From the disk -----------------------------------------------------------------------------------------------
  void on_own_record_saved(const exchange::RecordPtr& record, base::TimePoint now);
  /// Somebody else changed peers.yaml just now; what is gone from it is acted upon after a rest (kEditRest).
  void on_edits(const store::Edits& edits, base::TimePoint now);

  // From the operator -------------------------------------------------------------------------------------------
  /// As in `Options`, from now on. Connections stay.
  void set_limits(base::Duration exchange_interval, std::size_t max_connections, base::TimePoint now);
  /// The configuration was reloaded: peers that could not be reached are tried again at once.
  void on_reloaded(base::TimePoint now) { connector_.on_hint(now); }

  /// No more dials; what is open is to be closed.
  void stop(base::TimePoint now);

  /// What is to be done before anybody can connect: who may come in, and our record.
  std::vector<Command> take_commands() { return std::exchange(commands_, {}); }
  std::vector<Command> poll(base::TimePoint now, base::WallTime wall);
  base::TimePoint next_deadline() const;

  const peers::PeerManager& peers() const { return connector_.manager(); }
  const exchange::Engine& engine() const { return engine_; }

 private:
  void take(exchange::Send&& output, base::TimePoint now, base::WallTime wall);
  void take(exchange::CheckDial&& output, base::TimePoint now, base::WallTime wall);
  void take(exchange::SaveOwnRecord&& output, base::TimePoint now, base::WallTime wall);
  void take(exchange::RetireReceived&& output, base::TimePoint now, base::WallTime wall);
  void take(exchange::RecordLearned&& output, base::TimePoint now, base::WallTime wall);
  void take(exchange::RecordProven&& output, base::TimePoint now, base::WallTime wall);
  void take(exchange::Disconnect&& output, base::TimePoint now, base::WallTime wall);
  /// What is only news.
  template <class Output>
  void take(Output&& output, base::TimePoint now, base::WallTime wall);
  /// How near the nearest is that told the addresses of `peer`; no bound for those of the operator.
  exchange::Scope scope_of_addresses(const libp2p::PeerId& peer) const;
  /// Of the proven record, those that can be dialled from here.
  std::vector<libp2p::Multiaddr> addresses_to_keep(const exchange::Known& known) const;
  void admit(const exchange::Known& known);
  /// What peers.yaml is to hold of the peer. Without news the store writes it only if it is long since the last.
  void store_peer(const exchange::Known& known, base::WallTime wall);
  void note_sight(const libp2p::PeerId& peer);
  void store_sights(base::TimePoint now, base::WallTime wall);

  // core_edits.cpp
  static libp2p::Admission::Verdict verdict_of(peers::Trust trust);
  /// What became of entries of peers.yaml; our own counts nowhere.
  struct TakenIn {
    std::size_t known = 0;
    std::size_t left_out = 0;  ///< There is no room.
  };
  void take_in(const store::PeerEntry& entry, base::TimePoint now, TakenIn& sum);
  void tell_left_out(const TakenIn& sum);
  void put_in_queue(const libp2p::PeerId& peer, const base::Bytes& envelope);
  void check_queued(std::size_t count);
  void restore_queued(const RecordQueue::Item& item);
  bool recall(const libp2p::PeerId& peer, std::span<const libp2p::Multiaddr> addresses, base::TimePoint now);
  void let_go_of_removed(base::TimePoint now);
  void keep_out(const libp2p::PeerId& peer);
  bool is_removed(const libp2p::PeerId& peer) const { return engine_.records().is_tombstoned(peer); }
  PeersEdited in_words(const store::Edits& edits) const;

  libp2p::PeerId self_;
  observe::Bus& bus_;
  Connector connector_;
  base::Duration exchange_interval_;
  exchange::Engine engine_;
  std::map<libp2p::PeerId, peers::Trust> trusted_;  ///< Operator's entries and proven peers.
  std::map<libp2p::PeerId, std::string> names_;     ///< What the operator calls them.
  RecordQueue records_;                             ///< Of peers.yaml, to be checked.
  std::map<libp2p::PeerId, bool> leaving_;          ///< Gone from the file; true: removed, false: forgotten.
  std::optional<base::TimePoint> leave_at_;         ///< When they are let go of.
  std::vector<libp2p::PeerId> seen_;                ///< They came, went, or stay connected: to be stored.
  base::TimePoint sights_at_;                       ///< When those who stay connected are seen again.
  std::vector<Command> commands_;
  bool stopped_ = false;
};

}  // namespace node
