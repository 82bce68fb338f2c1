#include "node/ban_list.hpp"

#include <gtest/gtest.h>

#include "unit/node/support.hpp"

namespace node {
namespace {

using namespace std::chrono_literals;

libp2p::PeerId one(int number) {
  std::array<std::uint8_t, 32> seed{};
  seed[0] = static_cast<std::uint8_t>(number);
  seed[1] = static_cast<std::uint8_t>(number / 256);
  return libp2p::PeerId::of(libp2p::Identity::from_seed(seed).public_key());
}

TEST(BanList, HoldsUntilTheTimeIsOver) {
  BanList bans;
  bans.add(one(1), kStart + 10s, kStart);
  EXPECT_TRUE(bans.contains(one(1), kStart + 10s - 1ns));
  EXPECT_FALSE(bans.contains(one(1), kStart + 10s));
  EXPECT_FALSE(bans.contains(one(2), kStart));
}

TEST(BanList, ASecondBanOnlyMakesTheFirstLonger) {
  BanList bans;
  bans.add(one(1), kStart + 1h, kStart);
  bans.add(one(1), kStart + 1min, kStart);
  EXPECT_TRUE(bans.contains(one(1), kStart + 30min));
  bans.add(one(1), kStart + 2h, kStart);
  EXPECT_TRUE(bans.contains(one(1), kStart + 90min));
}

TEST(BanList, HoldsABoundedNumberAndDropsWhatEndsFirst) {
  BanList bans;
  const int max = static_cast<int>(BanList::kMax);
  for (int i = 0; i < max; ++i) bans.add(one(i), kStart + 1h + std::chrono::seconds{i}, kStart);
  bans.add(one(max), kStart + 3h, kStart);
  EXPECT_EQ(bans.size(), BanList::kMax);
  EXPECT_FALSE(bans.contains(one(0), kStart));
  EXPECT_TRUE(bans.contains(one(1), kStart) && bans.contains(one(max), kStart));
  bans.add(one(max + 1), kStart + 10h, kStart + 5h);
  EXPECT_EQ(bans.size(), 1U) << "those that are over go first";
}

}  // namespace
}  // namespace node
