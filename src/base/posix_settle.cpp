// base/posix_settle.cpp: PosixFiles::settle, by looking at the file twice: what changed it in between shows in its
// date and size, whoever did it and on whatever file system. A watch would not see who opened it before.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/posix_files.hpp"
#include "base/system.hpp"

namespace base {
namespace {

void pause(Duration time) {
  ::poll(nullptr, 0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

}  // namespace

Result<bool> PosixFiles::settle(const std::string& path, Duration quiet, Duration at_most) {
  const auto look = [&] {
    const auto info = stat(path);
    return info ? std::optional{*info} : std::nullopt;
  };
  const SystemClock clock;
  const TimePoint end = clock.now() + at_most;
  TimePoint since = clock.now();
  std::optional<FileInfo> seen = look();
  for (TimePoint now = since; now < end; now = clock.now()) {
    pause(std::min(since + quiet, end) - now);
    const std::optional<FileInfo> again = look();
    if (again != seen) {
      seen = again;
      since = clock.now();
    } else if (clock.now() - since >= quiet) {
      return true;
    }
  }
  return false;
}

}  // namespace base
