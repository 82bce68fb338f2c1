#include "store/merge/merger.hpp"

#include <algorithm>
#include <utility>

#include "store/text/limits.hpp"

namespace store::merge {
namespace {

/// Comparing every vanished key with every new one is for the few of an accident, not for a file that was
/// replaced.
constexpr std::size_t kMaxKeyComparisons = 1'000'000;
constexpr std::size_t kMaxConflictText = 4096;

}  // namespace

Merger::Merger(const Base& base, const text::Document& file, bool has_bad_entries, const Waiting& waiting,
               base::WallTime now)
    : base_{base},
      file_{file},
      waiting_{waiting},
      now_{now},
      has_bad_entries_{has_bad_entries},
      lineage_{lineage_of(base, file.seal)},
      unusable_{file.unusable.begin(), file.unusable.end()} {
  at_.reserve(file.peers.size());
  for (std::uint32_t i = 0; i < file.peers.size(); ++i) at_.emplace(file.peers[i].key, i);
  for (const Tombstone& tombstone : file.removed) buried_.insert(tombstone.key);
}

const PeerEntry* Merger::in_file(const RawKey& key) const {
  const auto at = at_.find(key);
  return at != at_.end() ? &file_.peers[at->second] : nullptr;
}

Outcome Merger::run() {
  out_.reseal = lineage_ == Lineage::foreign || lineage_ == Lineage::restored;
  judge_vanished();
  judge_entries();
  judge_tombstones();
  obey_commands();
  write_learned();
  limit_tombstones();
  finish();
  return std::move(out_);
}

/// What the base holds and the file does not: deleted, or only missing?
void Merger::judge_vanished() {
  std::vector<std::uint32_t> vanished;
  for (std::uint32_t i = 0; i < base_.peers.size(); ++i) {
    const RawKey key = base_.peers.key(i);
    if (at_.contains(key) || unusable_.contains(key)) continue;
    if (is_tombstoned_in_file(key)) {
      out_.edits.removed.push_back(key);
      gone_.insert(key);
    } else {
      vanished.push_back(i);
    }
  }
  if (vanished.empty()) return;
  if (lineage_ == Lineage::successor) return forget(vanished);  // Whoever wrote it has judged.
  if (lineage_ == Lineage::foreign || lineage_ == Lineage::restored) {
    return put_back(vanished, Notice::Kind::kept_other_file);
  }
  if (lineage_ == Lineage::unsealed && is_cut_off(vanished)) return put_back(vanished, Notice::Kind::kept_cut_off);
  mend_keys(vanished);
  keep_unseen(vanished);
  if (has_bad_entries_) return put_back(vanished, Notice::Kind::kept_bad_entries);
  if (vanished.size() * 2 > base_.peers.size()) {
    Notice notice{.kind = Notice::Kind::mass_deletion};
    for (const std::uint32_t index : vanished) notice.add(base_.peers.key(index));
    out_.notices.push_back(std::move(notice));
    return forget(vanished);
  }
  bury_deleted(vanished);
}

/// Only the end of the base is missing, and something before it is still there.
bool Merger::is_cut_off(const std::vector<std::uint32_t>& vanished) const {
  return vanished.size() < base_.peers.size() && vanished.front() == base_.peers.size() - vanished.size();
}

/// Takes out those that the editor never saw.
void Merger::keep_unseen(std::vector<std::uint32_t>& vanished) {
  if (lineage_ != Lineage::older_view) return;
  const std::uint64_t seen = file_.seal->stamp.generation;
  std::vector<std::uint32_t> unseen;
  std::erase_if(vanished, [&](std::uint32_t index) {
    const bool is_younger = base_.peers.since(index) > seen;
    if (is_younger) unseen.push_back(index);
    return is_younger;
  });
  put_back(unseen, Notice::Kind::kept_unseen);
}

/// Takes out those whose key stands in the file with one bit flipped.
void Merger::mend_keys(std::vector<std::uint32_t>& vanished) {
  std::vector<RawKey> fresh;
  for (const PeerEntry& entry : file_.peers) {
    if (!base_.peers.contains(entry.key)) fresh.push_back(entry.key);
  }
  if (vanished.size() * fresh.size() > kMaxKeyComparisons) return;
  Notice notice{.kind = Notice::Kind::key_mended};
  std::erase_if(vanished, [&](std::uint32_t index) {
    const RawKey key = base_.peers.key(index);
    if (waiting_.commands.contains(key)) return false;
    const auto damaged = std::ranges::find_if(fresh, [&](const RawKey& candidate) {
      return one_bit_apart(key, candidate) && !mended_.contains(candidate) &&
             !waiting_.commands.contains(candidate);
    });
    if (damaged == fresh.end()) return false;
    mended_.insert(*damaged);
    edit_of(*damaged).mended_key = key;
    gone_.insert(*damaged);
    gone_.insert(key);  // What waits for it comes with the next save.
    notice.add(key);
    return true;
  });
  if (notice.count == 0) return;
  out_.keep_copy = true;
  out_.notices.push_back(std::move(notice));
}

void Merger::put_back(const std::vector<std::uint32_t>& indexes, Notice::Kind why) {
  if (indexes.empty()) return;
  Notice notice{.kind = why};
  for (const std::uint32_t index : indexes) {
    notice.add(base_.peers.key(index));
    append(base_.peers.entry(index));
  }
  out_.notices.push_back(std::move(notice));
}

void Merger::forget(const std::vector<std::uint32_t>& indexes) {
  for (const std::uint32_t index : indexes) {
    out_.edits.forgotten.push_back(base_.peers.key(index));
    gone_.insert(base_.peers.key(index));
  }
}

void Merger::bury_deleted(const std::vector<std::uint32_t>& indexes) {
  for (const std::uint32_t index : indexes) {
    const RawKey key = base_.peers.key(index);
    out_.changes.bury.push_back({.key = key, .at = now_});
    out_.edits.removed.push_back(key);
    gone_.insert(key);
  }
}

void Merger::judge_entries() {
  for (const PeerEntry& entry : file_.peers) {
    if (mended_.contains(entry.key)) continue;
    if (const auto index = base_.peers.find(entry.key)) {
      judge_known(entry, *index);
    } else {
      judge_new(entry);
    }
  }
}

void Merger::judge_new(const PeerEntry& entry) {
  const auto buried = base_.removed.find(entry.key);
  const bool is_stale = buried != base_.removed.end() && lineage_ == Lineage::older_view &&
                        buried->second.since > file_.seal->stamp.generation;
  if (is_stale) {
    // Removed while the editor had the older version open: what it wrote back is no new wish.
    out_.changes.remove.push_back(entry.key);
    gone_.insert(entry.key);
    return;
  }
  // Added by hand: that undoes a removal.
  if (is_tombstoned_in_file(entry.key)) out_.changes.unbury.push_back(entry.key);
  out_.edits.added.push_back(entry);
}

void Merger::judge_known(const PeerEntry& entry, std::uint32_t index) {
  if (is_tombstoned_in_file(entry.key)) out_.changes.unbury.push_back(entry.key);
  if (base_.peers.says_the_same(index, entry)) return;
  out_.edits.changed.push_back(entry);
  const bool by_a_node = (file_.seal && file_.seal->intact) || entry.sequence != base_.peers.sequence(index);
  if (by_a_node || entry.source != Source::exchange || base_.peers.source(index) != Source::exchange) return;
  if (base_.peers.has_addresses(index, entry.addresses)) return;
  // The operator gave a learned peer other addresses: from now on they are the operator's.
  taken_over_.insert(entry.key);
  edit_of(entry.key).source = Source::operator_entry;
  out_.edits.changed.back().source = Source::operator_entry;
  const auto fact = waiting_.learned.find(entry.key);
  if (fact == waiting_.learned.end() || fact->second.addresses.empty()) return;
  if (fact->second.addresses != entry.addresses) report_conflict(fact->second);
}

/// The learned value is told in full, as it is written nowhere.
void Merger::report_conflict(const PeerEntry& fact) {
  conflict_.add(fact.key);
  for (const auto& address : fact.addresses) {
    if (conflict_.detail.size() < kMaxConflictText) conflict_.detail += " " + address.to_text();
  }
  out_.keep_copy = true;
}

/// Tombstones of the base that the file has lost, unless somebody took them out of the version that we know. And
/// new ones of peers that the base does not hold: they may be known otherwise.
void Merger::judge_tombstones() {
  for (const Tombstone& tombstone : file_.removed) {
    const RawKey& key = tombstone.key;
    const bool is_known = base_.removed.contains(key) || base_.peers.contains(key) || in_file(key) != nullptr;
    if (!is_known) out_.edits.removed.push_back(key);
  }
  const bool may_delete = lineage_ == Lineage::same || lineage_ == Lineage::successor;
  std::vector<Tombstone> lost;
  for (const auto& [key, buried] : base_.removed) {
    if (is_tombstoned_in_file(key)) continue;
    if (in_file(key) != nullptr && !gone_.contains(key)) continue;
    const bool unseen = lineage_ == Lineage::older_view && buried.since > file_.seal->stamp.generation;
    const bool taken_out = (may_delete && !has_bad_entries_) || (lineage_ == Lineage::older_view && !unseen);
    if (taken_out) continue;
    lost.push_back({.key = key, .at = buried.at});
    gone_.insert(key);
  }
  std::ranges::sort(lost, {}, &Tombstone::key);
  out_.changes.bury.insert(out_.changes.bury.end(), lost.begin(), lost.end());
}

void Merger::append(PeerEntry entry) {
  appended_.emplace(entry.key, out_.changes.append.size());
  out_.changes.append.push_back(std::move(entry));
}

text::EntryEdit& Merger::edit_of(const RawKey& key) {
  return edits_.try_emplace(key, text::EntryEdit{.key = key}).first->second;
}

/// The oldest tombstones go when there are too many.
void Merger::limit_tombstones() {
  std::size_t total = file_.removed.size() + out_.changes.bury.size();
  if (total <= text::kMaxTombstones) return;
  std::vector<Tombstone> oldest{file_.removed};
  std::ranges::sort(oldest, {}, &Tombstone::at);
  for (const Tombstone& tombstone : oldest) {
    if (total <= text::kMaxTombstones) return;
    if (std::ranges::find(out_.changes.unbury, tombstone.key) != out_.changes.unbury.end()) continue;
    out_.changes.unbury.push_back(tombstone.key);
    --total;
  }
}

/// In the order of the keys: the same facts give the same file.
void Merger::finish() {
  if (conflict_.count > 0) out_.notices.push_back(std::move(conflict_));
  for (auto& [key, edit] : edits_) out_.changes.edit.push_back(std::move(edit));
  std::ranges::sort(out_.changes.edit, {}, &text::EntryEdit::key);
}

}  // namespace store::merge
