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
  const YamlDocument document = read_yaml(text, diagnostics);
  ASSERT_TRUE(document.whole);
  const YamlNode* root = &document.root;
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
  const YamlDocument document = read_yaml(text, diagnostics);
  ASSERT_TRUE(document.whole);
  const YamlNode* root = &document.root;
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
  read_yaml(GetParam().text, diagnostics);
  EXPECT_TRUE(diagnostics.has_errors());
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

/// What stands behind a fault is told as well.
TEST(ReadYaml, GoesOnBehindAFault) {
  Diagnostics diagnostics;
  const YamlDocument document =
      read_yaml("a: 1\na: 2\nb: *x\nc: \xff\xfe\nd:\n e: 1\nf: \x07\ng: 7\nh: [1\n", diagnostics);
  EXPECT_FALSE(document.whole);
  diagnostics.sort();
  std::vector<std::string> got;
  for (const Diagnostic& item : diagnostics.items()) got.push_back(item.to_text("f"));
  const std::vector<std::string> want{
      "f:2:1: duplicate key 'a'", "f:3:4: aliases are not supported: write the value out",
      "f:4:4: not valid UTF-8: save the file as UTF-8", "f:7:4: a control character is not allowed here",
      "f:10:1: not valid YAML: did not find expected ',' or ']'"};
  EXPECT_EQ(got, want);
  ASSERT_NE(document.root.find("g"), nullptr);
  EXPECT_EQ(document.root.find("g")->text, "7");
  EXPECT_EQ(document.root.find("a")->text, "1") << "the first of two";
  EXPECT_EQ(document.root.find("h"), nullptr) << "half a list";
}

TEST(ReadYaml, ReadsATabAsASpaceToTellOfTheRest) {
  Diagnostics diagnostics;
  const YamlDocument document = read_yaml("a:\n\tb: 1\nc:\n\td: &x 1\n  e: 1\n", diagnostics);
  diagnostics.sort();
  std::vector<std::string> got;
  for (const Diagnostic& item : diagnostics.items()) got.push_back(item.to_text("f"));
  const std::vector<std::string> want{"f:2:1: a tab is not allowed here: indent with spaces",
                                      "f:4:1: a tab is not allowed here: indent with spaces",
                                      "f:4:5: anchors are not supported: write the value out"};
  EXPECT_EQ(got, want) << "that line 5 does not fit is the tabs' fault";
  EXPECT_NE(document.root.find("a"), nullptr);
}

TEST(ReadYaml, ReportsTabsUpToALimit) {
  std::string text;
  for (std::size_t i = 0; i < kMaxMendedTabs + 5; ++i) text += "s" + std::to_string(i) + ":\n\ta: 1\n";
  Diagnostics diagnostics;
  EXPECT_FALSE(read_yaml(text, diagnostics).whole);
  EXPECT_EQ(diagnostics.items().size(), kMaxMendedTabs + 1);
}

TEST(ReadYaml, RefusesALargeFile) {
  Diagnostics diagnostics;
  EXPECT_TRUE(read_yaml(std::string(kMaxFileBytes, '\n'), diagnostics).whole);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_FALSE(read_yaml(std::string(kMaxFileBytes + 1, '\n'), diagnostics).whole);
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(ReadYaml, RefusesDeepNesting) {
  Diagnostics diagnostics;
  EXPECT_TRUE(read_yaml(std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']'), diagnostics).whole);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_FALSE(read_yaml(std::string(kMaxFileBytes, '['), diagnostics).whole);
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
