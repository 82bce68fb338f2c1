// tests/unit/apps/btc-federation/allocations.hpp: what a piece of code takes from the heap. The `operator new` and
// `aligned_alloc` (Asio's) that count are defined in commit_test.cpp, once for this program.
#pragma once

#include <cstddef>

/// Of this thread, so far; arrays and what is not thrown are counted as well.
std::size_t allocations();

template <class Work>
std::size_t allocations_of(Work work) {
  const std::size_t before = allocations();
  work();
  return allocations() - before;
}
