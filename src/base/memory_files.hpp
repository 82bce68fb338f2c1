// base/memory_files.hpp: an in-memory disk for unit tests and the simulator: it forgets on a crash what was not
// synced, and fails or dies at a chosen step. Kind: fake, deterministic. Thread rules: one thread.
// The model: a file's bytes survive a crash up to its last sync; a name survives if its directory was synced after
// the change. With an Rng the crash is as unkind as real disks are: unsynced bytes may survive in part, torn or
// zeroed, and unsynced names up to any earlier change. Directories themselves are durable when made.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/rng.hpp"

namespace base {

class MemoryFiles final : public Files {
 public:
  MemoryFiles();

  Result<Bytes> read(const std::string& path, std::size_t max_bytes) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& path, std::uint32_t mode) override;
  Result<std::unique_ptr<OutputFile>> append_to(const std::string& path, std::uint32_t mode) override;
  Result<std::unique_ptr<OutputFile>> overwrite(const std::string& path) override;
  Result<Bytes> read_what_is_left(const std::string& path, std::size_t max_bytes) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> exchange(const std::string& one, const std::string& other) override;
  Result<void> link(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_directory(const std::string& path, std::uint32_t mode) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  /// Never waits: on one thread nobody could give the lock back.
  Result<LockAttempt> lock(const std::string& path, Duration wait) override;
  /// Never waits: what others do meanwhile is up to `on_settle`.
  Result<bool> settle(const std::string& path, Duration quiet, Duration at_most) override;
  Result<std::string> resolve(const std::string& path) override;

  // What a test arranges and asks; none of it counts as a step or fails.

  /// Puts `text` at `path`, durably, as if another program had replaced the file.
  void put(const std::string& path, std::string_view text, std::uint32_t mode = 0644);
  /// Another program writes over the file itself, in its place.
  void write_over(const std::string& path, std::string_view text, WallTime modified);
  /// A symbolic link at `path`; `target` as seen from the root of this disk.
  void put_link(const std::string& path, const std::string& target);
  std::optional<std::string> text(const std::string& path) const;

  /// Another process takes or gives back the lock at `path`.
  void hold_lock(const std::string& path, std::int64_t process) { locks_[path] = process; }
  void release_lock(const std::string& path) { locks_.erase(path); }
  /// How long all those that did not get their lock would have waited for it.
  Duration lock_wait() const { return lock_wait_; }
  /// What this file system cannot do: `exchange` and `link` give EINVAL and EPERM, or `path` is a mount point,
  /// which cannot be renamed, exchanged or removed (EBUSY).
  void forbid_exchange() { can_exchange_ = false; }
  void forbid_links() { can_link_ = false; }
  void mount(const std::string& path) { mounted_.insert(path); }
  /// Opening `path` to write gives EROFS.
  void make_read_only(const std::string& path) { read_only_.insert(path); }
  /// Reading the file at `path` gives EIO; its first half can still be had by `read_what_is_left`.
  void spoil(const std::string& path);
  /// Called before every step: another program at work between two steps of this one.
  void on_step(std::function<void(std::uint64_t step)> hook) { hook_ = std::move(hook); }
  /// Called while somebody waits for a file to come to rest; false if it does not.
  void on_settle(std::function<bool()> hook) { settles_ = std::move(hook); }

  /// Every call on Files and OutputFile is one step, counted from 0.
  std::uint64_t steps() const { return steps_; }
  void reset_steps() { steps_ = 0; }
  /// Step `step` fails with `error` (a write leaves half of its bytes behind); the steps after it work again.
  void fail_at(std::uint64_t step, int error);
  /// From step `step` on the machine is dead: every call gives EIO and changes nothing, until `crash`.
  void die_at(std::uint64_t step) { dies_at_ = step; }
  /// Every change (not reading) fails with `error`: a full or read-only disk. 0 ends it.
  void fail_changes(int error) { changes_fail_ = error; }
  /// Loses what was not synced, and forgets all planned faults. Open files are gone.
  void crash() { crash_with(nullptr); }
  void crash(Rng& rng) { crash_with(&rng); }

 private:
  struct Inode {
    Bytes content;
    std::size_t durable = 0;         ///< How many bytes of `content` a crash leaves: files grow, or are emptied.
    std::optional<Bytes> emptied{};  ///< What was durable before, until the next sync.
    std::uint32_t mode = 0;
    bool spoiled = false;
    std::uint64_t number = 0;
    WallTime modified{};  ///< Only what `write_over` says.
    std::string link;     ///< The target, if this is a symbolic link.
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  struct Directory {
    Names names;
    std::vector<Names> history;  ///< What a crash may bring back: the last synced state, then one per change.
    std::uint32_t mode = 0755;
    std::uint64_t number = 0;
  };
  class Output;
  class Lock;

  ErrorCode begin_step(bool changes);
  Directory* directory_for(const std::string& path);
  std::shared_ptr<Inode> find(const std::string& path) const;
  std::string follow(std::string path) const;
  std::shared_ptr<Inode> add(Directory& directory, const std::string& path, std::uint32_t mode);
  void crash_with(Rng* rng);

  std::map<std::string, Directory> directories_;
  std::uint64_t next_inode_ = 1;
  std::uint64_t boots_ = 0;  ///< Files opened before a crash are dead.
  std::uint64_t steps_ = 0;
  std::uint64_t fails_at_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t dies_at_ = std::numeric_limits<std::uint64_t>::max();
  int failure_ = 0;
  int changes_fail_ = 0;
  std::map<std::string, std::int64_t> locks_;
  Duration lock_wait_{};
  std::set<std::string> mounted_;
  std::set<std::string> read_only_;
  bool can_exchange_ = true;
  bool can_link_ = true;
  std::function<void(std::uint64_t step)> hook_;
  std::function<bool()> settles_;
};

}  // namespace base
