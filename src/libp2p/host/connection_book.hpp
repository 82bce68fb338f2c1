// libp2p/host/connection_book.hpp: all connections of a host: who owns them, who is let in, which one of a peer
// serves. Decisions are policy/'s; this carries them out. Thread rules: the host's executor. Invariant: a
// connection is destroyed from a fresh call stack, after its observer heard `on_closed`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "libp2p/conn/connection.hpp"
#include "libp2p/host.hpp"
#include "libp2p/host/environment.hpp"
#include "libp2p/host/siblings.hpp"
#include "libp2p/policy/admission.hpp"
#include "libp2p/policy/duplicates.hpp"

namespace libp2p {

/// What a dial wants to hear of the connection that it started.
class DialObserver {
 public:
  virtual ~DialObserver() = default;
  virtual void on_committed(ConnectionId id) = 0;
  /// Authenticated, admitted and open; for a probe: verified.
  virtual void on_open(ConnectionId id) = 0;
  virtual void on_failed(ConnectionId id, DialStage stage, base::ErrorCode error,
                         std::optional<PeerId> actual) = 0;
};

class ConnectionBook final : public conn::Connection::Observer {
 public:
  /// What the host does with what happens here.
  struct Hooks {
    std::function<void(const HostEvent&)> event;
    std::function<void(conn::Connection&)> opened;
    std::function<void(conn::Connection&, std::shared_ptr<conn::StreamState>)> stream;
    std::function<void(conn::Connection&)> probe;  ///< One libp2p ping on a fresh stream is wanted.
    std::function<void(conn::Connection&)> worn;   ///< Dialled by us, and the peer has none that is not worn.
    std::function<void()> emptied;                 ///< The last connection ended; from a fresh call stack.
  };

  /// Which of the hosts of a group this one is.
  struct Place {
    Siblings& siblings;
    Siblings::Index index;
  };

  ConnectionBook(const PeerId& self, const noise::StaticKey& key, const HostOptions& options, conn::Loop& loop,
                 const Place& place, Hooks hooks);
  ~ConnectionBook() override;

  void add_inbound(std::unique_ptr<io::Socket> socket);
  /// Whom a socket that we connected is to lead to, and how we came there.
  struct Outbound {
    const PeerId& expected;
    Multiaddr addr;
    Multiaddr given;  ///< What the dial was told: `addr`, or a name of it.
    bool probe = false;
  };
  /// `observer` is borrowed until it heard `on_open` or `on_failed`, or `detach`.
  ConnectionId add_outbound(std::unique_ptr<io::Socket> socket, Outbound target, DialObserver& observer);
  void detach(ConnectionId id);
  /// Goes on with a connection whose handshake another host of the group did.
  void take_over(conn::Handover arriving);
  /// Another host of the group admitted somebody at the limit: one of lower standing has to go.
  void make_room(policy::Standing newcomer);
  /// Of the connections that `peer` has.
  void set_standing(const PeerId& peer, Admission::Verdict verdict);

  conn::Connection* find(ConnectionId id);
  /// The connection of `peer` that new streams go to.
  conn::Connection* serving(const PeerId& peer);
  std::vector<ConnectionId> of_peer(const PeerId& peer) const;
  std::vector<ConnectionInfo> open_connections() const;

  void close(ConnectionId id, base::ErrorCode reason);
  void close_all(base::ErrorCode reason);
  void abort_all(base::ErrorCode reason);
  bool empty() const { return entries_.empty(); }
  /// How many may be established, in the whole group. Nobody has to go for a lower one.
  void set_capacity(std::size_t connections) { established_.set_capacity(connections); }

  bool agree_to_retire(ConnectionId id);
  void confirm_retire(ConnectionId id);
  /// A stream of `id` ended: a duplicate that is drained may go now.
  void on_stream_ended(ConnectionId id);

  void fill(HostMetrics& metrics) const;

 private:
  struct Entry {
    std::unique_ptr<conn::Connection> connection;
    DialObserver* dial = nullptr;
    bool open = false;
    bool retired = false;     ///< The peer opens no new stream here.
    bool we_retired = false;  ///< We open no new stream here.
    Admission::Verdict verdict = Admission::Verdict::stranger;
  };
  struct Peer {
    std::vector<ConnectionId> connections;
    policy::PreferenceRound round;
    policy::Serving serving;
    std::unique_ptr<io::Timer> round_timer;
  };

  void on_first_byte(conn::Connection& connection) override;
  void on_committed(conn::Connection& connection) override;
  void on_authenticated(conn::Connection& connection) override;
  void on_stream(conn::Connection& connection, std::shared_ptr<conn::StreamState> stream) override;
  void on_pong(conn::Connection& connection, base::Duration rtt) override;
  void on_worn(conn::Connection& connection) override;
  void on_probe_wanted(conn::Connection& connection) override;
  void on_memory_over(conn::Connection& connection) override;
  void on_closed(conn::Connection& connection, base::ErrorCode reason) override;

  ConnectionId add(std::unique_ptr<io::Socket> socket, conn::Connection::Options options, DialObserver* dial);
  ConnectionId new_id();
  std::size_t held_over_mark() const;
  /// Both return how much that gave, at most `wanted`.
  std::size_t reset_unread(std::size_t wanted, bool of_members);
  std::size_t abort_strangers(std::size_t wanted);
  void hand_over(ConnectionId id);
  /// Why the authenticated peer may not come in; no error if it may.
  base::ErrorCode decide_admission(Entry& entry);
  /// Ends connections of `peer`, which wants one more, until it is below the limit for one peer.
  void make_room_for(const PeerId& peer);
  void enter(Entry& entry);
  void leave(const Entry& entry, base::ErrorCode reason);
  void report_failure(Entry& entry, base::ErrorCode reason);
  void begin_round(const PeerId& id, Peer& peer);
  void ping_round(Peer& peer);
  void decide(const PeerId& id);
  std::vector<ConnectionId> all_ids() const;
  std::vector<policy::ConnectionFacts> facts(const Peer& peer) const;
  policy::IdOrder order(const PeerId& peer) const;

  PeerId self_;
  const noise::StaticKey& key_;
  const HostOptions& options_;
  conn::Loop& loop_;
  Siblings& siblings_;
  Siblings::Index index_;
  Hooks hooks_;
  ConnectionId next_id_;  ///< The hosts of a group count in steps of their number, each from its own start.
  std::unordered_map<ConnectionId, Entry> entries_;
  std::unordered_map<PeerId, Peer> peers_;
  std::shared_ptr<std::vector<std::unique_ptr<conn::Connection>>> graveyard_;
  policy::PendingHandshakes pending_;
  policy::EstablishedConnections established_;
  HostMetrics counts_;
};

}  // namespace libp2p
