#include "exchange/record_table.hpp"

#include <algorithm>
#include <utility>

#include "exchange/limits.hpp"

namespace exchange {
namespace {

Entry entry_of(const Known& known) {
  return {.peer = known.told->peer(), .version = known.told->version(), .unreachable = known.mark};
}

/// Of hearsay the least, then of what is only proven by its source; of these, of the oldest. Never 0.
std::uint64_t worth_of(const Known& known) {
  constexpr std::uint64_t kProven = std::uint64_t{1} << 63;
  constexpr std::uint64_t kByMore = std::uint64_t{1} << 62;
  return (known.proven ? kProven : 0) | (known.source ? 0 : kByMore) | known.order;
}

}  // namespace

const Known* RecordTable::find(const libp2p::PeerId& peer) const {
  const auto at = records_.find(peer);
  return at != records_.end() ? &at->second : nullptr;
}

bool RecordTable::learn(RecordPtr record, const Source& source) {
  const libp2p::PeerId peer = record->peer();
  auto at = records_.find(peer);
  if (at == records_.end()) {
    const bool pinned = pinned_.contains(peer);
    if (is_full() && !((source.by_itself || pinned) && make_room())) return false;
    at = records_.try_emplace(peer).first;
  }
  Known& known = at->second;
  known.newest = std::move(record);
  known.scope = source.scope;
  known.by_itself = source.by_itself;
  known.told_unreachable = source.unreachable;
  known.check_failed = false;
  known.fresh = true;
  known.cause = source.cause;
  known.holders.clear();
  known.order = ++last_order_;
  rank(known);
  refresh_r(known);
  return true;
}

bool RecordTable::heard_again(const libp2p::PeerId& peer, const Source& source) {
  const auto at = records_.find(peer);
  if (at == records_.end()) return false;
  Known& known = at->second;
  const bool nearer = source.scope > known.scope;
  const bool cleared = known.told_unreachable && !source.unreachable;
  known.scope = std::max(known.scope, source.scope);
  known.told_unreachable &= source.unreachable;
  known.by_itself |= source.by_itself;
  return nearer || cleared;
}

bool RecordTable::may_change(const libp2p::PeerId& peer, base::TimePoint now) const {
  const Known* known = find(peer);
  return known == nullptr || known->versions.has(now);
}

void RecordTable::count_version(const libp2p::PeerId& peer, base::TimePoint now) {
  if (const auto at = records_.find(peer); at != records_.end()) at->second.versions.take(now);
}

bool RecordTable::restore(RecordPtr record, bool proven, bool unreachable) {
  const libp2p::PeerId peer = record->peer();
  // Nobody makes room: the later records of a large file would push out the earlier ones.
  const auto held = records_.find(peer);
  if (held == records_.end() ? is_full() : held->second.newest->version() >= record->version()) {
    return proven && held != records_.end() && restore_proof(held->second, record);
  }
  // Our own memory is trusted as far as this machine reaches.
  if (!learn(std::move(record), {.scope = Scope::loopback, .unreachable = unreachable})) return false;
  records_.at(peer).fresh = false;
  if (proven) prove(peer);
  return true;
}

/// Somebody told of it, or of a newer one, before it was restored.
bool RecordTable::restore_proof(Known& known, const RecordPtr& record) {
  if (known.proven && known.proven->version() >= record->version()) return false;
  if (known.newest->version() != record->version()) {
    set_source(known, std::nullopt);
    set_proven(known, record);
    return true;
  }
  known.scope = Scope::loopback;
  set_forwarded(record->peer());
  prove(record->peer());
  return true;
}

void RecordTable::set_own(RecordPtr record) {
  pin(record->peer());
  Known& known = records_[record->peer()];
  known.newest = std::move(record);
  set_proven(known, known.newest);
}

void RecordTable::prove(const libp2p::PeerId& peer, std::optional<Network> source) {
  const auto at = records_.find(peer);
  if (at == records_.end()) return;
  Known& known = at->second;
  known.check_failed = false;
  known.told_unreachable = false;
  set_source(known, source);
  set_proven(known, known.newest);
}

std::size_t RecordTable::proven_from(const Network& source) const {
  const auto at = proven_from_.find(source);
  return at != proven_from_.end() ? at->second : 0;
}

void RecordTable::set_source(Known& known, std::optional<Network> source) {
  if (source) ++proven_from_[*source];
  if (known.source && --proven_from_.at(*known.source) == 0) proven_from_.erase(*known.source);
  known.source = source;
}

void RecordTable::set_proven(Known& known, RecordPtr record) {
  if (!known.proven) ++proven_;
  known.proven = std::move(record);
  rank(known);
  refresh_r(known);
}

void RecordTable::fail_check(const libp2p::PeerId& peer) {
  const auto at = records_.find(peer);
  if (at == records_.end() || at->second.newest_is_proven()) return;
  at->second.check_failed = true;
  refresh_r(at->second);
}

void RecordTable::set_connected(const libp2p::PeerId& peer, bool connected) {
  const auto at = records_.find(peer);
  if (at == records_.end()) return;
  at->second.connected = connected;
  rank(at->second);
  refresh_r(at->second);
}

void RecordTable::note_holder(const libp2p::PeerId& peer, const libp2p::PeerId& holder) {
  const auto at = records_.find(peer);
  if (at == records_.end() || !at->second.fresh) return;
  std::vector<libp2p::PeerId>& holders = at->second.holders;
  if (holders.size() < kMaxHoldersNoted && std::ranges::find(holders, holder) == holders.end()) {
    holders.push_back(holder);
  }
}

void RecordTable::set_forwarded(const libp2p::PeerId& peer) {
  const auto at = records_.find(peer);
  if (at == records_.end()) return;
  at->second.fresh = false;
  at->second.holders = {};
}

void RecordTable::tombstone(const libp2p::PeerId& peer) {
  tombstones_.insert(peer);
  drop(peer);
}

void RecordTable::reject(const libp2p::PeerId& peer, const libp2p::RecordVersion& version, Scope scope) {
  const auto [at, added] = rejected_.try_emplace(peer, Rejection{version, scope});
  if (!added) {
    // The narrowest link on which this version was of no use; a newer version starts again.
    const Scope narrowest = at->second.version == version ? std::max(at->second.scope, scope) : scope;
    at->second = {version, narrowest};
    return;
  }
  rejected_order_.push_back(peer);
  if (rejected_order_.size() <= kMaxRejected) return;
  rejected_.erase(rejected_order_.front());
  rejected_order_.pop_front();
}

bool RecordTable::holds(const libp2p::PeerId& peer, const libp2p::RecordVersion& version, Scope scope) const {
  if (is_tombstoned(peer)) return true;
  if (const Known* known = find(peer); known != nullptr && known->newest->version() >= version) return true;
  const auto at = rejected_.find(peer);
  return at != rejected_.end() && at->second.version >= version && scope <= at->second.scope;
}

void RecordTable::pin(const libp2p::PeerId& peer) {
  pinned_.insert(peer);
  if (const auto at = records_.find(peer); at != records_.end()) rank(at->second);
}

void RecordTable::unpin(const libp2p::PeerId& peer) {
  pinned_.erase(peer);
  if (const auto at = records_.find(peer); at != records_.end()) rank(at->second);
}

bool RecordTable::make_room() {
  if (may_go_.empty()) return false;
  drop(libp2p::PeerId{may_go_.begin()->second->newest->peer()});
  return true;
}

/// After a change of anything that decides when the record gives way to another.
void RecordTable::rank(Known& known) {
  const bool stays = known.connected || pinned_.contains(known.newest->peer());
  const std::uint64_t rank = stays ? 0 : worth_of(known);
  if (rank == known.rank) return;
  may_go_.erase(known.rank);
  if (!stays) may_go_.emplace(rank, &known);
  known.rank = rank;
}

void RecordTable::drop(const libp2p::PeerId& peer) {
  const auto at = records_.find(peer);
  if (at == records_.end()) return;
  leave_r(at->second);
  if (at->second.proven) --proven_;
  set_source(at->second, std::nullopt);
  may_go_.erase(at->second.rank);
  records_.erase(at);
}

void RecordTable::leave_r(Known& known) {
  if (known.change == 0) return;
  fingerprints_.clear();
  by_change_.erase(known.change);
  by_key_.erase(known.line);
  known.change = 0;
  known.told = nullptr;
}

void RecordTable::refresh_r(Known& known) {
  const bool marked = known.connected && known.check_failed && !known.newest_is_proven();
  const RecordPtr told = marked ? known.newest : known.proven;
  if (told == known.told && (marked == known.mark || !told)) return;
  leave_r(known);
  if (!told) return;
  known.told = told;
  known.mark = marked;
  known.change = ++last_change_;
  known.line = line_of(entry_of(known));
  fingerprints_.clear();
  by_change_.emplace(known.change, &known);
  by_key_.emplace(known.line, &known);
}

Listing RecordTable::changes(std::uint64_t since, std::uint64_t end) const {
  const std::uint64_t last = end == 0 ? last_change_ : std::min(end, last_change_);
  Listing listing{
      .position = {.epoch = epoch_, .change = last}, .entries = {}, .more = false, .next = 0, .differing = {}};
  for (auto at = by_change_.upper_bound(since); at != by_change_.end() && at->first <= last; ++at) {
    if (listing.entries.size() == kMaxEntriesPerPage) {
      listing.more = true;
      return listing;
    }
    listing.entries.push_back(entry_of(*at->second));
    listing.next = at->first;
  }
  listing.next = 0;
  return listing;
}

const std::vector<Fingerprint>& RecordTable::fingerprints(std::size_t ranges) const {
  const auto [at, missing] = fingerprints_.try_emplace(ranges);
  if (missing) {
    std::vector<Line> lines;
    lines.reserve(by_key_.size());
    for (const auto& [line, known] : by_key_) lines.push_back(line);
    at->second = fingerprints_of(lines, ranges);
  }
  return at->second;
}

Listing RecordTable::differing(const FingerprintQuery& query) const {
  const std::vector<Fingerprint>& ours = fingerprints(query.ranges.size());
  Listing listing{.position = position(), .entries = {}, .more = false, .next = 0, .differing = {}};
  for (std::size_t range = 0; range < ours.size(); ++range) {
    if (ours[range] != query.ranges[range]) listing.differing.push_back(static_cast<std::uint32_t>(range));
  }
  for (const std::uint32_t range : listing.differing) {
    const std::uint64_t from = std::max(first_key(range, ours.size()), query.after.value_or(0));
    for (auto at = by_key_.lower_bound(Line{.key = from}); at != by_key_.end(); ++at) {
      const std::uint64_t key = at->first.key;
      if (range_of(key, ours.size()) != range) break;
      if (query.after && key <= *query.after) continue;
      if (listing.entries.size() == kMaxEntriesPerPage) {
        listing.more = true;
        return listing;
      }
      listing.entries.push_back(entry_of(*at->second));
      listing.next = key;
    }
  }
  listing.next = 0;
  return listing;
}

}  // namespace exchange
