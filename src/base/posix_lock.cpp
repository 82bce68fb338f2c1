// base/posix_lock.cpp: PosixFiles::lock, by flock(2): what the `flock` program of shell scripts takes, too.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/descriptor.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"

namespace base {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLongestPause = 50ms;
constexpr mode_t kLockFileMode = 0644;

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor file) : file_{std::move(file)} {}

 private:
  Descriptor file_;  ///< Closing it releases the lock: nobody else has this open file.
};

/// Waits until somebody closes the lock file, which is how a lock mostly ends. Never long: a lock can also be
/// given back without that, and the watch may not be to be had.
class Closing {
 public:
  explicit Closing(const std::string& path) : watch_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)} {
    if (watch_.open()) ::inotify_add_watch(watch_.get(), path.c_str(), IN_CLOSE);
  }

  void wait(Duration at_most) {
    const auto pause = std::min(kLongestPause, std::chrono::ceil<std::chrono::milliseconds>(at_most));
    pollfd ready{.fd = watch_.get(), .events = POLLIN, .revents = 0};  // A negative one is only a pause.
    if (::poll(&ready, 1, static_cast<int>(pause.count())) <= 0) return;
    std::array<char, 4096> dropped{};
    while (::read(watch_.get(), dropped.data(), dropped.size()) > 0) continue;
  }

 private:
  Descriptor watch_;
};

/// The kernel's list has lines "1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234 0 EOF" (device in hex, inode).
std::optional<std::int64_t> holder_of(const struct stat& file) {
  char wanted[64];
  std::snprintf(wanted, sizeof wanted, "%02x:%02x:%llu", major(file.st_dev), minor(file.st_dev),
                static_cast<unsigned long long>(file.st_ino));
  std::ifstream locks{"/proc/locks"};
  for (std::string line; std::getline(locks, line);) {
    long long pid = 0;
    char kind[16] = {};
    char place[64] = {};
    const int read = std::sscanf(line.c_str(), "%*d: %15s %*s %*s %lld %63s", kind, &pid, place);
    if (read == 3 && std::string_view{kind} == "FLOCK" && std::string_view{place} == wanted && pid > 0) return pid;
  }
  return std::nullopt;
}

}  // namespace

Result<LockAttempt> PosixFiles::lock(const std::string& path, Duration wait) {
  Descriptor file{
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, kLockFileMode); })};
  if (!file.open()) return last_error();
  const auto try_once = [&] { return uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) == 0; };
  const SystemClock clock;
  const TimePoint end = clock.now() + wait;
  // The kernel knows no flock with a time limit: it is asked again and again.
  if (bool held = try_once(); !held) {
    if (errno != EWOULDBLOCK) return last_error();
    Closing closing{path};
    for (TimePoint now = clock.now(); !(held = try_once()) && now < end; now = clock.now())
      closing.wait(end - now);
    if (!held) {
      struct stat info{};
      if (::fstat(file.get(), &info) < 0) return last_error();
      return LockAttempt{.held = nullptr, .holder = holder_of(info)};
    }
  }
  return LockAttempt{.held = std::make_unique<PosixLock>(std::move(file))};
}

}  // namespace base
