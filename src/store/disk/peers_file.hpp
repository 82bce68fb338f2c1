// store/disk/peers_file.hpp: one peers.yaml that this process, the operator and other processes write: each
// agreement takes the lock, reads what is there, merges, and replaces the file. Blocks for the disk.
// Spec: docs/operations.md, "peers.yaml". Invariants: a crash at any instruction leaves the old or the new file,
// whole (a mounted file excepted: its backup is whole); an edit that slips in is merged, never overwritten.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "libp2p/crypto/hash.hpp"
#include "store/disk/found_file.hpp"
#include "store/disk/replacement.hpp"
#include "store/findings.hpp"
#include "store/merge/merge.hpp"
#include "store/text/peers_outline.hpp"

namespace store::disk {

struct PeersFileOptions {
  std::size_t backups = 3;                                  ///< How many are kept.
  base::Duration lock_wait = std::chrono::seconds{5};       ///< For another process to give the lock back.
  base::Duration save_lock_wait = std::chrono::seconds{5};  ///< The same when it is saved.
  base::Duration last_lock_wait = std::chrono::seconds{1};  ///< The same at a stop, which has 3 s for everything.
  bool repairs = true;          ///< A damaged file is repaired when it is opened; else it is left as it is.
  text::Cancelled cancelled{};  ///< Asked while it is opened: then nothing is written any more.
};

/// What came of one agreement; filled as far as it got.
struct Agreement {
  bool wrote = false;
  base::ErrorCode error{};  ///< Of `open`: why it could not be written.
  Edits edits;
  Edits caught_up;  ///< Of them what other processes wrote before the version that was found.
  std::vector<Notice> notices;
  Findings findings;             ///< Of a version that somebody else wrote.
  std::vector<PeerEntry> peers;  ///< All that are known now, also if they could not be written.
  std::vector<RawKey> left_out;  ///< The keys of entries that cannot be used, where a key can be read.
};

class PeersFile {
 public:
  /// When a damaged file is repaired: a running node leaves it to the operator, who may be writing it just now.
  enum class Damage : std::uint8_t { is_left, is_repaired };

  /// All but the path is borrowed.
  struct World {
    base::Files& files;
    const base::Clock& clock;
    base::Rng& rng;
  };
  PeersFile(World world, std::string path, PeersFileOptions options);

  /// At start: clears up what a crash has left, finds the base, and agrees. A file that cannot be written is still
  /// read. Errors: PeersErrc of class configuration, or the system's: there is nothing to start with; cancelled.
  base::Result<Agreement> open(base::WallTime now, Findings& findings);

  /// The file with all that waits in it. Errors: PeersErrc, or the system's: nothing of `waiting` is safe yet.
  base::Result<void> agree(const merge::Waiting& waiting, base::WallTime now, Damage damage, Agreement& agreement);

  const merge::Base& base() const { return base_; }

 private:
  struct Sides;

  base::Result<void> agree_locked(const SideFiles& side, FoundFile found, const merge::Waiting& waiting,
                                  base::WallTime now, Damage damage, Agreement& agreement);
  base::Result<void> catch_up(const SideFiles& side, const FoundFile& found, base::WallTime now,
                              Agreement& agreement);
  /// Asks whether it is cancelled while it waits. Errors: `cancelled`, the system's.
  base::Result<base::LockAttempt> lock_or_cancel(const SideFiles& side);
  bool is_cancelled() const { return options_.cancelled && options_.cancelled(); }
  base::Result<void> find_base(const SideFiles& side, const FoundFile& found);
  base::Result<void> read_only(const SideFiles& side, FoundFile found, base::WallTime now, Agreement& agreement);
  base::Result<Sides> sides_of(FoundFile&& found, const SideFiles& side, const merge::Waiting& waiting,
                               base::WallTime now, Damage damage, Agreement& agreement);
  base::Result<Sides> restored(const SideFiles& side, const merge::Waiting& waiting);
  base::Result<void> set_aside(const FoundFile& found, const SideFiles& side, base::WallTime now,
                               Agreement& agreement, Sides& sides);
  base::Result<Replaced> write(const SideFiles& side, const Sides& sides, const text::PeersText& text,
                               base::WallTime now, Agreement& agreement);
  base::Result<Replaced> write_in_place(const SideFiles& side, const Replacement& what, Agreement& agreement);
  void back_up(const SideFiles& side, std::string_view text, base::WallTime now, Agreement& agreement);
  void make_up_backup(const SideFiles& side, const FoundFile& found, base::WallTime now, Agreement& agreement);
  base::Result<void> keep_copies(const SideFiles& side, const Sides& sides, bool overruled, base::WallTime now,
                                 Agreement& agreement);
  base::Result<void> clear_up(const SideFiles& side, base::WallTime now, Agreement& agreement);
  base::Result<void> keep_leftover(const SideFiles& side, const std::string& path, std::string_view text,
                                   base::WallTime now, Agreement& agreement);
  text::Stamp next_stamp(const Sides& sides);
  FoundFile look(const SideFiles& side, Findings& findings, const text::Cancelled& cancelled = {}) const;
  void adopt(text::PeersText text, const merge::Base& former, Agreement& agreement);
  void tell(const Sides& sides, merge::Outcome& outcome, Agreement& agreement);
  void tell_once(Notice notice, Agreement& agreement);
  void tell_lock(const base::LockAttempt& lock, Agreement& agreement);
  void tell_broken(const FoundFile& found, Agreement& agreement);

  base::Files& files_;
  const base::Clock& clock_;
  base::Rng& rng_;
  std::string path_;
  PeersFileOptions options_;
  merge::Base base_;
  std::optional<text::PeersOutline> outline_;   ///< Of the text whose peers `base_` holds.
  std::optional<libp2p::crypto::Digest> told_;  ///< The edited file whose edits were told but could not be merged.
  std::string told_broken_;                     ///< What was wrong with the file, as told last.
  std::uint32_t told_kinds_ = 0;                ///< Troubles told and not over: one bit per Notice::Kind.
  bool unsynced_ = false;                       ///< The directory is still to be made durable.
};

}  // namespace store::disk
