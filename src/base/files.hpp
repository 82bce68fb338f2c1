// base/files.hpp: the file operations that the node needs, one virtual call per step of the operating system,
// so that a fake can fail or crash at step N. Nothing here decides a policy; see replace_file for the order.
// Errors: boost::system's system_category with the errno of the call (ENOENT, ENOSPC, EACCES, ...).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace base {

struct FileInfo {
  enum class Kind : std::uint8_t { regular, directory, other };
  Kind kind = Kind::regular;
  std::uint64_t size = 0;
  std::uint32_t mode = 0;  ///< Permission bits only.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  WallTime modified{};

  bool operator==(const FileInfo&) const = default;
};

/// A file open for writing; closed by its destructor (a write error shows at `sync`, not at close).
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  virtual Result<void> write(ByteSpan bytes) = 0;  ///< All of it, or an error.
  virtual Result<void> sync() = 0;                 ///< fsync.
  /// Gives the file to that user and group. Errors: EPERM unless this process is root or both are its own.
  virtual Result<void> set_owner(std::uint32_t user, std::uint32_t group) = 0;
};

/// An advisory lock between processes; released by its destructor, or by the kernel when its holder dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// What came of asking for a lock.
struct LockAttempt {
  std::unique_ptr<FileLock> held;        ///< Null if somebody else held it until the end of the wait.
  std::optional<std::int64_t> holder{};  ///< Then the id of that process, if it can be told.
};

class Files {
 public:
  virtual ~Files() = default;

  /// The whole file. Errors: as open and read give; EFBIG if it is larger than `max_bytes`; EISDIR; EINVAL for
  /// what is neither a regular file nor a directory (never blocks on a FIFO).
  virtual Result<Bytes> read(const std::string& path, std::size_t max_bytes) = 0;
  /// The whole file into memory of the caller's, for what must not be copied elsewhere; returns its size. Errors:
  /// as `read`, EFBIG if it does not fit. A fake may go through `read`.
  virtual Result<std::size_t> read_into(const std::string& path, MutableBytes room);
  /// Follows symbolic links. ENOENT if there is nothing.
  virtual Result<FileInfo> stat(const std::string& path) = 0;
  /// A new file that must not exist yet (O_EXCL), with exactly `mode`.
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& path, std::uint32_t mode) = 0;
  virtual Result<std::unique_ptr<OutputFile>> append_to(const std::string& path, std::uint32_t mode) = 0;
  /// An existing regular file, emptied, to be written anew in its place. Not atomic: only where nothing else
  /// works.
  virtual Result<std::unique_ptr<OutputFile>> overwrite(const std::string& path) = 0;
  /// As read, but with zeros where the disk does not give its data (EIO).
  virtual Result<Bytes> read_what_is_left(const std::string& path, std::size_t max_bytes) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Each of two existing names stands for what the other stood for, in one step. Errors: EINVAL, ENOSYS or
  /// EOPNOTSUPP where the file system cannot; EBUSY for a mount point.
  virtual Result<void> exchange(const std::string& one, const std::string& other) = 0;
  /// One more name for a file. Errors: EEXIST if `to` is there; EPERM, EOPNOTSUPP where the file system cannot.
  virtual Result<void> link(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> make_directory(const std::string& path, std::uint32_t mode) = 0;
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// Names of the entries, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  /// Takes the lock of the file at `path` (flock(2)), which is made if need be and never removed; waits for it at
  /// most `wait`. Errors: of opening the file.
  virtual Result<LockAttempt> lock(const std::string& path, Duration wait) = 0;
  /// Waits until nobody has changed the file at `path` for `quiet`, at most `at_most`; false if somebody went on
  /// to the end. A file that is not there stays as it is, too.
  virtual Result<bool> settle(const std::string& path, Duration quiet, Duration at_most) = 0;
  /// The target of all symbolic links on the way, or `path` itself if nothing is there yet.
  virtual Result<std::string> resolve(const std::string& path) = 0;
};

/// Replaces `path` by `content` so that a crash at any instruction leaves the old or the new file, whole:
/// temporary file of a unique name beside the link-resolved target, write, fsync, rename, fsync of the directory.
/// A leftover temporary file is removed on every error path. `suffix` makes the temporary name unique.
Result<void> replace_file(Files& files, const std::string& path, ByteSpan content, std::uint32_t mode,
                          std::uint64_t suffix);

/// The directory part of `path` ("." if there is none).
std::string directory_of(const std::string& path);

}  // namespace base
