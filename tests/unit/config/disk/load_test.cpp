// conf.yaml on a disk: made, completed with a key, or refused; never a key that is not in the file.
#include "config/disk/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "base/base64.hpp"
#include "base/memory_files.hpp"
#include "base/seeded_rng.hpp"
#include "config/disk/last_good.hpp"
#include "config/text/documents.hpp"
#include "config/text/keys.hpp"
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

TEST_F(LoadTest, SaysNothingOfReadersWhereThereIsNoKeyToRead) {
  files_.put(kPath, kNoKey, 0644);
  EXPECT_THAT(messages(check(files_, kPath)), IsEmpty());
  EXPECT_THAT(messages(load(files_, rng_, kPath)), IsEmpty());
  EXPECT_EQ(files_.stat(kPath)->mode, 0600U) << "it holds one now";
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

// The private key outside conf.yaml.

class KeyElsewhere : public LoadTest {
 protected:
  KeyElsewhere() { EXPECT_TRUE(files_.make_directory("/run", 0755)); }

  /// conf.yaml with this section `node`.
  void configure(const std::string& node, std::uint32_t mode = 0600) {
    files_.put(kPath, std::string{kNoKey} + "node: { " + node + " }\n", mode);
  }
  std::string origin(const Loaded& loaded) {
    return loaded.origins.at(text::index_of(*text::find_key("node.private_key"))).to_text("conf.yaml");
  }

  const Inputs credentials_{.credentials_directory = "/run"};
};

TEST_F(KeyElsewhere, IsReadFromTheFileThatIsNamed) {
  configure("private_key_file: key", 0644);
  const auto made = make_key_file(files_, rng_, "/node/key");
  ASSERT_TRUE(made);
  EXPECT_EQ(files_.stat("/node/key")->mode, 0600U);
  const std::string before = *files_.text(kPath);
  const Loaded loaded = load(files_, rng_, kPath);
  ASSERT_TRUE(loaded.settings) << testing::PrintToString(messages(loaded));
  EXPECT_EQ(loaded.settings->node.private_key->public_key(), made->public_key());
  EXPECT_EQ(origin(loaded), "file /node/key");
  EXPECT_THAT(messages(loaded), IsEmpty()) << "conf.yaml itself holds no secret";
  EXPECT_EQ(*files_.text(kPath), before);
}

TEST_F(KeyElsewhere, IsNotMadeAnewWhenItsFileIsMissing) {
  configure("private_key_file: key");
  const Loaded loaded = load(files_, rng_, kPath);
  EXPECT_FALSE(loaded.settings);
  EXPECT_THAT(messages(loaded), ElementsAre(HasSubstr("/node/key: the private key is not there: restore it")));
  EXPECT_FALSE(files_.text("/node/key"));
  EXPECT_FALSE(text::parse(*files_.text(kPath)).settings->node.private_key) << "nor put into conf.yaml";
}

TEST_F(KeyElsewhere, AWrongFileIsToldWithoutItsText) {
  configure("private_key_file: /run/key");
  files_.put("/run/key", "c2VjcmV0\n", 0600);
  EXPECT_THAT(messages(load(files_, rng_, kPath)), ElementsAre(HasSubstr("/run/key: it has 6 bytes")));
  files_.put("/run/key", "", 0600);
  EXPECT_THAT(messages(load(files_, rng_, kPath)),
              ElementsAre("/run/key: it has 0 bytes; expected base64 of the 64 bytes of an Ed25519 key (seed and "
                          "public key)"));
  files_.put("/run/key", "private_key: c2VjcmV0\n", 0600);
  EXPECT_THAT(messages(load(files_, rng_, kPath)),
              ElementsAre(::testing::AllOf(HasSubstr("/run/key: not base64"), ::testing::Not(HasSubstr("c2Vj")))));
}

TEST_F(KeyElsewhere, WarnsWhenOthersMayReadItsFile) {
  configure("private_key_file: key");
  ASSERT_TRUE(make_key_file(files_, rng_, "/node/key"));
  files_.put("/node/key", *files_.text("/node/key"), 0644);
  const Loaded loaded = load(files_, rng_, kPath);
  EXPECT_TRUE(loaded.settings);
  EXPECT_THAT(messages(loaded),
              ElementsAre("/node/key: warning: mode 0644 lets others read the private key: chmod 600"));
}

TEST_F(KeyElsewhere, DoesNotAdviseAModeForWhatIsNoKey) {
  configure("private_key_file: /run");  // chmod 600 would lock everybody out of the folder
  EXPECT_THAT(messages(load(files_, rng_, kPath)), ElementsAre(HasSubstr("/run: cannot be read")));
}

TEST_F(KeyElsewhere, ComesFromTheServiceManager) {
  files_.put(kPath, kNoKey, 0644);
  const auto made = make_key_file(files_, rng_, "/run/private_key");
  const Loaded loaded = load(files_, rng_, kPath, credentials_);
  ASSERT_TRUE(loaded.settings);
  EXPECT_EQ(loaded.settings->node.private_key->public_key(), made->public_key());
  EXPECT_EQ(origin(loaded), "credential /run/private_key");
  EXPECT_EQ(*files_.text(kPath), kNoKey);
  EXPECT_FALSE(loaded.key_generated);
}

TEST_F(KeyElsewhere, AMissingConfigurationIsThenWrittenWithoutAKey) {
  ASSERT_TRUE(make_key_file(files_, rng_, "/run/private_key"));
  const Loaded loaded = load(files_, rng_, kPath, credentials_);
  ASSERT_TRUE(loaded.settings);
  EXPECT_TRUE(loaded.created);
  EXPECT_EQ(*files_.text(kPath), text::default_file());
}

TEST_F(KeyElsewhere, WithoutACredentialTheKeyIsMade) {
  files_.put(kPath, kNoKey, 0600);
  EXPECT_TRUE(load(files_, rng_, kPath, credentials_).key_generated);
}

TEST_F(KeyElsewhere, TwoKeysAreAnError) {
  ASSERT_TRUE(make_key_file(files_, rng_, "/run/private_key"));
  configure("private_key_file: key");
  EXPECT_THAT(
      messages(load(files_, rng_, kPath, credentials_)),
      ElementsAre("/run/private_key: the service manager gives a private key, and node.private_key_file names "
                  "one: keep one"));
  files_.put(kPath, kNoKey, 0600);
  ASSERT_TRUE(load(files_, rng_, kPath).key_generated);
  EXPECT_THAT(messages(load(files_, rng_, kPath, credentials_)),
              ElementsAre("/run/private_key: the service manager gives a private key, and node.private_key names "
                          "one: keep one"));
}

TEST_F(KeyElsewhere, AKeyFileIsNeverOverwrittenAndNeverHalf) {
  ASSERT_TRUE(make_key_file(files_, rng_, "/node/key"));
  const std::string before = *files_.text("/node/key");
  EXPECT_FALSE(make_key_file(files_, rng_, "/node/key"));
  EXPECT_EQ(*files_.text("/node/key"), before);
  for (std::uint64_t step = 0; step < 5; ++step) {
    files_.reset_steps();
    files_.fail_at(step, ENOSPC);
    EXPECT_FALSE(make_key_file(files_, rng_, "/node/other")) << step;
    EXPECT_FALSE(files_.text("/node/other")) << step;
  }
}

TEST_F(LoadTest, OverridesHoldForAMissingFileAndAreNotWritten) {
  const Inputs inputs{.overrides = text::read_overrides({}, std::vector<std::string>{"network.loops=2"})};
  const Loaded loaded = load(files_, rng_, kPath, inputs);
  ASSERT_TRUE(loaded.settings);
  EXPECT_EQ(loaded.settings->network.loops, 2U);
  EXPECT_THAT(*files_.text(kPath), HasSubstr("loops: 1\n"));
  files_.put(kPath, kNoKey, 0600);
  const Inputs wrong{.overrides = text::read_overrides({}, std::vector<std::string>{"network.loops=0"})};
  EXPECT_FALSE(load(files_, rng_, kPath, wrong).settings);
  EXPECT_EQ(*files_.text(kPath), kNoKey) << "no key is made for a start that is refused";
}

// The configuration that last worked.

TEST_F(LoadTest, TheLastGoodOneIsKeptWithoutItsKey) {
  files_.put(kPath, kNoKey, 0600);
  ASSERT_TRUE(load(files_, rng_, kPath).settings);
  const Loaded loaded = load(files_, rng_, kPath);
  ASSERT_TRUE(keep_last_good(files_, rng_, kPath, loaded.clean_text));
  const std::string path = last_good_path(kPath);
  EXPECT_EQ(path, "/node/conf.yaml.last-good");
  EXPECT_EQ(files_.stat(path)->mode, 0600U);
  const auto kept = text::parse(*files_.text(path));
  ASSERT_TRUE(kept.settings);
  EXPECT_FALSE(kept.settings->node.private_key);
  EXPECT_TRUE(files_.text(path)->starts_with("# mine\n"));

  const auto inode = files_.stat(path)->inode;
  ASSERT_TRUE(keep_last_good(files_, rng_, kPath, loaded.clean_text));
  EXPECT_EQ(files_.stat(path)->inode, inode) << "the same is not written again";
}

TEST_F(LoadTest, NothingIsKeptOfATextThatMayHoldAKeyElsewhere) {
  files_.put(kPath, std::string{kNoKey} + "old: " + std::string(88, 'A') + "\n", 0600);
  const Loaded loaded = load(files_, rng_, kPath);
  EXPECT_TRUE(loaded.settings);
  EXPECT_TRUE(loaded.clean_text.empty());
  EXPECT_FALSE(keep_last_good(files_, rng_, kPath, loaded.clean_text));
  EXPECT_FALSE(files_.text(last_good_path(kPath)));
}

TEST(LogPath, IsRelativeToTheConfiguration) {
  EXPECT_EQ(log_path("/etc/btc/conf.yaml", "node.log"), "/etc/btc/node.log");
  EXPECT_EQ(log_path("conf.yaml", "node.log"), "./node.log");
  EXPECT_EQ(log_path("conf.yaml", "/var/log/node.log"), "/var/log/node.log");
}

}  // namespace
}  // namespace config::disk
