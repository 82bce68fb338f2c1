// A canary key is fed to everything that reads a configuration, and looked for in everything that comes out:
// messages, documents, copies on the disk, and the memory that a core dump would hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/base64.hpp"
#include "base/memory_files.hpp"
#include "base/posix_files.hpp"
#include "base/seeded_rng.hpp"
#include "base/system.hpp"
#include "config/disk/last_good.hpp"
#include "config/disk/load.hpp"
#include "config/text/documents.hpp"
#include "config/text/keys.hpp"
#include "config/text/secret_text.hpp"
#include "libp2p/crypto/secret.hpp"
#include "support/temporary_folder.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BF_SANITIZED 1
#endif
#endif

namespace config::disk {
namespace {

constexpr const char* kPath = "/node/conf.yaml";
constexpr std::string_view kNetwork = "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n";

std::string canary() {
  base::SeededRng rng{77};
  return base::to_base64(libp2p::Identity::generate(rng).private_key_bytes());
}

/// Every text that one reading gives.
std::vector<std::string> outputs(const Loaded& loaded) {
  std::vector<std::string> out{loaded.clean_text, loaded.diagnostics.to_json(kPath)};
  for (const auto& item : loaded.diagnostics.items()) out.push_back(item.to_text(kPath));
  if (loaded.settings) {
    out.push_back(text::effective_file(*loaded.settings, loaded.origins, kPath));
    for (const text::Key& key : text::all_keys()) out.push_back(text::value_text(key, *loaded.settings));
  }
  return out;
}

class Canary : public ::testing::TestWithParam<std::string> {};

TEST_P(Canary, ShowsInNoOutput) {
  const std::string key = canary();
  std::string content = GetParam();
  content.replace(content.find("KEY"), 3, key);
  base::MemoryFiles files;
  base::SeededRng rng{1};
  ASSERT_TRUE(files.make_directory("/node", 0755));
  ASSERT_TRUE(files.make_directory("/run", 0755));
  files.put("/node/key", key + "\n", 0644);
  files.put("/node/half", "private_key: " + key, 0600);
  files.put(kPath, content, 0644);
  const std::vector<std::string> environment{"BTC_FEDERATION_NODE_PRIVATE_KEY=" + key,
                                             "BTC_FEDERATION_LOGGING_LEVEL=" + key};
  const std::vector<std::string> flags{"node.private_key=" + key, key + "=1", key, "network.addresses=" + key};
  for (const Inputs& inputs : {Inputs{}, Inputs{.overrides = text::read_overrides(environment, flags)}}) {
    const Loaded checked = check(files, kPath, inputs);
    const Loaded loaded = load(files, rng, kPath, inputs);
    if (loaded.settings && !loaded.clean_text.empty()) {
      EXPECT_TRUE(keep_last_good(files, rng, kPath, loaded.clean_text));
    }
    for (const Loaded* one : {&checked, &loaded}) {
      for (const std::string& output : outputs(*one)) {
        EXPECT_EQ(output.find(key.substr(0, 12)), std::string::npos) << output;
        EXPECT_EQ(output.find(key.substr(70, 12)), std::string::npos) << output;
      }
    }
  }
  const auto kept = files.text(last_good_path(kPath)).value_or("");
  EXPECT_EQ(kept.find(key.substr(0, 12)), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Config, Canary,
                         ::testing::Values(std::string{kNetwork} + "node: { private_key: KEY }\n",
                                           std::string{kNetwork} + "node:\n  private_key: >-\n    KEY\n",
                                           std::string{kNetwork} + "# old: KEY\nnode: { private_key_file: key }\n",
                                           std::string{kNetwork} + "# KEY\nnode: { private_key_file: half }\n",
                                           std::string{kNetwork} + "node: { private_key_file: KEY }\n",
                                           std::string{kNetwork} + "node: { private_kye: KEY }\n",
                                           std::string{kNetwork} + "KEY: 1\n",
                                           std::string{kNetwork} + "node: { private_key: KEYx }\n",
                                           std::string{kNetwork} + "logging: { file_name: KEY, level: KEY }\n",
                                           std::string{kNetwork} + "node: { private_key: KEY\n",
                                           std::string{"KEY"}, std::string{"node: { private_key: KEY }\n"},
                                           "version: KEY\n" + std::string{kNetwork}),
                         [](const auto& c) { return "Place" + std::to_string(c.index); });

// What a core dump would hold.

/// Bytes to look for, kept so that the search does not find them here.
class Needle {
 public:
  explicit Needle(std::string_view secret) {
    for (const char c : secret) hidden_.push_back(static_cast<char>(c ^ kMask));
  }
  bool in(std::string_view memory) const {
    const auto same = [](char seen, char hidden) { return seen == static_cast<char>(hidden ^ kMask); };
    return !std::ranges::search(memory, hidden_, same).empty();
  }

 private:
  static constexpr char kMask = 0x5a;
  std::string hidden_;
};

/// The regions of this process that a core dump takes: readable, and not marked "dd" (do not dump).
std::vector<std::pair<std::uintptr_t, std::size_t>> dumped_regions() {
  std::vector<std::pair<std::uintptr_t, std::size_t>> regions;
  std::ifstream maps{"/proc/self/smaps"};
  std::string line;
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::string access;
  while (std::getline(maps, line)) {
    std::istringstream words{line};
    char dash = 0;
    std::uintptr_t first = 0;
    std::uintptr_t last = 0;
    std::string rights;
    if (words >> std::hex >> first >> dash >> last >> rights && dash == '-') {
      begin = first;
      end = last;
      access = rights;
    } else if (line.starts_with("VmFlags:") && access.starts_with("rw") && line.find(" dd") == std::string::npos) {
      regions.emplace_back(begin, end - begin);
    }
  }
  return regions;
}

bool dump_holds(const Needle& needle) {
  std::ifstream memory{"/proc/self/mem", std::ios::binary};
  for (const auto& [begin, size] : dumped_regions()) {
    std::string content(size, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(content.data(), static_cast<std::streamsize>(size));
    if (needle.in(std::string_view{content}.substr(0, static_cast<std::size_t>(memory.gcount())))) return true;
  }
  return false;
}

class CoreDump : public ::testing::Test {
 protected:
  static void expect_no_trace_of(const libp2p::Identity& identity) {
    auto raw = identity.private_key_bytes();
    const Needle seed{std::string_view{reinterpret_cast<const char*>(raw.data()), 32}};
    libp2p::crypto::wipe(raw);
    const Needle base64{text::SecretText::of(identity).view().substr(0, 40)};
    EXPECT_FALSE(dump_holds(seed));
    EXPECT_FALSE(dump_holds(base64));
  }

  support::TemporaryFolder folder_;
};

TEST_F(CoreDump, HoldsNoPartOfTheKey) {
#ifdef BF_SANITIZED
  GTEST_SKIP() << "a sanitizer keeps what was freed";
#endif
  base::PosixFiles files;
  base::SystemRng rng;
  const Loaded made = load(files, rng, folder_ / "conf.yaml");
  ASSERT_TRUE(made.key_generated);
  expect_no_trace_of(*made.settings->node.private_key);
  const Loaded read = load(files, rng, folder_ / "conf.yaml");
  ASSERT_TRUE(read.settings);
  ASSERT_FALSE(read.key_generated);
  expect_no_trace_of(*read.settings->node.private_key);
  // Another program rewrites it, so that this one never holds the line.
  const std::string to_block = "sed -i 's/private_key: \"\\(.*\\)\"/private_key: >-\\n    \\1/' ";
  ASSERT_EQ(std::system((to_block + (folder_ / "conf.yaml")).c_str()), 0);
  const Loaded block = load(files, rng, folder_ / "conf.yaml");
  ASSERT_TRUE(block.settings);
  ASSERT_FALSE(block.key_generated);
  expect_no_trace_of(*block.settings->node.private_key);
  const auto in_file = make_key_file(files, rng, folder_ / "key");
  ASSERT_TRUE(in_file);
  const std::vector<std::string> flags{"node.private_key_file=key", "network.addresses=/ip4/127.0.0.1/tcp/1"};
  const Loaded elsewhere =
      load(files, rng, folder_ / "other.yaml", {.overrides = text::read_overrides({}, flags)});
  ASSERT_TRUE(elsewhere.settings);
  expect_no_trace_of(*elsewhere.settings->node.private_key);
}

/// The search itself: it finds what lies about.
TEST_F(CoreDump, TheSearchFindsAKeyThatIsLeft) {
  base::SeededRng rng{5};
  const std::string left = base::to_base64(libp2p::Identity::generate(rng).private_key_bytes());
  EXPECT_TRUE(dump_holds(Needle{left}));
}

}  // namespace
}  // namespace config::disk
