// base/folder_watch.hpp: being told of what happens in folders. Interface; the real one is in inotify.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace base {

struct FolderEvent {
  enum class Kind : std::uint8_t {
    written,   ///< Somebody writes into the file, and has it open still.
    finished,  ///< It was closed after writing, came, went, or was given another name.
    lost,  ///< Events may be missing, or the folder, or one around it, went: look at everything, and watch anew.
  };
  Kind kind{};
  std::string name{};  ///< Of the entry; empty if `lost`.
};

/// Folders that are watched as long as this lives.
class FolderWatch {
 public:
  virtual ~FolderWatch() = default;
  /// Readable when `take` has something. Owned by this.
  virtual int descriptor() const = 0;
  /// What has happened since the last call, in order. Never waits.
  virtual std::vector<FolderEvent> take() = 0;
};

class FolderWatcher {
 public:
  virtual ~FolderWatcher() = default;
  /// Errors: the system's (ENOSPC, EMFILE: no watches left; ENOENT); operation_not_supported on a file system
  /// where other machines write unseen. Then somebody has to look from time to time.
  virtual Result<std::unique_ptr<FolderWatch>> watch(std::span<const std::string> folders) = 0;
};

}  // namespace base
