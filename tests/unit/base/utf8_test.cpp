// UTF-8 by RFC 3629: what is accepted, and that every invalid byte is found.
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

struct Utf8Case {
  const char* name;
  std::string_view text;
  std::optional<std::size_t> invalid_at;
};

class Utf8 : public ::testing::TestWithParam<Utf8Case> {};

TEST_P(Utf8, FindsTheFirstInvalidByte) { EXPECT_EQ(find_invalid_utf8(GetParam().text), GetParam().invalid_at); }

INSTANTIATE_TEST_SUITE_P(
    Base, Utf8,
    ::testing::Values(Utf8Case{"Empty", "", std::nullopt}, Utf8Case{"Ascii", "abc\n", std::nullopt},
                      Utf8Case{"TwoThreeAndFourBytes", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", std::nullopt},
                      Utf8Case{"LoneContinuation", "a\x80", 1}, Utf8Case{"CutSequence", "ab\xe2\x82", 2},
                      Utf8Case{"Overlong", "\xc0\xaf", 0}, Utf8Case{"OverlongThreeBytes", "\xe0\x80\xaf", 0},
                      Utf8Case{"Surrogate", "\xed\xa0\x80", 0}, Utf8Case{"AboveTheLast", "\xf4\x90\x80\x80", 0},
                      Utf8Case{"NoSuchLead", "\xff", 0}, Utf8Case{"BadContinuation", "\xc3\x28", 0}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Utf8CodePoint, HasItsValueAndSize) {
  const CodePoint euro = first_code_point("\xe2\x82\xacuro");
  EXPECT_TRUE(euro.valid);
  EXPECT_EQ(euro.value, U'\u20ac');
  EXPECT_EQ(euro.size, 3U);
}

}  // namespace
}  // namespace base
