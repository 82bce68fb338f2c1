// base/clock.hpp: time as an argument. Machines get `now` passed in; what stands above them asks a Clock.
// Deadlines use the steady clock; the wall clock is only for what is written down.
#pragma once

#include <chrono>

namespace base {

using TimePoint = std::chrono::steady_clock::time_point;  ///< A point on the steady clock.
using WallTime = std::chrono::system_clock::time_point;   ///< A date. Never compared between machines.
using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall() const = 0;
};

}  // namespace base
