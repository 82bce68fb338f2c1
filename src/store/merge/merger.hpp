// store/merge/merger.hpp: one merge while it runs. Internal to this folder.
#pragma once

#include <unordered_set>

#include "store/merge/merge.hpp"

namespace store::merge {

/// How the file that was found relates to the base.
enum class Lineage : std::uint8_t {
  same,        ///< An edit of the version that is our base, or of a newer one.
  unsealed,    ///< The last line is missing though the base has one.
  older_view,  ///< An edit of an older version.
  restored,    ///< An older version, as it was.
  foreign,     ///< Of another file.
  successor,   ///< A newer version, as another process wrote it.
};
Lineage lineage_of(const Base& base, const std::optional<text::Seal>& seal);

/// True if the text or the bytes of the keys differ by one flipped bit.
bool one_bit_apart(const RawKey& one, const RawKey& other);

bool has_newer_record(const PeerEntry& held, const PeerEntry& fact);
/// True if the addresses of `held` are learned ones, and those of `fact` are as new as its record.
bool may_move(const PeerEntry& held, const PeerEntry& fact);

class Merger {
 public:
  Merger(const Base& base, const text::Document& file, bool has_bad_entries, const Waiting& waiting,
         base::WallTime now);

  Outcome run();

 private:
  using Keys = std::unordered_set<RawKey, RawKeyHash>;

  const PeerEntry* in_file(const RawKey& key) const;
  bool is_tombstoned_in_file(const RawKey& key) const { return buried_.contains(key); }

  void judge_vanished();
  bool is_cut_off(const std::vector<std::uint32_t>& vanished) const;
  void keep_unseen(std::vector<std::uint32_t>& vanished);
  void mend_keys(std::vector<std::uint32_t>& vanished);
  void put_back(const std::vector<std::uint32_t>& indexes, Notice::Kind why);
  void forget(const std::vector<std::uint32_t>& indexes);
  void bury_deleted(const std::vector<std::uint32_t>& indexes);

  void judge_entries();
  void judge_new(const PeerEntry& entry);
  void judge_known(const PeerEntry& entry, std::uint32_t index);
  void judge_tombstones();

  void obey_commands();
  void add(const Command& command);
  void remove(const Command& command);
  void write_learned();
  void write_learned(const PeerEntry& held, const PeerEntry& fact);
  void report_conflict(const PeerEntry& fact);
  void limit_tombstones();

  void append(PeerEntry entry);
  text::EntryEdit& edit_of(const RawKey& key);
  void finish();

  const Base& base_;
  const text::Document& file_;
  const Waiting& waiting_;
  const base::WallTime now_;
  const bool has_bad_entries_;
  const Lineage lineage_;
  std::unordered_map<RawKey, std::uint32_t, RawKeyHash> at_;  ///< Index in the file.
  Keys buried_;                                               ///< In the file.
  Keys unusable_;                                             ///< In the file, but left out.
  Keys gone_;                                                 ///< Not to be written by what was merely learned.
  Keys taken_over_;                                           ///< Entries that become the operator's.
  Keys mended_;                                               ///< New keys of the file that are damaged old ones.
  std::unordered_map<RawKey, std::size_t, RawKeyHash> appended_;
  std::unordered_map<RawKey, text::EntryEdit, RawKeyHash> edits_;
  Notice conflict_{.kind = Notice::Kind::conflict};
  Outcome out_;
};

}  // namespace store::merge
