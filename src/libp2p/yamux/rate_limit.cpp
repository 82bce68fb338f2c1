#include "libp2p/yamux/rate_limit.hpp"

#include <algorithm>
#include <chrono>

namespace libp2p::yamux {

bool RateLimit::allow(base::TimePoint now, Rate rate) {
  const base::Duration refill =
      base::Duration{std::chrono::seconds{1}} / std::max(rate.per_second, 1U);  // Of one token.
  const base::TimePoint after = std::max(full_at_, now) + refill;
  if (after - now > refill * rate.burst) return false;
  full_at_ = after;
  return true;
}

}  // namespace libp2p::yamux
