// The bounds of every key that has some: the last value that is taken at either end, and the first that is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "config/text/keys.hpp"
#include "config/text/parse.hpp"

namespace config::text {
namespace {

struct Bounds {
  const char* key;
  const char* below;
  const char* least;
  const char* most;
  const char* above;
};

constexpr std::array kBounds{
    Bounds{"network.loops", "0", "1", "16", "17"},
    Bounds{"peers.exchange_interval", "999ms", "1s", "24h", "24h1ns"},
    Bounds{"peers.connection_timeout", "999ms", "1s", "10m", "10m1ns"},
    Bounds{"peers.max_connections", "0", "1", "65536", "65537"},
    Bounds{"logging.file_max_size", "65535B", "64KB", "256MB", "262145KB"},
    Bounds{"logging.file_max_backups", "0", "1", "1000", "1001"},
};

/// The messages on a configuration that sets one key.
std::vector<std::string> messages_on(const Bounds& bounds, std::string_view value) {
  const Key& key = *find_key(bounds.key);
  std::string text = "network:\n  addresses: [/ip4/127.0.0.1/tcp/9000]\n";
  if (key.section != "network") text += std::string{key.section} + ":\n";
  text += "  " + std::string{key.name} + ": " + std::string{value} + "\n";
  const Parsed parsed = parse(text);
  std::vector<std::string> out;
  for (const Diagnostic& item : parsed.diagnostics.items()) out.push_back(item.to_text("conf.yaml"));
  EXPECT_EQ(parsed.settings.has_value(), out.empty()) << text;
  return out;
}

class KeyBounds : public ::testing::TestWithParam<Bounds> {};

TEST_P(KeyBounds, AreTheLastValuesThatAreTaken) {
  const Bounds& bounds = GetParam();
  for (const char* taken : {bounds.least, bounds.most}) {
    EXPECT_THAT(messages_on(bounds, taken), ::testing::IsEmpty()) << taken;
  }
  for (const char* refused : {bounds.below, bounds.above}) {
    EXPECT_THAT(messages_on(bounds, refused), ::testing::ElementsAre(::testing::HasSubstr(": out of bounds; ")))
        << refused;
  }
}

INSTANTIATE_TEST_SUITE_P(Config, KeyBounds, ::testing::ValuesIn(kBounds), [](const auto& c) {
  std::string name = c.param.key;
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(KeyBoundsTable, HasEveryKeyThatIsBounded) {
  std::set<std::string> bounded, listed;
  for (const Key& key : all_keys()) {
    if (key.most > key.least) bounded.insert(key.path());
  }
  for (const Bounds& bounds : kBounds) listed.insert(bounds.key);
  EXPECT_EQ(bounded, listed);
}

}  // namespace
}  // namespace config::text
