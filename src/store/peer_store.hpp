// store/peer_store.hpp: where known peers outlive the process, as the node sees it. Interface; the file is in
// disk/. Facts are handed over as they become known and written together later: see SaveSchedule for when. Thread
// rules: one thread (of a worker, where it is a disk): calls may block, none belongs on a network loop.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/findings.hpp"
#include "store/notice.hpp"
#include "store/peer_entry.hpp"

namespace store {

/// What one attempt to save did. To be logged if `news`: the first failure of a row, and its end.
struct SaveReport {
  base::ErrorCode error{};  ///< Unset if all is on disk.
  std::size_t entries = 0;  ///< How many entries were written, or still wait.
  bool wrote = false;       ///< The file was replaced; false also when nothing in it had to change.
  bool news = false;
  bool touched = false;           ///< By `refresh`: the file was another one than before, whatever it holds.
  Edits edits{};                  ///< What others changed in the file: to be acted upon.
  std::vector<Notice> notices{};  ///< For the operator.
  Findings findings{};            ///< What is wrong with single lines of an edited file; told once.
};

class PeerStore {
 public:
  virtual ~PeerStore() = default;

  /// All stored peers: at start, and again after a reload. Nothing stored is an empty list. Bad entries are left
  /// out and reported. Errors: text::PeersErrc, or the system's; class configuration means that the start ends.
  virtual base::Result<std::vector<PeerEntry>> load(Findings& findings) = 0;

  /// Notes what is now known of a peer; a fact that is not newer than the stored one is not written.
  virtual void update(PeerEntry fact, base::TimePoint now) = 0;

  /// When `save_if_due` has something to do; nothing if all is saved.
  virtual std::optional<base::TimePoint> next_deadline() const = 0;
  virtual std::optional<SaveReport> save_if_due(base::TimePoint now) = 0;

  /// Writes now whatever waits: before an operator's command returns.
  virtual SaveReport flush(base::TimePoint now) = 0;

  /// What an operator's command asks for; `flush` makes it durable. An entry that is added becomes the operator's;
  /// one that is removed is not brought back by what is learned.
  virtual void add(PeerEntry entry, base::TimePoint now) = 0;
  virtual void remove(const RawKey& key, base::TimePoint now) = 0;

  /// Looks whether the file was edited, and takes the edit over. Nothing if it is as it was.
  virtual std::optional<SaveReport> refresh(base::TimePoint) { return std::nullopt; }
  /// The last save, at stop: a damaged file is now repaired, as nobody will be there to wait for its mending.
  virtual SaveReport close(base::TimePoint now) { return flush(now); }
  /// Whom the operator removed, as of the last `load` or save.
  virtual std::vector<RawKey> removed() const { return {}; }
  /// What `load` found for the operator to know; once.
  virtual std::vector<Notice> take_notices() { return {}; }
};

}  // namespace store
