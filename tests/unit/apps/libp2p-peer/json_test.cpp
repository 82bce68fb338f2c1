#include "libp2p-peer/json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace libp2p_peer {
namespace {

struct Escape {
  const char* name;
  std::string text;
  std::string want;
};

class JsonText : public ::testing::TestWithParam<Escape> {};

TEST_P(JsonText, IsWrittenAsValidUtf8Json) {
  JsonObject object;
  EXPECT_EQ(object.text("k", GetParam().text).line(), R"({"k":")" + GetParam().want + "\"}");
}

INSTANTIATE_TEST_SUITE_P(
    Of, JsonText,
    ::testing::Values(Escape{"PlainText", "go-libp2p/0.51", "go-libp2p/0.51"}, Escape{"NoText", "", ""},
                      Escape{"QuotesAndBackslashes", R"(a"b\c)", R"(a\"b\\c)"},
                      Escape{"ControlCharacters", std::string{"\n\x01\x7f\0", 4}, R"(\u000a\u0001\u007f\u0000)"},
                      Escape{"TwoToFourByteCharacters", "\u00e9\u20ac\U0001f600", "\u00e9\u20ac\U0001f600"},
                      Escape{"AStrayByte",
                             "a\xff"
                             "b",
                             "a\ufffd"
                             "b"},
                      Escape{"ACutSequence", "\xe2\x82", "\ufffd\ufffd"},
                      Escape{"AnOverlongSlash", "\xc0\xaf", "\ufffd\ufffd"},
                      Escape{"AnOverlongThreeByteForm", "\xe0\x9f\xbf", "\ufffd\ufffd\ufffd"},
                      Escape{"ASurrogate", "\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
                      Escape{"BeyondUnicode", "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"}),
    [](const auto& test) { return std::string{test.param.name}; });

TEST(JsonObject, KeepsTheOrderOfItsFields) {
  const std::array<std::string, 2> words{"a", "b"};
  JsonObject object;
  object.text("t", "x").flag("f", false).integer("i", std::numeric_limits<std::uint64_t>::max()).null("n");
  object.texts("w", words).texts("none", {});
  EXPECT_EQ(object.line(), R"({"t":"x","f":false,"i":18446744073709551615,"n":null,"w":["a","b"],"none":[]})");
}

TEST(JsonObject, RoundsNumbersToSixDecimals) {
  const std::array values{0.1, 1234.5678901, 3.0};
  JsonObject object;
  EXPECT_EQ(object.numbers("v", values).line(), R"({"v":[0.1,1234.56789,3]})");
}

TEST(JsonObject, WritesNullForWhatIsNotANumber) {
  JsonObject object;
  object.number("nan", std::numeric_limits<double>::quiet_NaN());
  object.number("inf", std::numeric_limits<double>::infinity());
  EXPECT_EQ(object.line(), R"({"nan":null,"inf":null})");
}

TEST(JsonObject, AppendsTheFieldsOfAnother) {
  JsonObject empty, one, two;
  one.integer("a", 1);
  two.integer("b", 2);
  EXPECT_EQ(one.fields(empty).fields(two).line(), R"({"a":1,"b":2})");
  EXPECT_EQ(empty.fields(two).line(), R"({"b":2})");
}

}  // namespace
}  // namespace libp2p_peer
