// The lock of a file against its other takers: this process, and others that take it as `flock` does.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <utility>

#include "base/descriptor.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "support/temporary_folder.hpp"

namespace base {
namespace {

using namespace std::chrono_literals;

/// Another process that takes the lock as `flock` does and keeps it until it dies.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) hold(path.c_str(), ends[1]);
    ::close(ends[1]);
    const Descriptor read_end{ends[0]};
    char told = 0;
    EXPECT_EQ(::read(read_end.get(), &told, 1), 1) << "the other process could not take the lock";
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { kill(); }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  /// Only what a child of a program with threads may call.
  [[noreturn]] static void hold(const char* path, int tell) {
    const int file = ::open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) != 0 || ::write(tell, "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }

  pid_t pid_ = 0;
};

class PosixLockTest : public ::testing::Test {
 protected:
  support::TemporaryFolder folder_;
  const std::string path_ = folder_ / "peers.yaml.lock";
  PosixFiles files_;
};

TEST_F(PosixLockTest, MakesTheFileAndGivesTheLockBackWhenItIsDropped) {
  auto first = files_.lock(path_, 0s);
  ASSERT_TRUE(first && first->held);
  EXPECT_EQ(files_.stat(path_)->mode, 0644U);
  const auto second = files_.lock(path_, 0s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->held, nullptr);
  EXPECT_EQ(second->holder, ::getpid());
  first->held.reset();
  EXPECT_TRUE(files_.lock(path_, 0s)->held);
  EXPECT_TRUE(files_.stat(path_)) << "never removed: somebody may be waiting at it";
}

TEST_F(PosixLockTest, NamesTheProcessThatHoldsItWhenTheTimeIsUp) {
  const Holder other{path_};
  const SystemClock clock;
  const TimePoint began = clock.now();
  const auto attempt = files_.lock(path_, 120ms);
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->held, nullptr);
  EXPECT_EQ(attempt->holder, other.pid());
  EXPECT_GE(clock.now() - began, 120ms);
}

TEST_F(PosixLockTest, IsFreeWhenItsHolderWasKilled) {
  Holder other{path_};
  ASSERT_EQ(files_.lock(path_, 0s)->held, nullptr);
  other.kill();
  EXPECT_TRUE(files_.lock(path_, 0s)->held);
}

TEST_F(PosixLockTest, AFolderThatIsMissingIsAnError) {
  EXPECT_EQ(files_.lock(folder_ / "gone/peers.yaml.lock", 1s).error(),
            ErrorCode(ENOENT, boost::system::system_category()));
}

}  // namespace
}  // namespace base
