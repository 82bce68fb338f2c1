// libp2p/policy/duplicates.hpp: several connections of one peer: which is preferred, which may be closed, and the
// round of pings that both ends decide by. Why it is so: docs/adr/0004-duplicate-connections.md.
// Policy: no I/O, no clock. Spec: none; docs/spec-map.md#duplicates.
// Invariants: only the end with the smaller peer id closes a connection for being a duplicate; never the preferred
// one, never while nothing is preferred, never on evidence older than `survivor_heard`. So the last live
// connection of a pair is never closed here. The hard limit of connections per peer is another matter: it holds at
// both ends, and spares the one that serves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "libp2p/limits.hpp"
#include "libp2p/policy/conn_id.hpp"

namespace libp2p::policy {

/// What the rule asks of one open connection of a peer.
struct ConnectionFacts {
  ConnId id = 0;
  bool dialled_by_us = false;
  std::array<std::uint8_t, 32> handshake_hash{};  ///< Equal on both ends, and different for every connection.
  bool answered =
      false;  ///< A ping sent after the youngest of these connections was up: PreferenceRound::answered.
  bool worn_out = false;    ///< Past 2^31 frames: never preferred.
  bool retired = false;     ///< The peer confirmed that it opens no new stream here.
  bool we_retired = false;  ///< We agreed to open no new stream here, while there is another one.
  std::size_t open_streams = 0;
  base::TimePoint last_heard{};
};

/// What both ends know of each other without a message.
enum class IdOrder : std::uint8_t { we_are_smaller, we_are_larger };  ///< Peer ids compared as multihash bytes.

/// The preferred connection, alike on both ends if the same ones answered: dialled by the smaller peer id, then
/// the larger handshake hash. Nothing if none answered.
std::optional<ConnId> preferred(std::span<const ConnectionFacts> connections, IdOrder order);

/// What has served new streams so far.
struct Serving {
  std::optional<ConnId> former{};  ///< The connection that serves at present.
  /// For the larger id: where the smaller one opened its latest stream since the round began; cleared when it asks
  /// to retire that connection (else both would wait for each other's next stream).
  std::optional<ConnId> followed{};
  bool decided = false;  ///< PreferenceRound::decided: until then the former one serves.
};

/// Where to open new streams. Nothing only if there is no connection.
std::optional<ConnId> serving(std::span<const ConnectionFacts> connections, IdOrder order, const Serving& now);

/// True if this end may ask the peer to retire `id`, or confirm it when asked: another one is preferred.
bool may_retire(std::span<const ConnectionFacts> connections, IdOrder order, ConnId id);

/// A connection to close for being a duplicate, one at a time; ask again after it is gone.
/// A loser that the peer retired goes once it has no stream; above `connections_per_peer` the one that is silent
/// longest goes, whatever the peer agreed to. Nothing for the larger id.
std::optional<ConnId> surplus(std::span<const ConnectionFacts> connections, IdOrder order, base::TimePoint now,
                              const Limits& limits);

/// Who has to go before one more is taken where there are `connections_per_peer_hard`, whichever id is the larger:
/// the one that is silent longest of those that neither serve nor are preferred. Nothing below the limit.
std::optional<ConnId> displaced(std::span<const ConnectionFacts> connections, IdOrder order, const Serving& now,
                                const Limits& limits);

/// Pings all connections of a peer when one more came up, and says when both ends may decide.
class PreferenceRound {
 public:
  explicit PreferenceRound(const TimeLimits& limits = {}) : length_{limits.preference_round} {}

  /// A connection came up: `connections` are all that there are now. Answers of an earlier round no longer count.
  void begin(std::span<const ConnId> connections, base::TimePoint now);

  /// The connections that still need a ping of this round. One with an older ping outstanding is asked after its
  /// pong: only an answer to a ping sent since `begin` proves that two lived at once.
  std::vector<ConnId> to_ping() const;
  void on_ping_sent(ConnId id);
  /// Counts also after the deadline: then decide anew.
  void on_pong(ConnId id);
  void on_closed(ConnId id);

  bool answered(ConnId id) const;
  /// True once all have answered or the time is up.
  bool decided(base::TimePoint now) const;
  /// When `decided` becomes true at the latest; nothing if it is already because all answered.
  std::optional<base::TimePoint> next_deadline() const;

 private:
  enum class State : std::uint8_t { to_ping, pinged, answered };
  struct Entry {
    ConnId id;
    State state;
  };
  Entry* find(ConnId id);
  bool all_answered() const;

  base::Duration length_;
  base::TimePoint deadline_{};
  std::vector<Entry> entries_;
};

}  // namespace libp2p::policy
