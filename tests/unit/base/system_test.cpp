// The real clock and the real randomness do what their interfaces say.
#include "base/system.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace base {
namespace {

TEST(SystemClock, NeverGoesBack) {
  const SystemClock clock;
  TimePoint last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const TimePoint now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, TellsADateAfterThisWasWritten) {
  EXPECT_GT(SystemClock{}.wall(), WallTime{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}});
}

TEST(SystemRng, FillsWholeBuffersOfAnySize) {
  SystemRng rng;
  Bytes bytes(100'000);  // more than one getrandom call gives when it is interrupted
  rng.fill(bytes);
  // A run of 16 zero bytes has a chance of 2^-128 per place.
  EXPECT_EQ(std::ranges::search_n(bytes, 16, std::uint8_t{0}).begin(), bytes.end());
  rng.fill({});
}

TEST(SystemRng, DoesNotRepeatItself) {
  SystemRng rng;
  EXPECT_NE(rng.next_u64(), rng.next_u64());
}

}  // namespace
}  // namespace base
