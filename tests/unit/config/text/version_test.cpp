// The version of a file: absent, present, older, newer, and what is no version.
#include "config/text/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "config/text/parse.hpp"

namespace config::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> messages(const Diagnostics& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& item : diagnostics.items()) out.push_back(item.to_text("f"));
  return out;
}

constexpr std::string_view kNetwork = "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n";

TEST(Version, MayBeAbsentOrThePresentOne) {
  for (const char* line : {"", "version: 1\n", "version:\n", "version: \"1\"\n"}) {
    const Parsed parsed = parse(line + std::string{kNetwork});
    EXPECT_TRUE(parsed.settings) << line;
    EXPECT_THAT(messages(parsed.diagnostics), IsEmpty()) << line;
  }
}

TEST(Version, ANewerOneIsRefusedAndNothingElseIsJudged) {
  const Parsed parsed = parse("version: 2\nfuture: { keys: 1 }\nlogging: { level: [loud] }\n");
  EXPECT_FALSE(parsed.settings);
  EXPECT_THAT(
      messages(parsed.diagnostics),
      ElementsAre("f:1:10: version: version 2 is of a newer program: this one reads up to version 1: upgrade it"));
}

TEST(Version, WhatIsNoVersionIsRefused) {
  for (const char* value : {"0", "-1", "one", "1.0", "[1]", "99999999999", "\"\""}) {
    const Parsed parsed = parse("version: " + std::string{value} + "\n" + std::string{kNetwork});
    EXPECT_THAT(messages(parsed.diagnostics),
                ElementsAre("f:1:10: version: a whole number is needed here, 1 to 1"))
        << value;
  }
}

/// Steps of a program that is two versions further.
YamlEntry* entry(YamlNode& root, std::string_view name) {
  const auto at = std::ranges::find(root.entries, name, [](const YamlEntry& one) { return one.key.text; });
  return at != root.entries.end() ? &*at : nullptr;
}
constexpr std::array kSteps{Migration{.from = 1,
                                      .what = "'old' is now 'middle'",
                                      .apply =
                                          [](YamlNode& root) {
                                            if (YamlEntry* one = entry(root, "old")) one->key.text = "middle";
                                          }},
                            Migration{.from = 2, .what = "'middle' is now 'new'", .apply = [](YamlNode& root) {
                                        if (YamlEntry* one = entry(root, "middle")) one->key.text = "new";
                                      }}};

TEST(Migrate, AnOlderFileGoesThroughEveryStepAndIsReported) {
  Diagnostics diagnostics;
  YamlNode root = read_yaml("version: 1\nold: x\n", diagnostics).root;
  EXPECT_TRUE(migrate(root, 3, kSteps, diagnostics));
  EXPECT_NE(root.find("new"), nullptr);
  EXPECT_THAT(
      messages(diagnostics),
      ElementsAre(
          "f:1:10: warning: version: version 1 is read as version 2: 'old' is now 'middle': update the file",
          "f:1:10: warning: version: version 2 is read as version 3: 'middle' is now 'new': update the file"));
}

TEST(Migrate, StartsAtTheFilesVersion) {
  Diagnostics diagnostics;
  YamlNode root = read_yaml("version: 2\nold: x\nmiddle: y\n", diagnostics).root;
  EXPECT_TRUE(migrate(root, 3, kSteps, diagnostics));
  EXPECT_NE(root.find("old"), nullptr);
  EXPECT_NE(root.find("new"), nullptr);
  EXPECT_EQ(diagnostics.items().size(), 1U);
}

TEST(Migrate, AMissingStepIsAnError) {
  Diagnostics diagnostics;
  YamlNode root = read_yaml("version: 1\n", diagnostics).root;
  EXPECT_FALSE(migrate(root, 2, {}, diagnostics));
  EXPECT_THAT(messages(diagnostics), ElementsAre("f:1:10: version: version 1 is too old to be read"));
}

TEST(Migrations, LeadFromTheFirstVersionToThePresent) {
  EXPECT_EQ(migrations().size(), kVersion - 1);
  for (std::uint32_t i = 0; i < migrations().size(); ++i) EXPECT_EQ(migrations()[i].from, i + 1);
}

}  // namespace
}  // namespace config::text
