// base/system.hpp: the operating system's clock and randomness behind the base interfaces.
// Only apps/ and the Asio edge make these; everything below takes `const Clock&` and `Rng&`.
#pragma once

#include "base/clock.hpp"
#include "base/rng.hpp"

namespace base {

class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  WallTime wall() const override;
};

/// getrandom(2). A kernel that gives no randomness ends the process: there is no safe way on.
class SystemRng final : public Rng {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace base
