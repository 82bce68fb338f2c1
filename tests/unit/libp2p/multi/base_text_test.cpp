// Bases 58, 36 and 32. Vectors: multiformats multibase "basic" and "two leading zeros" (prefix dropped), RFC 4648
// section 10 (lower case, without padding).
#include "libp2p/multi/base_text.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"

namespace libp2p::multi {
namespace {

struct Vector {
  const char* name;
  std::string bytes;
  const char* base58;
  const char* base36;
  const char* base32;
};

class BaseTextVectors : public ::testing::TestWithParam<Vector> {};

TEST_P(BaseTextVectors, EncodeAndDecodeAreInverse) {
  const base::ByteSpan bytes = base::as_bytes(GetParam().bytes);
  EXPECT_EQ(to_base58(bytes), GetParam().base58);
  EXPECT_EQ(to_base36(bytes), GetParam().base36);
  EXPECT_EQ(to_base32(bytes), GetParam().base32);
  const base::Bytes want(bytes.begin(), bytes.end());
  EXPECT_EQ(from_base58(GetParam().base58), want);
  EXPECT_EQ(from_base36(GetParam().base36), want);
  EXPECT_EQ(from_base32(GetParam().base32), want);
}

INSTANTIATE_TEST_SUITE_P(
    Multi, BaseTextVectors,
    ::testing::Values(Vector{"Empty", "", "", "", ""},
                      Vector{"Basic", "yes mani !", "7paNL19xttacUY", "2lcpzo5yikidynfl", "pfsxgidnmfxgsibb"},
                      Vector{"TwoLeadingZeros", std::string{"\0\0yes mani !", 12}, "117paNL19xttacUY",
                             "002lcpzo5yikidynfl", "aaahszltebwwc3tjeaqq"},
                      Vector{"OnlyZeros", std::string(3, '\0'), "111", "000", "aaaaa"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(BaseText, EncodeAndDecodeAreInverseUpToTheBound) {
  base::SeededRng rng{1};
  for (std::size_t size = 0; size <= kMaxRadixBytes; ++size) {
    for (const std::uint8_t first : base::Bytes{0x00, 0x01, 0x7f, 0xff}) {
      base::Bytes bytes(size);
      rng.fill(bytes);
      if (!bytes.empty()) bytes.front() = first;
      EXPECT_EQ(from_base58(to_base58(bytes)), bytes);
      EXPECT_EQ(from_base36(to_base36(bytes)), bytes);
      EXPECT_EQ(from_base32(to_base32(bytes)), bytes);
    }
  }
  const base::Bytes largest(kMaxRadixBytes, 0xff);
  EXPECT_EQ(from_base36(to_base36(largest)), largest);
  EXPECT_LE(to_base36(largest).size(), kMaxRadixText);
}

TEST(BaseText, RefusesWhatIsOverTheBound) {
  EXPECT_FALSE(from_base58(std::string(kMaxRadixText + 1, '1')));
  EXPECT_FALSE(from_base58(std::string(kMaxRadixBytes + 1, '1')));  // as many zero bytes
  EXPECT_FALSE(from_base58(std::string(kMaxRadixText, 'z')));
  EXPECT_FALSE(from_base36(std::string(kMaxRadixText, 'z')));
}

TEST(BaseText, EncodingMoreThanTheBoundIsOurBug) {
  EXPECT_DEATH(static_cast<void>(to_base58(base::Bytes(kMaxRadixBytes + 1, 1))), "");
}

TEST(BaseText, RefusesForeignCharacters) {
  for (const char* text : {"0", "O", "I", "l", " 2", "2 ", "2\xff"}) EXPECT_FALSE(from_base58(text)) << text;
  for (const char* text : {"A", "-", "a b"}) EXPECT_FALSE(from_base36(text)) << text;
  for (const char* text : {"AA", "a1", "a0", "aa======"}) EXPECT_FALSE(from_base32(text)) << text;
  EXPECT_FALSE(from_base58(std::string_view{"2\0", 2}));
}

TEST(BaseText, Base32RefusesImpossibleLengthsAndSpareBits) {
  for (const char* text : {"a", "aaa", "aaaaaa"}) EXPECT_FALSE(from_base32(text)) << text;
  for (const char* text : {"ab", "aaab", "aaaab", "aaaaaab"}) EXPECT_FALSE(from_base32(text)) << text;
}

}  // namespace
}  // namespace libp2p::multi
