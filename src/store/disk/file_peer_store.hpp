// store/disk/file_peer_store.hpp: PeerStore over peers.yaml. Each save reads the file again and splices into what
// it then holds, so an edit made meanwhile stays; the file is replaced atomically. What cannot be written is kept
// in memory and tried again. (Lock, three-way merge, backups and watching come behind this same interface.)
// Thread rules: as PeerStore; blocks for the disk.
#pragma once

#include <string>
#include <unordered_map>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "store/disk/save_schedule.hpp"
#include "store/peer_store.hpp"

namespace store::disk {

class FilePeerStore final : public PeerStore {
 public:
  /// `files` and `rng` are borrowed and outlive this.
  FilePeerStore(base::Files& files, base::Rng& rng, std::string path);

  base::Result<std::vector<PeerEntry>> load(Findings& findings) override;
  void update(PeerEntry fact, base::TimePoint now) override;
  std::optional<base::TimePoint> next_deadline() const override { return schedule_.due(); }
  std::optional<SaveReport> save_if_due(base::TimePoint now) override;
  SaveReport flush(base::TimePoint now) override;

 private:
  using Entries = std::unordered_map<RawKey, PeerEntry, RawKeyHash>;

  enum class Written : std::uint8_t { replaced, held_already };

  SaveReport save(base::TimePoint now);
  base::Result<Written> write();
  std::vector<PeerEntry> entries_to_write(bool file_is_missing) const;

  base::Files& files_;
  base::Rng& rng_;
  std::string path_;
  Entries known_;    ///< What the file holds, as last seen: all of it is written if the file is gone.
  Entries waiting_;  ///< Not on disk yet.
  SaveSchedule schedule_;
};

}  // namespace store::disk
