#include "libp2p/crypto/point.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "libp2p/key.hpp"

namespace libp2p::crypto {
namespace {

using Raw = std::array<std::uint8_t, 32>;

TEST(Ed25519Point, EveryPublicKeyIsOne) {
  for (std::uint8_t number = 0; number < 20; ++number) {
    Raw seed{};
    seed.fill(number);
    Raw key{};
    std::ranges::copy(Identity::from_seed(seed).public_key().data(), key.begin());
    EXPECT_TRUE(is_ed25519_point(key)) << int(number);
  }
}

struct NoPoint {
  const char* name;
  std::uint8_t first;
  std::uint8_t others;
};
class Ed25519NoPoint : public ::testing::TestWithParam<NoPoint> {};

TEST_P(Ed25519NoPoint, IsRefused) {
  Raw raw{};
  raw.fill(GetParam().others);
  raw.front() = GetParam().first;
  EXPECT_FALSE(is_ed25519_point(raw));
}

INSTANTIATE_TEST_SUITE_P(Crypto, Ed25519NoPoint,
                         ::testing::Values(NoPoint{"SmallOrderZero", 0, 0}, NoPoint{"Neutral", 1, 0},
                                           NoPoint{"NotOnTheCurve", 2, 0}, NoPoint{"NotCanonical", 0xff, 0xff}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace libp2p::crypto
