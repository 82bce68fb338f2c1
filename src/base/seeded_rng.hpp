// base/seeded_rng.hpp: a reproducible Rng for tests, fuzzers and simulations. Not for secrets.
#pragma once

#include "base/rng.hpp"

namespace base {

class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed);
  void fill(MutableBytes out) override;

 private:
  std::uint64_t state_;
};

}  // namespace base
