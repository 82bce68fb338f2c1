// What is kept of absent peers: until they recovered, and of so many.
#include "exchange/standing.hpp"

#include <gtest/gtest.h>

#include "support/exchange_network.hpp"

namespace exchange {
namespace {

/// Any id; no key is needed here.
libp2p::PeerId id(std::uint32_t number) {
  base::Bytes bytes(34, 0);
  bytes[0] = 0x12;
  bytes[1] = 32;
  base::store_be32(&bytes[2], number);
  return *libp2p::PeerId::from_bytes(bytes);
}

Standing used(base::TimePoint now) {
  Standing standing;
  standing.messages.take(now, kMessagesPerPeer.burst);
  return standing;
}

class AbsentPeers : public ::testing::Test {
 protected:
  base::TimePoint now{base::Duration{std::chrono::hours{1000}}};
  AbsentStandings absent;
};

TEST_F(AbsentPeers, GiveBackWhatAPeerLeftWithOnce) {
  absent.keep(id(1), used(now), now);
  EXPECT_FALSE(absent.take(id(1)).messages.take(now));
  EXPECT_TRUE(absent.take(id(1)).messages.take(now)) << "it has it back";
}

TEST_F(AbsentPeers, KeepNoSpotlessOnes) {
  absent.keep(id(1), {}, now);
  EXPECT_EQ(absent.size(), 0U);
  Standing blamed;
  blamed.abuse.add(now, kAbuseBadRecord);
  absent.keep(id(2), blamed, now);
  EXPECT_EQ(absent.size(), 1U) << "points count too";
  now += std::chrono::minutes{10};
  absent.keep(id(3), used(now), now);
  EXPECT_EQ(absent.size(), 1U) << "who recovered is forgotten";
}

TEST_F(AbsentPeers, ForgetTheLongestAbsent) {
  const auto many = static_cast<std::uint32_t>(kMaxAbsentStandings);
  for (std::uint32_t i = 0; i <= many; ++i) absent.keep(id(i), used(now), now);
  EXPECT_EQ(absent.size(), kMaxAbsentStandings);
  EXPECT_TRUE(absent.take(id(0)).messages.take(now));
  EXPECT_FALSE(absent.take(id(1)).messages.take(now));
  EXPECT_FALSE(absent.take(id(many)).messages.take(now));
}

}  // namespace
}  // namespace exchange
