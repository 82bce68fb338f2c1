// Penalty points that decay. Back-off and breaker show in the peer manager: peer_manager_test.cpp.
#include "peers/backoff.hpp"

#include <gtest/gtest.h>

#include "unit/peers/vocabulary.hpp"

namespace peers {
namespace {

TEST(Penalty, HalvesEveryMinute) {
  Penalty penalty;
  penalty.add(1000, kStart);
  EXPECT_EQ(penalty.value(kStart), 1000U);
  EXPECT_EQ(penalty.value(kStart + kPenaltyHalfLife / 2), 750U);
  EXPECT_EQ(penalty.value(kStart + kPenaltyHalfLife), 500U);
  EXPECT_EQ(penalty.value(kStart + 2 * kPenaltyHalfLife), 250U);
  EXPECT_EQ(penalty.value(kStart + 24h), 0U);
}

TEST(Penalty, NeverExceedsItsMaximumSoThatItIsForgivenInTime) {
  Penalty penalty;
  for (int flap = 0; flap < 100; ++flap) penalty.add(kFlapPoints, kStart);
  EXPECT_EQ(penalty.value(kStart), kPenaltyMax);
  EXPECT_EQ(penalty.falls_to(kFlapReuse, kStart), kStart + 3 * kPenaltyHalfLife);
}

}  // namespace
}  // namespace peers
