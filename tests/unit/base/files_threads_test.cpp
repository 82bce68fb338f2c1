// Files that somebody else writes or locks at the same time.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "support/temporary_folder.hpp"

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(PosixFiles, AFileIsNotSettledWhileSomebodyWrites) {
  const support::TemporaryFolder folder;
  const std::string path = folder / "a";
  PosixFiles files;
  std::atomic<bool> is_over = false;
  std::thread writer{[&] {
    PosixFiles others;
    while (!is_over) {
      const auto file = others.append_to(path, 0644);
      if (file) (void)(*file)->write(as_bytes("more"));
    }
  }};
  EXPECT_FALSE(*files.settle(path, 400ms, 500ms));
  is_over = true;
  writer.join();
  EXPECT_TRUE(*files.settle(path, 20ms, 5s));
}

TEST(PosixFiles, AFileIsSettledWhenItWasQuietForAsLongAsAskedSinceItsLastChange) {
  constexpr auto kQuiet = 300ms;
  const support::TemporaryFolder folder;
  const std::string path = folder / "a";
  std::atomic<bool> has_begun = false;
  const SystemClock clock;
  TimePoint last_write;
  std::thread writer{[&] {
    has_begun = true;
    has_begun.notify_one();
    PosixFiles others;
    for (int i = 0; i < 2000; ++i) {
      const auto file = others.append_to(path, 0644);
      last_write = clock.now();
      if (file) (void)(*file)->write(as_bytes("more"));
    }
  }};
  has_begun.wait(false);
  EXPECT_TRUE(*PosixFiles{}.settle(path, kQuiet, 10s));
  const TimePoint settled_at = clock.now();
  writer.join();
  EXPECT_GE(settled_at - last_write, kQuiet);
}

TEST(PosixFiles, WhoWaitsForALockGetsItWhenItIsGivenBack) {
  const support::TemporaryFolder folder;
  const std::string path = folder / "lock";
  PosixFiles files;
  auto first = files.lock(path, 0s);
  ASSERT_TRUE(first && first->held);
  bool got = false;
  std::thread waiter{[&] {
    PosixFiles others;
    const auto second = others.lock(path, 60s);
    got = second && second->held;
  }};
  first->held.reset();
  waiter.join();
  EXPECT_TRUE(got);
}

}  // namespace
}  // namespace base
