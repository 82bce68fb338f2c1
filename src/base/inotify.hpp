// base/inotify.hpp: FolderWatcher by inotify(7). Any thread, one at a time.
#pragma once

#include "base/folder_watch.hpp"

namespace base {

class Inotify final : public FolderWatcher {
 public:
  Result<std::unique_ptr<FolderWatch>> watch(std::span<const std::string> folders) override;
};

}  // namespace base
