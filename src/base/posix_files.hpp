// base/posix_files.hpp: the Files interface over the real file system. Only apps/ makes one.
// Every descriptor is close-on-exec; calls cut by a signal are repeated; opening never waits for the other end
// of a FIFO or for a terminal. Blocking: every call may wait for the disk, so none belongs on a network loop.
// Thread rules: no state of its own; use from any thread.
#pragma once

#include "base/files.hpp"

namespace base {

class PosixFiles final : public Files {
 public:
  Result<Bytes> read(const std::string& path, std::size_t max_bytes) override;
  Result<std::size_t> read_into(const std::string& path, MutableBytes room) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& path, std::uint32_t mode) override;
  /// EINVAL for what is not a regular file.
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
  Result<LockAttempt> lock(const std::string& path, Duration wait) override;
  Result<bool> settle(const std::string& path, Duration quiet, Duration at_most) override;
  Result<std::string> resolve(const std::string& path) override;
};

}  // namespace base
