// Secret bytes hold what they were given and wipe it.
#include "libp2p/crypto/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <numeric>

namespace libp2p::crypto {
namespace {

TEST(Wipe, LeavesOnlyZeroBytes) {
  std::array<std::uint8_t, 5> bytes{1, 2, 3, 4, 5};
  wipe(std::span{bytes}.first(4));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 5>{0, 0, 0, 0, 5}));
}

TEST(Secret, StartsAsZeroAndHoldsWhatItIsGiven) {
  const Secret<4> zero;
  EXPECT_TRUE(std::ranges::all_of(zero.view(), [](std::uint8_t byte) { return byte == 0; }));
  const std::array<std::uint8_t, 4> bytes{9, 8, 7, 6};
  const Secret<4> secret{bytes};
  EXPECT_TRUE(std::ranges::equal(secret.view(), bytes));
}

TEST(Secret, MayBeFilledInPlaceAndCopied) {
  Secret<4> secret;
  std::iota(secret.fill().begin(), secret.fill().end(), std::uint8_t{1});
  const Secret<4> copy = secret;
  EXPECT_TRUE(std::ranges::equal(copy.view(), std::array{1, 2, 3, 4}));
}

TEST(Secret, IsWipedWhenItsLifeEnds) {
  alignas(Secret<16>) std::array<std::uint8_t, sizeof(Secret<16>)> storage{};
  auto* secret = new (storage.data()) Secret<16>;
  std::ranges::fill(secret->fill(), std::uint8_t{0xaa});
  ASSERT_EQ(std::ranges::count(storage, 0xaa), 16);
  secret->~Secret();
  EXPECT_TRUE(std::ranges::all_of(storage, [](std::uint8_t byte) { return byte == 0; }));
}

}  // namespace
}  // namespace libp2p::crypto
