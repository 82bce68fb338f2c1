// A folder of its own for a test's socket.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/temporary_folder.hpp"

namespace control_socket {

class InFolder : public testing::Test {
 protected:
  std::string path() const { return folder_ / "control.sock"; }

  support::TemporaryFolder folder_;
};

}  // namespace control_socket
