// conf.yaml on a disk: made, completed with a key, or refused; never a key that is not in the file.
#include "config/disk/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/memory_files.hpp"
#include "base/seeded_rng.hpp"
#include "config/text/parse.hpp"

namespace config::disk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPath = "/node/conf.yaml";
constexpr std::string_view kNoKey = "# mine\nnetwork: { addresses: [/ip4/127.0.0.1/tcp/0] }  # here\n";

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() { EXPECT_TRUE(files_.make_directory("/node", 0755)); }

  static std::vector<std::string> messages(const Loaded& loaded) {
    std::vector<std::string> out;
    for (const auto& item : loaded.diagnostics.items()) out.push_back(item.to_text("conf.yaml"));
    return out;
  }

  base::MemoryFiles files_;
  base::SeededRng rng_{3};
};

TEST_F(LoadTest, WritesAMissingFileWithDefaultsAndANewKey) {
  const Loaded first = load(files_, rng_, kPath);
  ASSERT_TRUE(first.settings) << testing::PrintToString(messages(first));
  EXPECT_TRUE(first.created);
  EXPECT_TRUE(first.key_generated);
  EXPECT_EQ(files_.stat(kPath)->mode, 0600U);

  const Loaded second = load(files_, rng_, kPath);
  ASSERT_TRUE(second.settings);
  EXPECT_FALSE(second.created);
  EXPECT_FALSE(second.key_generated);
  EXPECT_THAT(messages(second), IsEmpty());
  EXPECT_EQ(second.settings->node.private_key->public_key(), first.settings->node.private_key->public_key());
}

TEST_F(LoadTest, PutsAGeneratedKeyIntoTheOperatorsFile) {
  files_.put(kPath, kNoKey, 0600);
  const Loaded loaded = load(files_, rng_, kPath);
  ASSERT_TRUE(loaded.settings);
  EXPECT_TRUE(loaded.key_generated);
  EXPECT_FALSE(loaded.created);
  const std::string text = *files_.text(kPath);
  EXPECT_THAT(text, HasSubstr(base::to_base64(loaded.settings->node.private_key->private_key_bytes())));
  EXPECT_TRUE(text.starts_with("# mine\n"));
  EXPECT_TRUE(text.ends_with("  # here\n"));
  EXPECT_EQ(files_.stat(kPath)->mode, 0600U);
}

TEST_F(LoadTest, NeverRunsWithAKeyThatCouldNotBeWritten) {
  files_.put(kPath, kNoKey, 0600);
  files_.fail_changes(EROFS);
  const Loaded loaded = load(files_, rng_, kPath);
  EXPECT_FALSE(loaded.settings);
  EXPECT_THAT(messages(loaded), ElementsAre(HasSubstr("conf.yaml: the new private key cannot be written")));
  EXPECT_EQ(files_.text(kPath), kNoKey);
}

TEST_F(LoadTest, ACrashAtAnyStepLeavesTheOldOrTheNewFile) {
  for (std::uint64_t step = 0; step < 12; ++step) {
    base::MemoryFiles files;
    ASSERT_TRUE(files.make_directory("/node", 0755));
    files.put(kPath, kNoKey, 0600);
    files.die_at(step);
    const Loaded loaded = load(files, rng_, kPath);
    files.crash();
    const std::string text = *files.text(kPath);
    const auto after = text::parse(text);
    ASSERT_TRUE(after.settings) << "step " << step;
    if (loaded.settings) {
      ASSERT_TRUE(after.settings->node.private_key) << "step " << step;
      EXPECT_EQ(after.settings->node.private_key->public_key(), loaded.settings->node.private_key->public_key());
    }
  }
}

TEST_F(LoadTest, WarnsOfAFileThatOthersMayRead) {
  ASSERT_TRUE(load(files_, rng_, kPath).settings);
  files_.put(kPath, *files_.text(kPath), 0640);
  const Loaded loaded = load(files_, rng_, kPath);
  EXPECT_TRUE(loaded.settings);
  EXPECT_THAT(messages(loaded),
              ElementsAre("conf.yaml: warning: mode 0640 lets others read the private key: chmod 600"));
}

TEST_F(LoadTest, ReportsAWrongFileAndLeavesItAlone) {
  files_.put(kPath, "network: {}\n", 0600);
  const Loaded loaded = load(files_, rng_, kPath);
  EXPECT_FALSE(loaded.settings);
  EXPECT_THAT(messages(loaded), ElementsAre(HasSubstr("network.addresses: required")));
  EXPECT_EQ(files_.text(kPath), "network: {}\n");
}

TEST_F(LoadTest, ReportsAFileThatCannotBeRead) {
  ASSERT_TRUE(files_.make_directory("/node/dir", 0755));
  const Loaded loaded = load(files_, rng_, "/node/dir");
  EXPECT_FALSE(loaded.settings);
  EXPECT_THAT(messages(loaded), ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(LoadTest, CheckWritesNothing) {
  const Loaded missing = check(files_, kPath);
  EXPECT_FALSE(missing.settings);
  EXPECT_FALSE(files_.text(kPath));

  files_.put(kPath, kNoKey, 0600);
  const Loaded loaded = check(files_, kPath);
  ASSERT_TRUE(loaded.settings);
  EXPECT_FALSE(loaded.settings->node.private_key);
  EXPECT_EQ(files_.text(kPath), kNoKey);
}

TEST(LogPath, IsRelativeToTheConfiguration) {
  EXPECT_EQ(log_path("/etc/btc/conf.yaml", "node.log"), "/etc/btc/node.log");
  EXPECT_EQ(log_path("conf.yaml", "node.log"), "./node.log");
  EXPECT_EQ(log_path("conf.yaml", "/var/log/node.log"), "/var/log/node.log");
}

}  // namespace
}  // namespace config::disk
