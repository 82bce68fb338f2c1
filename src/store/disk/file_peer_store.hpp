// store/disk/file_peer_store.hpp: PeerStore over peers.yaml: what waits to be written, and when it is. What cannot
// be written is kept in memory and tried again. How it is written: peers_file.hpp. Thread rules: as PeerStore;
// blocks for the disk.
#pragma once

#include <string>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "store/disk/peers_file.hpp"
#include "store/disk/save_schedule.hpp"
#include "store/peer_store.hpp"

namespace store::disk {

class FilePeerStore final : public PeerStore {
 public:
  using World = PeersFile::World;
  FilePeerStore(World world, std::string path, PeersFileOptions options = {});

  base::Result<std::vector<PeerEntry>> load(Findings& findings) override;
  void update(PeerEntry fact, base::TimePoint now) override;
  void add(PeerEntry entry, base::TimePoint now) override;
  void remove(const RawKey& key, base::TimePoint now) override;
  std::optional<base::TimePoint> next_deadline() const override { return schedule_.due(); }
  std::optional<SaveReport> save_if_due(base::TimePoint now) override;
  SaveReport flush(base::TimePoint now) override;
  std::optional<SaveReport> refresh(base::TimePoint now) override;
  SaveReport close(base::TimePoint now) override;
  std::vector<RawKey> removed() const override;
  std::vector<Notice> take_notices() override { return std::exchange(notices_, {}); }

  /// Keys of entries that `load` left out as bad: they are in the file, but nobody's.
  const std::vector<RawKey>& left_out() const { return left_out_; }

 private:
  SaveReport save(base::TimePoint now, PeersFile::Damage damage);
  void drop_what_is_written();
  std::optional<base::FileInfo> info_of_file() const;
  bool is_as_seen() const;

  World world_;
  std::string path_;
  PeersFile file_;
  merge::Waiting waiting_;  ///< Not on disk yet: the emergency list while it cannot be.
  SaveSchedule schedule_;
  std::vector<Notice> notices_;
  std::vector<RawKey> left_out_;
  std::optional<base::FileInfo> seen_;  ///< Of the version that was agreed upon; unset if there was none.
  bool was_read_back_ = false;          ///< No: we wrote it, and an edit may have come right behind.
  bool unsettled_ = false;              ///< What `load` had to write could not be written.
};

/// What of a file that somebody goes on writing.
enum class Unsteady : std::uint8_t { tell, refuse };

/// The peers of the file at `path`, for whoever only looks: nothing is written or locked. What somebody writes
/// just now is waited for, and if he goes on, what there is then is told, or PeersErrc::unsteady is the error.
/// A missing file holds none. Errors: as PeerStore::load.
base::Result<std::vector<PeerEntry>> read_peers(base::Files& files, const base::Clock& clock,
                                                const std::string& path, Findings& findings,
                                                Unsteady unsteady = Unsteady::tell);

}  // namespace store::disk
