// The limits on dials to what others told: per target, in all, and on the targets that are remembered.
#include "peers/hearsay_limits.hpp"

#include <gtest/gtest.h>

#include "unit/peers/vocabulary.hpp"

namespace peers {
namespace {

/// Targets of their own, more than any limit.
Multiaddr target(std::uint32_t number, int port = 9000) {
  return address("11." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 255) + "." +
                     std::to_string(number & 255),
                 port);
}

TEST(HearsayLimits, AllowSixteenDialsToOneTargetAndThenOneInTenSeconds) {
  HearsayLimits limits;
  for (std::uint32_t i = 0; i < kHearsayBurst; ++i) {
    EXPECT_EQ(limits.take(target(1, static_cast<int>(i + 1)), kStart), kStart) << "ports do not matter";
  }
  EXPECT_EQ(limits.take(target(1), kStart), kStart + kHearsayPerTarget);
  EXPECT_EQ(limits.take(target(2), kStart), kStart) << "another target";
  const base::TimePoint later = kStart + kHearsayPerTarget;
  EXPECT_EQ(limits.take(target(1), later), later);
  EXPECT_EQ(limits.take(target(1), later), later + kHearsayPerTarget);
}

TEST(HearsayLimits, AllowABurstInAllAndThenTenASecond) {
  HearsayLimits limits;
  for (std::uint32_t i = 0; i < kHearsayBurstInAll; ++i) ASSERT_EQ(limits.take(target(i), kStart), kStart);
  EXPECT_EQ(limits.take(target(kHearsayBurstInAll), kStart), kStart + kHearsayInAll);
  const base::TimePoint later = kStart + kHearsayInAll;
  EXPECT_EQ(limits.take(target(kHearsayBurstInAll), later), later);
  EXPECT_EQ(limits.take(target(kHearsayBurstInAll + 1), later), later + kHearsayInAll);
}

TEST(HearsayLimits, ADialThatIsNotAllowedCostsNothing) {
  HearsayLimits limits;
  for (std::uint32_t i = 0; i < kHearsayBurst; ++i) limits.take(target(1), kStart);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limits.take(target(1), kStart), kStart + kHearsayPerTarget);
  for (std::uint32_t i = kHearsayBurst; i < kHearsayBurstInAll; ++i) {
    ASSERT_EQ(limits.take(target(i), kStart), kStart);
  }
}

TEST(HearsayLimits, CountASiteOfIp6AsOneTarget) {
  HearsayLimits limits;
  for (std::uint32_t i = 0; i < kHearsayBurst; ++i) {
    const auto host = *Multiaddr::from_text("/ip6/2001:db8::" + std::to_string(i + 1) + "/tcp/1");
    EXPECT_EQ(limits.take(host, kStart), kStart);
  }
  EXPECT_GT(limits.take(*Multiaddr::from_text("/ip6/2001:db8::ff/tcp/1"), kStart), kStart);
  EXPECT_EQ(limits.take(*Multiaddr::from_text("/ip6/2001:db8:0:1::1/tcp/1"), kStart), kStart);
  EXPECT_EQ(limits.take(*Multiaddr::from_text("/ip6zone/eth0/ip6/fe80::1/tcp/1"), kStart), kStart);
}

TEST(HearsayLimits, CountANameAsOneTarget) {
  HearsayLimits limits;
  const auto name = *Multiaddr::from_text("/dns4/node.example/tcp/1");
  for (std::uint32_t i = 0; i < kHearsayBurst; ++i) EXPECT_EQ(limits.take(name, kStart), kStart);
  EXPECT_EQ(limits.take(name, kStart), kStart + kHearsayPerTarget);
}

TEST(HearsayLimits, LeaveLoopbackFree) {
  HearsayLimits limits;
  for (const char* text : {"/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/1"}) {
    for (std::uint32_t i = 0; i <= kHearsayBurstInAll; ++i) {
      ASSERT_EQ(limits.take(*Multiaddr::from_text(text), kStart), kStart);
    }
  }
  EXPECT_EQ(limits.targets(), 0U);
}

/// Dials `count` targets once each, as fast as the limit in all lets it.
base::TimePoint dial_each(HearsayLimits& limits, std::uint32_t count, base::TimePoint now) {
  for (std::uint32_t i = 0; i < count; ++i) {
    for (base::TimePoint at = limits.take(target(i), now); at > now; at = limits.take(target(i), now)) now = at;
  }
  return now;
}

TEST(HearsayLimits, RememberSoManyTargetsAndThenForgetThoseThatHaveTheirBurstBack) {
  HearsayLimits limits;
  const auto most = static_cast<std::uint32_t>(kHearsayTargets);
  base::TimePoint now = dial_each(limits, most, kStart);
  EXPECT_EQ(limits.targets(), kHearsayTargets);
  now += kHearsayInAll;
  EXPECT_EQ(limits.take(target(most - 1), now), now) << "one that is remembered changes nothing";
  EXPECT_EQ(limits.targets(), kHearsayTargets);
  now += kHearsayInAll;
  EXPECT_EQ(limits.take(target(most), now), now);
  EXPECT_LE(limits.targets(), std::size_t{kHearsayPerTarget / kHearsayInAll} + 1);
  for (std::uint32_t i = 1; i < kHearsayBurst; ++i) limits.take(target(most), now += kHearsayInAll);
  EXPECT_GT(limits.take(target(most), now + kHearsayInAll), now + kHearsayInAll) << "who is busy is not forgotten";
}

}  // namespace
}  // namespace peers
