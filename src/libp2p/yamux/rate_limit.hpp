// libp2p/yamux/rate_limit.hpp: a token bucket in eight bytes.
// Machine code: no clock. Invariant: over any span of t seconds at most burst + rate * t events are let in.
#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace libp2p::yamux {

struct Rate {
  std::uint32_t per_second;  ///< 0 counts as 1.
  std::uint32_t burst;       ///< At least 1.
};

/// Keeps only the time at which the bucket will be full again; rate and burst stand in the limits.
class RateLimit {
 public:
  /// True if one more event is within `rate`; then it is counted.
  bool allow(base::TimePoint now, Rate rate);

 private:
  base::TimePoint full_at_{};
};

}  // namespace libp2p::yamux
