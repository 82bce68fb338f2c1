// Unsigned varints by the vectors of multiformats unsigned-varint.
#include "base/byte_io.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace base {
namespace {

struct VarintCase {
  const char* name;
  std::uint64_t value;
  const char* hex;
};

class VarintVectors : public ::testing::TestWithParam<VarintCase> {};

TEST_P(VarintVectors, EncodeAndDecodeAreInverse) {
  Bytes out;
  append_varint(out, GetParam().value);
  EXPECT_EQ(to_hex(out), GetParam().hex);
  EXPECT_EQ(varint_size(GetParam().value), out.size());
  const Varint got = read_varint(out);
  ASSERT_EQ(got.state, Varint::State::complete);
  EXPECT_EQ(got.value, GetParam().value);
  EXPECT_EQ(got.size, out.size());
}

TEST_P(VarintVectors, EveryProperPrefixIsTruncated) {
  const Bytes whole = *from_hex(GetParam().hex);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_varint(ByteSpan{whole}.first(size)).state, Varint::State::truncated) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(
    ByteIo, VarintVectors,
    ::testing::Values(VarintCase{"Zero", 0, "00"}, VarintCase{"One", 1, "01"}, VarintCase{"OneByteMax", 127, "7f"},
                      VarintCase{"TwoBytes", 128, "8001"}, VarintCase{"ByteMax", 255, "ff01"},
                      VarintCase{"ThreeHundred", 300, "ac02"}, VarintCase{"ThreeBytes", 16384, "808001"},
                      VarintCase{"Largest", (std::uint64_t{1} << 63) - 1, "ffffffffffffffff7f"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Varint, RejectsANonMinimalForm) {
  EXPECT_EQ(read_varint(*from_hex("8100")).state, Varint::State::invalid);
  EXPECT_EQ(read_varint(*from_hex("808000")).state, Varint::State::invalid);
}

TEST(Varint, RejectsOverNineBytes) {
  EXPECT_EQ(read_varint(*from_hex("80808080808080808001")).state, Varint::State::invalid);
  EXPECT_EQ(read_varint(*from_hex("808080808080808080")).state, Varint::State::invalid);
}

TEST(BigEndian, StoreAndLoadAreInverse) {
  std::uint8_t raw[8];
  store_be64(raw, 0x0102030405060708);
  EXPECT_EQ(to_hex(raw), "0102030405060708");
  EXPECT_EQ(load_be64(raw), 0x0102030405060708U);
  EXPECT_EQ(load_be32(raw), 0x01020304U);
  EXPECT_EQ(load_be16(raw + 6), 0x0708U);
}

}  // namespace
}  // namespace base
