#include "libp2p-peer/pattern.hpp"

#include <gtest/gtest.h>

namespace libp2p_peer {
namespace {

TEST(Pattern, GivesTheSameBytesInAnyPieces) {
  const Pattern pattern;
  base::Bytes in_odd_pieces;
  while (in_odd_pieces.size() < 3 * kBlockBytes)
    base::append(in_odd_pieces, pattern.at(in_odd_pieces.size(), 4099));
  EXPECT_TRUE(pattern.matches(0, in_odd_pieces));
}

TEST(Pattern, GivesAtMostOneBlock) {
  const Pattern pattern;
  EXPECT_EQ(pattern.at(65'520, 1'000'000).size(), kBlockBytes);
  EXPECT_EQ(pattern.at(5, 3).size(), 3U);
}

TEST(Pattern, ShowsALostOrDoubledBlock) {
  const Pattern pattern;
  const base::ByteSpan second = pattern.at(kBlockBytes, kBlockBytes);
  EXPECT_TRUE(pattern.matches(kBlockBytes, second));
  EXPECT_FALSE(pattern.matches(0, second));
  EXPECT_FALSE(pattern.matches(2 * kBlockBytes, second));
}

TEST(Pattern, ShowsOneWrongByteBeyondTheFirstBlock) {
  const Pattern pattern;
  base::Bytes bytes;
  while (bytes.size() < 2 * kBlockBytes) base::append(bytes, pattern.at(bytes.size(), kBlockBytes));
  bytes.back() ^= 1;
  EXPECT_FALSE(pattern.matches(0, bytes));
}

}  // namespace
}  // namespace libp2p_peer
