// store/notice.hpp: what a store tells the node: what an edit of the file changed, and what the operator is to
// know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "store/peer_entry.hpp"

namespace store {

/// What an edit, or another process that shares the file, changed: for the node to act upon.
struct Edits {
  std::vector<PeerEntry> added{};
  std::vector<PeerEntry> changed{};  ///< Their addresses, name or source; as they are now.
  std::vector<RawKey> removed{};     ///< By the operator: a tombstone is kept.
  std::vector<RawKey> forgotten{};   ///< No longer in the file, but welcome back.

  bool empty() const { return added.empty() && changed.empty() && removed.empty() && forgotten.empty(); }
  /// What happened after all this; of one peer the later word counts.
  void append(const Edits& later);
};

/// One thing that the operator is to know; each is one log line.
struct Notice {
  enum class Kind : std::uint8_t {
    restored,          ///< The file was missing or damaged; what is there now is from a backup and memory.
    set_aside,         ///< The damaged file is kept under the name in `detail`.
    broken,            ///< An edit cannot be read; it stays untouched, nothing is written. `detail`: why.
    mended,            ///< It can be read again.
    kept_bad_entries,  ///< Entries are missing, but others cannot be read: nothing counts as deleted.
    kept_cut_off,      ///< The last entries and the last line are missing: cut off, not deleted.
    kept_other_file,   ///< An older copy, or another node's file: nothing counts as deleted.
    kept_unseen,       ///< Not in the edited file, but younger than the version that was edited.
    mass_deletion,     ///< More than half vanished at once: forgotten without tombstones.
    key_mended,        ///< A key was damaged by one bit: the former one stays.
    conflict,          ///< The operator and the node changed the same addresses: the operator's stay.
    copy_kept,         ///< The file as it was found is kept under the name in `detail`.
    backup_failed,     ///< The file is written, its backup is not. `detail`: why.
    written_in_place,  ///< The file cannot be replaced (it is mounted by itself).
    lock_held,         ///< `detail` names the process that holds the lock.
  };
  static constexpr std::size_t kMaxPeers = 1000;

  Kind kind{};
  std::string detail{};
  std::vector<RawKey> peers{};  ///< At most kMaxPeers of them.
  std::size_t count = 0;        ///< Of all of them.

  void add(const RawKey& key) {
    ++count;
    if (peers.size() < kMaxPeers) peers.push_back(key);
  }
};

/// The stable name of a kind, for logs: `kept_unseen`.
const char* name_of(Notice::Kind kind);

}  // namespace store
