// exchange/engine.hpp: the peer exchange of one node: records, proofs, gossip and rounds over all its connections.
// Machine code: no I/O, no clock; it runs on the core, sessions give it decoded messages. Spec: docs/protocol.md.
// Invariants: only a proven record, or a marked one of a connected peer, is told on; a record is forwarded once;
// our own is told only when it is durable. Whatever a peer sends, tables stay within limits.hpp.
//
// Every call may produce outputs: take them after it, and call `poll` when `next_deadline` is due.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/rng.hpp"
#include "exchange/connected_peer.hpp"
#include "exchange/outputs.hpp"
#include "exchange/own_record.hpp"
#include "exchange/partners.hpp"
#include "exchange/record_table.hpp"
#include "exchange/rounds.hpp"
#include "exchange/validation.hpp"

namespace exchange {

struct EngineCounters {
  std::array<std::uint64_t, 8> sent{};  ///< By body, in the order of Message::body.
  std::array<std::uint64_t, 8> received{};
  std::uint64_t over_rate = 0;   ///< Messages dropped by a token bucket.
  std::uint64_t unexpected = 0;  ///< Answers to no question, messages before a hello, unknown bodies.
  std::uint64_t forwarded = 0;
  std::uint64_t rounds_started = 0;
  std::array<std::uint64_t, 5> rounds_ended{};  ///< By RoundResult.
  std::uint64_t checks_started = 0;
  std::uint64_t checks_succeeded = 0;
  std::uint64_t checks_failed = 0;
  std::uint64_t checks_lost = 0;  ///< Without a result; they are made again.
  std::uint64_t disconnects = 0;
};

class Engine {
 public:
  /// `rng` is borrowed. `open`: see OpenRecord.
  Engine(const libp2p::Identity& identity, base::Duration interval, base::Rng& rng, base::TimePoint now,
         OpenRecord open = open_record);

  // From the store and the configuration -----------------------------------------------------------------------
  void restore_own(RecordPtr record);
  /// A record of another peer. False if it says nothing new, or was not taken (table full, own, removed).
  bool restore(RecordPtr record, bool proven, bool unreachable);
  /// While more is to be restored nobody is asked: they would tell us what we have. Questions are answered.
  void hold_rounds(bool held, base::TimePoint now);
  void set_interval(base::Duration interval, base::TimePoint now);
  void set_own_addresses(std::vector<libp2p::Multiaddr> addresses) { own_.set_addresses(std::move(addresses)); }
  void own_record_saved(const libp2p::RecordVersion& version, base::TimePoint now);
  void tombstone(const libp2p::PeerId& peer);
  void forgive(const libp2p::PeerId& peer) { table_.forgive(peer); }
  /// Drops the record of `peer`; whoever tells of it again is believed as at first.
  void forget(const libp2p::PeerId& peer);
  /// An entry of the operator's own: when the table is full, others make room for its record.
  void pin(const libp2p::PeerId& peer) { table_.pin(peer); }
  void unpin(const libp2p::PeerId& peer) { table_.unpin(peer); }

  // From the host ----------------------------------------------------------------------------------------------
  void on_connected(const libp2p::PeerId& peer, Connection connection, base::TimePoint now);
  void on_disconnected(const libp2p::PeerId& peer, ConnId connection, base::TimePoint now);
  /// An exchange stream is there. On a connection that we dialled the hello follows at once.
  void on_stream_opened(const libp2p::PeerId& peer, ConnId connection, base::TimePoint now);
  void on_stream_closed(const libp2p::PeerId& peer, ConnId connection, base::TimePoint now);
  /// The host's rule for duplicates chose `connection`: its stream is used from when it is ready. Until then, and
  /// where nothing is preferred, it is the one whose hellos were completed last.
  void prefer(const libp2p::PeerId& peer, ConnId connection);
  void on_message(const libp2p::PeerId& peer, ConnId connection, const Message& message, base::TimePoint now);
  /// The peer's own envelope from identify: counts like one that it sent.
  void on_identify_record(const libp2p::PeerId& peer, base::ByteSpan envelope, base::TimePoint now);
  void on_check_dial_result(const libp2p::PeerId& peer, const libp2p::RecordVersion& version, bool reached,
                            base::TimePoint now);
  /// The check dial was not made, or cut short by us (a limit, a stop): it says nothing of the peer.
  void on_check_dial_dropped(const libp2p::PeerId& peer, base::TimePoint now);
  /// Asks `peer` (or confirms to it) to open no new stream on the connection with this handshake hash.
  /// False if there is no exchange with it.
  bool retire(const libp2p::PeerId& peer, const ConnectionHash& connection, bool confirmed);

  // Time and results -------------------------------------------------------------------------------------------
  /// `wall` is only used as a lower bound of our own record's number.
  void poll(base::TimePoint now, base::WallTime wall);
  base::TimePoint next_deadline() const;
  std::vector<Output> take_outputs() { return std::exchange(outputs_, {}); }

  const RecordTable& records() const { return table_; }
  const RecordCounters& record_counters() const { return validator_.counters(); }
  const EngineCounters& counters() const { return counters_; }
  const RecordPtr& own_record() const { return own_.current(); }
  std::size_t sessions() const { return ready_.size(); }
  /// Those that there is a connection with, in no order.
  auto connected() const { return std::views::keys(peers_); }

