// Waiting for a file that another thread writes. The real file system; no test depends on how fast it is.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/posix_files.hpp"

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(Settle, WaitsUntilNobodyWritesTheFileAnyMore) {
  std::string folder = (std::filesystem::temp_directory_path() / "settle-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/a";
  std::atomic<bool> is_over = false;
  std::jthread writer{[&] {
    while (!is_over) std::ofstream{path, std::ios::app} << "more";
  }};
  PosixFiles files;
  EXPECT_FALSE(*files.settle(path, 400ms, 500ms));
  is_over = true;
  writer.join();
  EXPECT_TRUE(*files.settle(path, 20ms, 5s));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace base
