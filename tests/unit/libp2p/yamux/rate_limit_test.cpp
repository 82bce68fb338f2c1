// The token bucket: burst, refill, and that idle time does not add up.
#include "libp2p/yamux/rate_limit.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace libp2p::yamux {
namespace {

constexpr Rate kRate{.per_second = 10, .burst = 3};

int let_in(RateLimit& limit, base::TimePoint now, int events) {
  int count = 0;
  for (int i = 0; i < events; ++i) count += limit.allow(now, kRate) ? 1 : 0;
  return count;
}

TEST(RateLimit, LetsInABurstAndThenTheRate) {
  RateLimit limit;
  base::TimePoint now{std::chrono::hours{1}};
  EXPECT_EQ(let_in(limit, now, 10), 3);
  EXPECT_EQ(let_in(limit, now + std::chrono::milliseconds{99}, 10), 0);
  EXPECT_EQ(let_in(limit, now + std::chrono::milliseconds{100}, 10), 1);
  EXPECT_EQ(let_in(limit, now + std::chrono::milliseconds{300}, 10), 2);
}

TEST(RateLimit, KeepsNoMoreThanABurst) {
  RateLimit limit;
  EXPECT_EQ(let_in(limit, base::TimePoint{}, 10), 3);
  EXPECT_EQ(let_in(limit, base::TimePoint{std::chrono::hours{5}}, 10), 3);
}

}  // namespace
}  // namespace libp2p::yamux
