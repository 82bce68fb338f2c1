// Base64 by the vectors of RFC 4648 section 10, strictness by section 3.5; hex.
#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/seeded_rng.hpp"

namespace base {
namespace {

struct Vector {
  const char* name;
  const char* plain;
  const char* encoded;
};

class Base64Vectors : public ::testing::TestWithParam<Vector> {};

TEST_P(Base64Vectors, EncodeAndDecodeAreInverse) {
  const auto& [name, plain, encoded] = GetParam();
  EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
  const auto decoded = from_base64(encoded);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(as_text(*decoded), plain);
}

INSTANTIATE_TEST_SUITE_P(Rfc4648, Base64Vectors,
                         ::testing::Values(Vector{"Empty", "", ""}, Vector{"OneByte", "f", "Zg=="},
                                           Vector{"TwoBytes", "fo", "Zm8="}, Vector{"ThreeBytes", "foo", "Zm9v"},
                                           Vector{"FourBytes", "foob", "Zm9vYg=="},
                                           Vector{"FiveBytes", "fooba", "Zm9vYmE="},
                                           Vector{"SixBytes", "foobar", "Zm9vYmFy"},
                                           Vector{"LastOfTheAlphabet", "\xfb\xff\xfe", "+//+"}),
                         [](const auto& c) { return std::string{c.param.name}; });

struct Reject {
  const char* name;
  std::string_view text;
};

class Base64Rejects : public ::testing::TestWithParam<Reject> {};

TEST_P(Base64Rejects, WithoutAValue) { EXPECT_FALSE(from_base64(GetParam().text)); }

using namespace std::string_view_literals;

INSTANTIATE_TEST_SUITE_P(Strict, Base64Rejects,
                         ::testing::Values(Reject{"MissingPadding", "Zg"}, Reject{"HalfOfThePadding", "Zg="},
                                           Reject{"OnlyPadding", "===="}, Reject{"ThreePads", "Z==="},
                                           Reject{"TooMuchPadding", "Zm9v===="}, Reject{"PadInside", "Zg==Zg=="},
                                           Reject{"PadBeforeALetter", "Zg=a"},
                                           Reject{"SpareBitsOfOneByte", "Zh=="},
                                           Reject{"SpareBitsOfTwoBytes", "Zm9="}, Reject{"UrlAlphabet", "-_-_"},
                                           Reject{"Space", "Zm 9"}, Reject{"NewlineAtTheEnd", "Zm9\n"},
                                           Reject{"ZeroByte", "Zm9\0"sv}, Reject{"HighByte", "Zm9\xff"}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Base64, RandomBytesOfEveryLengthComeBack) {
  SeededRng rng{4648};
  for (std::size_t size = 0; size < 100; ++size) {
    Bytes bytes(size);
    rng.fill(bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes) << size;
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes) << size;
  }
}

TEST(Hex, IsWrittenInLowerCaseAndReadInBoth) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0x9a, 0xff}), "009aff");
  EXPECT_EQ(from_hex("009aff"), (Bytes{0x00, 0x9a, 0xff}));
  EXPECT_EQ(from_hex("009AFf"), (Bytes{0x00, 0x9a, 0xff}));
  EXPECT_EQ(from_hex(""), Bytes{});
}

class HexRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(HexRejects, WithoutAValue) { EXPECT_FALSE(from_hex(GetParam().text)); }

INSTANTIATE_TEST_SUITE_P(Strict, HexRejects,
                         ::testing::Values(Reject{"OddLength", "0"}, Reject{"BadFirstDigit", "g0"},
                                           Reject{"BadSecondDigit", "0g"}, Reject{"Prefix", "0x00"},
                                           Reject{"BeforeZero", "/0"}, Reject{"AfterNine", "0:"},
                                           Reject{"BetweenTheCases", "0`"}, Reject{"Space", " 0"}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace base
