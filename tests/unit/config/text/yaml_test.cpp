// The YAML reader: positions, and every refusal.
#include "config/text/yaml.hpp"

#include <gtest/gtest.h>

#include "config/text/limits.hpp"

namespace config::text {
namespace {

TEST(ReadYaml, GivesKindsTextsAndPlaces) {
  const std::string text =
      "a: 1\n\xc3\xa4"
      "b: [x, \"y\"]  # \xe2\x82\xac\nc: { d: ~ }\n";
  Diagnostics diagnostics;
  const auto root = read_yaml(text, diagnostics);
  ASSERT_TRUE(root);
  const YamlNode* list = root->find(
      "\xc3\xa4"
      "b");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->at, (Position{2, 5}));
  EXPECT_EQ(text.substr(list->begin, list->end - list->begin), "[x, \"y\"]") << "offsets are bytes";
  EXPECT_TRUE(list->items.at(0).plain);
  EXPECT_FALSE(list->items.at(1).plain);
  EXPECT_TRUE(root->find("c")->find("d")->is_null());
  EXPECT_EQ(root->find("none"), nullptr);
}

TEST(ReadYaml, TakesAByteOrderMarkAndWindowsLines) {
  const std::string text =
      "\xef\xbb\xbf"
      "a: 1\r\nb: two\r\n";
  Diagnostics diagnostics;
  const auto root = read_yaml(text, diagnostics);
  ASSERT_TRUE(root);
  const YamlNode* b = root->find("b");
  EXPECT_EQ(text.substr(b->begin, b->end - b->begin), "two");
  EXPECT_EQ(b->at, (Position{2, 4}));
}

struct Refusal {
  const char* name;
  std::string text;
  const char* want;
};

class ReadYamlRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(ReadYamlRefuses, WithItsPlace) {
  Diagnostics diagnostics;
  EXPECT_FALSE(read_yaml(GetParam().text, diagnostics));
  ASSERT_EQ(diagnostics.items().size(), 1U);
  EXPECT_EQ(diagnostics.items()[0].to_text("f"), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Config, ReadYamlRefuses,
    ::testing::Values(
        Refusal{"Anchor", "a: &x 1\n", "f:1:4: anchors are not supported: write the value out"},
        Refusal{"Alias", "a: *x\n", "f:1:4: aliases are not supported: write the value out"},
        Refusal{"Tag", "a: !!str 1\n", "f:1:4: tags are not supported"},
        Refusal{"AnchorOnAList", "a: &x [1]\n", "f:1:4: anchors are not supported: write the value out"},
        Refusal{"AnchorOnAMapping", "a: &x {}\n", "f:1:4: anchors are not supported: write the value out"},
        Refusal{"DuplicateKey", "a: 1\nb: 2\na: 3\n", "f:3:1: duplicate key 'a'"},
        Refusal{"KeyThatIsAList", "[a]: 1\n", "f:1:1: a key must be plain text"},
        Refusal{"SecondDocument", "a: 1\n---\nb: 2\n", "f:2:1: only one document is allowed in this file"},
        Refusal{"Tab", "a:\n\tb: 1\n", "f:2:1: a tab is not allowed here: indent with spaces"},
        Refusal{"BadUtf8", "a: 1\n\xc3\xa4: \xff\n", "f:2:4: not valid UTF-8: save the file as UTF-8"},
        Refusal{"OpenBracket", "a: [1\n", "f:2:1: not valid YAML: did not find expected ',' or ']'"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(ReadYaml, RefusesALargeFile) {
  Diagnostics diagnostics;
  EXPECT_TRUE(read_yaml(std::string(kMaxFileBytes, '\n'), diagnostics));
  EXPECT_FALSE(read_yaml(std::string(kMaxFileBytes + 1, '\n'), diagnostics));
}

TEST(ReadYaml, RefusesDeepNesting) {
  Diagnostics diagnostics;
  EXPECT_TRUE(read_yaml(std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']'), diagnostics));
  EXPECT_FALSE(read_yaml(std::string(kMaxFileBytes, '['), diagnostics));
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Nearest, FindsSwapsAndMissingLettersOnly) {
  EXPECT_EQ(nearest("levle", {"level", "format"}), "level");
  EXPECT_EQ(nearest("fomat", {"level", "format"}), "format");
  EXPECT_EQ(nearest("xyz", {"level", "format"}), "");
  EXPECT_EQ(nearest(std::string(1000, 'x'), {"level"}), "");
}

}  // namespace
}  // namespace config::text
