// base/rng.hpp: randomness as an argument, so that a seed reproduces a run.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace base {

class Rng {
 public:
  virtual ~Rng() = default;

  /// Fills `out` with random bytes: cryptographically strong in production, from a seed in tests.
  virtual void fill(MutableBytes out) = 0;

  std::uint64_t next_u64();

  /// Uniform in [0, n); n must be at least 1. The same algorithm everywhere (std distributions differ).
  std::int64_t below(std::int64_t n);
};

}  // namespace base
