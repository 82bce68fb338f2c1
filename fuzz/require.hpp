// fuzz/require.hpp: how a fuzz target states what must hold.
#pragma once

#include <cstdio>
#include <cstdlib>

/// Aborts, in every kind of build, if `held` is false.
inline void require(bool held, const char* invariant) {
  if (held) return;
  std::fprintf(stderr, "violated: %s\n", invariant);
  std::abort();
}
