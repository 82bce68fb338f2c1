// interop/cpp/dial_tests.hpp: what the driver's `dial --test` can run; tests/interop/README.md says what each
// does.
#pragma once

#include "interop/cpp/link.hpp"

namespace interop {

struct DialArguments {
  std::string test;
  std::uint64_t bytes = 16 * 1024 * 1024;
  std::size_t count = 100;
  std::size_t concurrency = 1;
};

/// Throws TestFailure if the peer does not do what it should, or there is no such test.
Task<void> run_dial_test(Link link, DialArguments arguments);

}  // namespace interop
