// A folder of its own for a test's socket.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace control_socket {

class InFolder : public testing::Test {
 public:
  ~InFolder() override { std::filesystem::remove_all(folder_); }

 protected:
  InFolder() {
    std::string name = testing::TempDir() + "bf-control-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }

  std::string path() const { return folder_ + "/control.sock"; }

  std::string folder_;
};

}  // namespace control_socket
