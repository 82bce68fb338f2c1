// Splicing the key: it is there afterwards, and every other byte is as it was.
#include "config/text/private_key.hpp"

#include <gtest/gtest.h>

#include "config/text/documents.hpp"

namespace config::text {
namespace {

constexpr std::string_view kKey = "QUJD";

struct Splice {
  const char* name;
  const char* before;
  const char* after;
};

class WithPrivateKey : public ::testing::TestWithParam<Splice> {};

TEST_P(WithPrivateKey, ChangesNothingElse) {
  const auto got = with_private_key(GetParam().before, kKey);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->view(), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(
    Config, WithPrivateKey,
    ::testing::Values(
        Splice{"EmptyString", "# top\nnode:\n  private_key: \"\"  # keep\nx: 1\n",
               "# top\nnode:\n  private_key: \"QUJD\"  # keep\nx: 1\n"},
        Splice{"SingleQuotes", "node: { private_key: '' }\n", "node: { private_key: \"QUJD\" }\n"},
        Splice{"NoValue", "node:\n  private_key: # none yet\nx: 1\n",
               "node:\n  private_key: \"QUJD\" # none yet\nx: 1\n"},
        Splice{"NoValueAtTheEnd", "node:\n  private_key:", "node:\n  private_key: \"QUJD\""},
        Splice{"Tilde", "node:\n  private_key: ~\n", "node:\n  private_key: \"QUJD\"\n"},
        Splice{"KeyAbsentInBlock", "node:\n    # why\n    name: x\n",
               "node:\n    # why\n    private_key: \"QUJD\"\n    name: x\n"},
        Splice{"KeyAbsentInFlow", "node: { name: x }\n", "node: { private_key: \"QUJD\", name: x }\n"},
        Splice{"EmptyFlow", "node: {}\n", "node: { private_key: \"QUJD\" }\n"},
        Splice{"NullSection", "node: # later\nx: 1\n", "node: { private_key: \"QUJD\" } # later\nx: 1\n"},
        Splice{"SectionAbsent", "# top\nx: 1\n", "# top\nnode: { private_key: \"QUJD\" }\nx: 1\n"},
        Splice{"SectionAbsentInFlow", "{ x: 1 }\n", "{ node: { private_key: \"QUJD\" }, x: 1 }\n"},
        Splice{"WindowsLines", "a: 1\r\nx: 1\r\n", "node: { private_key: \"QUJD\" }\r\na: 1\r\nx: 1\r\n"},
        Splice{"AfterDocumentStart", "---\nx: 1\n", "---\nnode: { private_key: \"QUJD\" }\nx: 1\n"},
        Splice{"OnlyAComment", "# nothing", "# nothing\nnode: { private_key: \"QUJD\" }\n"},
        Splice{"Empty", "", "node: { private_key: \"QUJD\" }\n"},
        Splice{"Umlauts", "# \xc3\xa4\xe2\x82\xac\nnode:\n  private_key: \"\"\n",
               "# \xc3\xa4\xe2\x82\xac\nnode:\n  private_key: \"QUJD\"\n"},
        Splice{"ByteOrderMark",
               "\xef\xbb\xbf"
               "node:\n  private_key: \"\"\n",
               "\xef\xbb\xbf"
               "node:\n  private_key: \"QUJD\"\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(WithPrivateKeyErrors, RefusesWhatIsNoYamlAndWhatItCannotPlace) {
  EXPECT_EQ(with_private_key("a: [", kKey).error(), make_error_code(SpliceErrc::not_yaml));
  EXPECT_EQ(with_private_key("---\n...\n", kKey).error(), make_error_code(SpliceErrc::no_place));
  EXPECT_EQ(with_private_key("[1]\n", kKey).error(), make_error_code(SpliceErrc::no_place));
}

class WithoutPrivateKey : public ::testing::TestWithParam<Splice> {};

TEST_P(WithoutPrivateKey, ChangesNothingElse) {
  const auto got = without_private_key(GetParam().before);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, GetParam().after);
}

#define KEY "xzSVcfNuyYqO4zmHUOG8A3Tqm5p8mSxI0e3eJSqkZ4gJ2xrBm9bFNSaN6YYDV4bTBVlzwNaF79CdacsZvsWRSaNQ=="
INSTANTIATE_TEST_SUITE_P(
    Config, WithoutPrivateKey,
    ::testing::Values(
        Splice{"Plain", "# top\nnode:\n  private_key: " KEY "  # keep\nx: 1\n",
               "# top\nnode:\n  private_key: \"\"  # keep\nx: 1\n"},
        Splice{"Flow", "node: { private_key: \"" KEY "\", a: b }\n", "node: { private_key: \"\", a: b }\n"},
        Splice{"Block", "node:\n  private_key: >-\n    " KEY "\nx: 1\n", "node:\n  private_key: \"\"\nx: 1\n"},
        Splice{"OldKeyInAComment", "# was " KEY "\r\nx: 1 # " KEY "\ny: \"#\" # 2\n# " KEY,
               "# (hidden)\r\nx: 1 # (hidden)\ny: \"#\" # 2\n# (hidden)"},
        Splice{"None", "x: 1\n", "x: 1\n"},
        Splice{"Null", "node: { private_key: ~ }\n", "node: { private_key: ~ }\n"},
        Splice{"APeerIdIsNoKey",
               "logging: { trace_peers: [12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq] }\n",
               "logging: { trace_peers: [12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq] }\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(WithoutPrivateKeyErrors, RefusesAKeyInAnotherPlaceAndWhatIsNoYaml) {
  EXPECT_EQ(without_private_key("node: { private_kye: " KEY " }\n").error(),
            make_error_code(SpliceErrc::key_left));
  EXPECT_EQ(without_private_key("a: [").error(), make_error_code(SpliceErrc::not_yaml));
}
#undef KEY

TEST(WithPrivateKeyErrors, TheDefaultFileTakesAKey) {
  const auto got = with_private_key(default_file(), kKey);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->view().size(), default_file().size() + kKey.size());
}

}  // namespace
}  // namespace config::text