 private:
  using Link = PeerLink;
  using Peer = ConnectedPeer;
  struct ActiveRound {
    Round round;
    bool waiting = false;  ///< For tokens, until `due`; else for an answer.
    base::TimePoint due{};
    base::TimePoint asked_at{};
    base::Duration waited{};  ///< For all answers so far.
  };
  struct Evidence {
    Proof how{};
    std::optional<Network> source;  ///< If that is all, and places are counted there.
  };
  struct Offer {
    base::ByteSpan envelope;
    Source source;
  };

  // engine.cpp: connections, proofs, check dials, own record
  Peer* find(const libp2p::PeerId& peer);
  static Link* link_of(Peer& peer, ConnId connection);
  static std::optional<ConnId> other_active(const Peer& peer);
  void drop_stream(const libp2p::PeerId& id, Peer& peer, Link& link, base::TimePoint now);
  static Scope scope_of_links(const Peer& peer);
  void try_prove(const libp2p::PeerId& id, base::TimePoint now, bool is_new = false);
  std::optional<Evidence> evidence_of(const libp2p::PeerId& id, const Known& known, const Peer& peer) const;
  void take_proof(const libp2p::PeerId& id, const Evidence& evidence);
  void schedule_check(const libp2p::PeerId& id, base::TimePoint at);
  void check_soon(const libp2p::PeerId& id, base::TimePoint now);
  void start_checks(base::TimePoint now);
  void fail_check(const libp2p::PeerId& id, base::TimePoint now);
  void expire_checks(base::TimePoint now);
  void check_own_record(base::WallTime wall);
  void forward(const libp2p::PeerId& id);
  void forward_untold();

  // engine_messages.cpp: what a message means
  void handle(const libp2p::PeerId& id, Peer& peer, Link& link, const Hello& hello, base::TimePoint now);
  void handle(const libp2p::PeerId& id, Peer& peer, const Request& request, RoundId round, base::TimePoint now);
  void handle(const libp2p::PeerId& id, Peer& peer, const Response& response, base::TimePoint now);
  void handle_body(const libp2p::PeerId& id, Peer& peer, const Message& message, base::TimePoint now);
  bool admit(const libp2p::PeerId& id, Peer& peer, const Link& link, const Message& message, base::TimePoint now);
  Stage offer(const libp2p::PeerId& teller, Peer& peer, const Offer& what, base::TimePoint now);
  void tell_learned(const Known& known, const libp2p::PeerId& teller, const Source& source, bool is_new);
  void on_returned(const libp2p::PeerId& id, Peer& peer, base::ByteSpan envelope, base::TimePoint now);
  void blame(const libp2p::PeerId& id, Peer& peer, double points, std::string_view reason, base::TimePoint now);
  void introduce(const libp2p::PeerId& id, Peer& peer, Link& link, base::TimePoint now);
  Message own_hello(const Link& link) const;
  Listing answer(const ChangesQuery& query) const;
  void send(const libp2p::PeerId& id, Peer& peer, Message message);
  void send_on(const libp2p::PeerId& id, ConnId connection, Message message);

  // engine_rounds.cpp: our questions
  void start_due_rounds(base::TimePoint now);
  void start_round(const libp2p::PeerId& id, base::TimePoint now);
  void maybe_start_early(const libp2p::PeerId& id, base::TimePoint now);
  void ask(const libp2p::PeerId& id, base::TimePoint now);
  void continue_round(const libp2p::PeerId& id, base::TimePoint now);
  void end_round(const libp2p::PeerId& id, RoundResult result, base::TimePoint now);
  void expire_rounds(base::TimePoint now);
  void take_listing(const libp2p::PeerId& id, Round& round, const Listing& listing);
  void take_records(const libp2p::PeerId& id, Peer& peer, const Records& page, base::TimePoint now);
  Candidate candidate(const libp2p::PeerId& id, base::TimePoint now, base::Duration rest);
  base::TimePoint next_round(base::TimePoint now);

  libp2p::PeerId self_;
  base::Duration interval_;
  base::Rng& rng_;
  std::uint64_t incarnation_;
  OwnRecord own_;
  RecordTable table_;
  Validator validator_;
  Partners partners_;
  TokenBucket messages_in_all_{kMessagesInAll};
  std::unordered_map<libp2p::PeerId, Peer> peers_;
  AbsentStandings absent_;
  std::vector<libp2p::PeerId> ready_;   ///< Those with an active stream.
  std::vector<libp2p::PeerId> untold_;  ///< Proven when nobody was there to whom it was new.
  std::map<libp2p::PeerId, ActiveRound> rounds_;
  std::set<std::pair<base::TimePoint, libp2p::PeerId>> checks_due_;
  /// And when they count as lost. Of peers that have gone as well: else who comes and goes has us dial without
  /// end.
  std::map<libp2p::PeerId, base::TimePoint> checks_running_;
  base::TimePoint next_round_at_;
  bool rounds_held_ = false;
  std::size_t early_rounds_ = 0;  ///< Since we were last without partners.
  std::vector<Output> outputs_;
  EngineCounters counters_;
};

}  // namespace exchange
