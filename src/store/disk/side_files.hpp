// store/disk/side_files.hpp: the files beside peers.yaml that belong to it: the lock, backups, copies of what was
// damaged or overruled, and temporary files. Blocks for the disk.
// Names: peers.yaml.lock, peers.yaml.bak-20260203T040506Z (and .original-, .damaged-, .conflict-),
// peers.yaml.tmp-HEX, peers.yaml.tmp-HEX.part. Invariants: within a kind the order of the names is the order in
// which they were made, whatever the clock does; a .part is a node's own and not whole, all others are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"

namespace store::disk {

inline constexpr std::size_t kKeptConflicts = 10;  ///< Copies of overruled files; older ones are removed.
inline constexpr std::size_t kKeptOriginals = 10;  ///< Copies of files as they were before a node wrote them.

class SideFiles {
 public:
  enum class Kind : std::uint8_t { backup, original, damaged, conflict, temporary };

  /// `target`: the real file, links resolved. `files` is borrowed.
  SideFiles(base::Files& files, std::string target) : files_{files}, target_{std::move(target)} {}

  const std::string& target() const { return target_; }
  std::string lock() const { return target_ + ".lock"; }
  std::string temporary(std::uint64_t suffix) const;
  /// True for the path of what a node had begun to write.
  static bool is_part(const std::string& path) { return path.ends_with(kPart); }
  /// Paths of all of one kind, oldest first.
  base::Result<std::vector<std::string>> all(Kind kind) const;
  /// A path that is not there yet, dated `now`, or behind the youngest of its kind if that one is of the future.
  base::Result<std::string> fresh(Kind kind, base::WallTime now) const;
  /// A new file at `path`, whole once it has that name, as readable as the target (as its newest backup, if there
  /// is none) and the operator's if the target is; durable but for its name: sync_directory.
  base::Result<void> put(const std::string& path, std::string_view text, std::uint64_t suffix) const;
  /// The same, of that kind. Returns its path.
  base::Result<std::string> write(Kind kind, std::string_view text, base::WallTime now,
                                  std::uint64_t suffix) const;
  /// As `write`, unless the youngest of its kind holds the same already: a save that fails is tried for ever.
  base::Result<std::string> write_once(Kind kind, std::string_view text, base::WallTime now,
                                       std::uint64_t suffix) const;
  /// Leaves the `keep` youngest.
  base::Result<void> prune(Kind kind, std::size_t keep) const;
  base::Result<void> sync_directory() const;

 private:
  static constexpr std::string_view kPart = ".part";
  std::uint32_t mode() const;

  base::Files& files_;
  std::string target_;
};

}  // namespace store::disk
