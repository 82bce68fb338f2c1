// exchange/record_table.hpp: the records that are known, which of them are proven, and R: what this node tells on.
// Machine code: no I/O, no clock. Spec: docs/protocol.md#what-a-node-tells.
// Invariants: at most kMaxRecords records, one newest and at most one older proven one per peer; a line of R has
// exactly one change number, larger than every earlier one; so the log cannot be outrun by its readers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "exchange/address_policy.hpp"
#include "exchange/fingerprint.hpp"
#include "exchange/limits.hpp"
#include "exchange/messages.hpp"
#include "exchange/record.hpp"
#include "exchange/token_bucket.hpp"

namespace exchange {

/// Everything that is known of one peer's record.
struct Known {
  RecordPtr newest;
  RecordPtr proven;               ///< The newest one that was proven: `newest`, an older one, or null.
  Scope scope = Scope::global;    ///< Of the nearest link that told `newest`: decides which addresses are usable.
  bool by_itself = false;         ///< The peer gave us `newest` itself.
  bool told_unreachable = false;  ///< All who told us `newest` had marked it.
  bool check_failed = false;      ///< Our own check dial to `newest` failed.
  bool connected = false;
  std::optional<Network> source;  ///< If `proven` was proven by where it came from: whose places it counts in.
  bool fresh = false;             ///< Was new here and is still to be forwarded once it is proven.
  RoundId cause = 0;              ///< The round or announcement that brought it.
  std::vector<libp2p::PeerId> holders;  ///< While fresh: who is known to have it.
  std::uint64_t order = 0;              ///< When it was learned, relative to others.
  std::uint64_t rank = 0;               ///< The lowest goes first from a full table; 0 stays.
  TokenBucket versions{kVersionsPerOwner};

  // The line of R, if `change` is not 0.
  RecordPtr told;
  bool mark = false;
  std::uint64_t change = 0;
  Line line;

  bool newest_is_proven() const { return proven == newest; }
};

/// How a record came.
struct Source {
  Scope scope = Scope::global;
  bool by_itself = false;
  bool unreachable = false;
  bool asked = false;  ///< In a round, which has a pace of its own.
  RoundId cause = 0;
};

class RecordTable {
 public:
  explicit RecordTable(std::uint64_t epoch) : epoch_{epoch} {}

  /// Null if nothing is known of `peer`.
  const Known* find(const libp2p::PeerId& peer) const;
  /// A verified record that is newer than the held one becomes known and fresh. False if the table is full: then
  /// hearsay is refused, while a pinned peer's record, or one that its own peer gave us, displaces the oldest of a
  /// peer that is neither connected nor pinned: of hearsay, else of those proven by their source, else of the
  /// rest.
  bool learn(RecordPtr record, const Source& source);
  /// The held record was told again. True if that made more of it usable: a nearer link, or the first unmarked
  /// telling.
  bool heard_again(const libp2p::PeerId& peer, const Source& source);
  /// True if a new version of `peer`'s record may come unasked; false if its owner changes it too often.
  bool may_change(const libp2p::PeerId& peer, base::TimePoint now) const;
  void count_version(const libp2p::PeerId& peer, base::TimePoint now);
  /// A record from the store: not fresh. Its proof counts also if others told of it, or of a newer one, before.
  /// False if that changes nothing, or the table is full.
  bool restore(RecordPtr record, bool proven, bool unreachable);
  void set_own(RecordPtr record);

  /// The newest record of `peer` is proven; `source`: only by having come from there.
  void prove(const libp2p::PeerId& peer, std::optional<Network> source = {});
  /// How many records are proven by having come from `source`.
  std::size_t proven_from(const Network& source) const;
  void fail_check(const libp2p::PeerId& peer);  ///< Our check dial to the newest one failed.
  void set_connected(const libp2p::PeerId& peer, bool connected);
  void note_holder(const libp2p::PeerId& peer, const libp2p::PeerId& holder);
  void set_forwarded(const libp2p::PeerId& peer);

  /// The record of `peer` goes.
  void forget(const libp2p::PeerId& peer) { drop(peer); }
  /// The operator removed `peer`: its record goes, and others' telling does not bring it back.
  void tombstone(const libp2p::PeerId& peer);
  void forgive(const libp2p::PeerId& peer) { tombstones_.erase(peer); }
  bool is_tombstoned(const libp2p::PeerId& peer) const { return tombstones_.contains(peer); }
  /// A peer of the operator's: its record has a place in a full table and is not displaced.
  void pin(const libp2p::PeerId& peer);
  void unpin(const libp2p::PeerId& peer);
  bool is_pinned(const libp2p::PeerId& peer) const { return pinned_.contains(peer); }
  /// A validly signed record that can be of no use on links of `scope` or wider: not asked for again.
  void reject(const libp2p::PeerId& peer, const libp2p::RecordVersion& version, Scope scope);
  /// True if `version` of `peer` need not be fetched over a link of `scope`: held, newer held, removed, or
  /// rejected.
  bool holds(const libp2p::PeerId& peer, const libp2p::RecordVersion& version, Scope scope) const;

  // R ----------------------------------------------------------------------------------------------------------
  Position position() const { return {.epoch = epoch_, .change = last_change_}; }
  /// Lines changed after `since` up to `end`, at most a page. `since` is of this epoch and not beyond the end.
  Listing changes(std::uint64_t since, std::uint64_t end) const;
  /// Lines in those ranges whose fingerprint differs from the query's, in the order of keys, at most a page. All
  /// of R is hashed for the first such question after a change; the others cost what they list.
  Listing differing(const FingerprintQuery& query) const;

  std::size_t size() const { return records_.size(); }
  bool is_full() const { return records_.size() >= kMaxRecords; }
  std::size_t told() const { return by_change_.size(); }
  std::size_t proven() const { return proven_; }
  std::size_t rejected() const { return rejected_.size(); }
  const std::unordered_map<libp2p::PeerId, Known>& all() const { return records_; }

 private:
  struct Rejection {
    libp2p::RecordVersion version;
    Scope scope;
  };

  bool make_room();
  void rank(Known& known);
  bool restore_proof(Known& known, const RecordPtr& record);
  void set_source(Known& known, std::optional<Network> source);
  void drop(const libp2p::PeerId& peer);
  const std::vector<Fingerprint>& fingerprints(std::size_t ranges) const;
  void leave_r(Known& known);
  void refresh_r(Known& known);
  void set_proven(Known& known, RecordPtr record);

  std::uint64_t epoch_;
  std::uint64_t last_change_ = 0;
  std::uint64_t last_order_ = 0;
  std::size_t proven_ = 0;
  std::unordered_map<libp2p::PeerId, Known> records_;
  std::map<std::uint64_t, const Known*> may_go_;  ///< By their rank: a stranger's record may cost no search.
  std::map<std::uint64_t, const Known*> by_change_;
  std::map<Line, const Known*> by_key_;
  /// Of R, by their number: made when they are asked for, and kept until R changes.
  mutable std::map<std::size_t, std::vector<Fingerprint>> fingerprints_;
  std::map<Network, std::size_t> proven_from_;
  std::unordered_set<libp2p::PeerId> tombstones_;  // as many as the operator made
  std::unordered_set<libp2p::PeerId> pinned_;      // as many as the operator wrote, and ourselves
  std::unordered_map<libp2p::PeerId, Rejection> rejected_;
  std::deque<libp2p::PeerId> rejected_order_;  // one deque per node
};

}  // namespace exchange
