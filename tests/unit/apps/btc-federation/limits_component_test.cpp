// New limits that are below what there is at present.
#include "btc-federation/limits_component.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace btc_federation {
namespace {

std::vector<config::reload::Notice> notices(std::uint32_t max_connections, std::size_t connected) {
  return compare_limits({.max_connections = max_connections}, connected);
}

TEST(CompareLimits, HasNothingToSayWhereAllHaveRoom) {
  EXPECT_THAT(notices(40, 40), testing::IsEmpty());
  EXPECT_THAT(notices(1, 0), testing::IsEmpty());
}

TEST(CompareLimits, TellsHowManyAreConnectedAboveTheNewLimit) {
  const auto told = notices(10, 40);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].key, "peers.max_connections");
  EXPECT_EQ(told[0].text, "40 peers are connected: they stay, and others come in when fewer than 10 are left");
}

}  // namespace
}  // namespace btc_federation
