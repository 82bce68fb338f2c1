// Files that somebody else writes at the same time.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/posix_files.hpp"
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

}  // namespace
}  // namespace base
