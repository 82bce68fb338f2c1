// Single keys from the environment and from flags: which one holds, where it came from, and every refusal.
#include "config/text/overrides.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/text/parse.hpp"

namespace config::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kFile =
    "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n"
    "peers: { max_connections: 8 }\n";

Parsed parse_with(std::string_view text, const std::vector<std::string>& environment,
                  const std::vector<std::string>& flags) {
  return parse(text, read_overrides(environment, flags));
}

std::vector<std::string> messages(const Parsed& parsed) {
  std::vector<std::string> out;
  for (const Diagnostic& item : parsed.diagnostics.items()) out.push_back(item.to_text("conf.yaml"));
  return out;
}

std::string origin(const Parsed& parsed, std::string_view path) {
  return parsed.origins.at(index_of(*find_key(path))).to_text("conf.yaml");
}

TEST(Overrides, AFlagBeatsTheEnvironmentWhichBeatsTheFile) {
  const std::string variable = "BTC_FEDERATION_PEERS_MAX_CONNECTIONS=16";
  const std::string flag = "peers.max_connections=32";
  const Parsed file = parse_with(kFile, {}, {});
  const Parsed environment = parse_with(kFile, {"HOME=/root", variable}, {});
  const Parsed both = parse_with(kFile, {variable}, {flag});
  ASSERT_TRUE(file.settings && environment.settings && both.settings);
  EXPECT_EQ(file.settings->peers.max_connections, 8U);
  EXPECT_EQ(environment.settings->peers.max_connections, 16U);
  EXPECT_EQ(both.settings->peers.max_connections, 32U);
  EXPECT_EQ(origin(file, "peers.max_connections"), "conf.yaml:2");
  EXPECT_EQ(origin(environment, "peers.max_connections"), "BTC_FEDERATION_PEERS_MAX_CONNECTIONS");
  EXPECT_EQ(origin(both, "peers.max_connections"), "--set peers.max_connections");
  EXPECT_EQ(origin(both, "logging.level"), "default");
}

TEST(Overrides, ListsReplaceTheFilesList) {
  const Parsed parsed = parse_with(kFile, {"BTC_FEDERATION_NETWORK_ADDRESSES=/ip4/0.0.0.0/tcp/1, /ip6/::/tcp/1"},
                                   {"network.announce_addresses=[/dns4/a.example/tcp/1]", "logging.trace_peers="});
  ASSERT_TRUE(parsed.settings) << testing::PrintToString(messages(parsed));
  EXPECT_EQ(parsed.settings->network.addresses.size(), 2U);
  EXPECT_EQ(parsed.settings->network.announce_addresses.size(), 1U);
  EXPECT_EQ(parsed.settings->logging.trace_peers.size(), 0U);
}

TEST(Overrides, GiveWhatTheFileLacks) {
  const Parsed parsed = parse_with(
      "", {}, {"network.addresses=/ip4/0.0.0.0/tcp/1", "logging.file_output=true", "logging.file_name=a=b.log"});
  ASSERT_TRUE(parsed.settings) << testing::PrintToString(messages(parsed));
  EXPECT_EQ(parsed.settings->logging.file_name, "a=b.log");
}

TEST(Overrides, AnEmptyVariableCountsAsUnset) {
  EXPECT_THAT(
      read_overrides(std::vector<std::string>{"BTC_FEDERATION_LOGGING_LEVEL=", "BTC_FEDERATION_LOGGING_LEVEL"}, {})
          .values,
      IsEmpty());
}

struct Refusal {
  const char* name;
  std::vector<std::string> environment;
  std::vector<std::string> flags;
  const char* want;
};

class OverridesRefuse : public ::testing::TestWithParam<Refusal> {};

TEST_P(OverridesRefuse, WithTheirNameAndACure) {
  const Parsed parsed = parse_with(kFile, GetParam().environment, GetParam().flags);
  ASSERT_THAT(messages(parsed), ElementsAre(GetParam().want));
  EXPECT_EQ(parsed.settings.has_value(), messages(parsed)[0].find(": warning: ") != std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Config, OverridesRefuse,
    ::testing::Values(
        Refusal{"UnknownVariable",
                {"BTC_FEDERATION_LOGGING_LEVLE=info"},
                {},
                "environment: warning: unknown variable 'BTC_FEDERATION_LOGGING_LEVLE' is ignored (did you mean "
                "'BTC_FEDERATION_LOGGING_LEVEL'?)"},
        Refusal{"UnknownFlag",
                {},
                {"loging.level=info"},
                "--set: unknown key 'loging.level' (did you mean 'logging.level'?)"},
        Refusal{"FlagWithoutValue", {}, {"logging.level"}, "--set: 'logging.level': SECTION.KEY=VALUE is needed"},
        Refusal{"WrongValueOfAVariable",
                {"BTC_FEDERATION_PEERS_MAX_CONNECTIONS=0"},
                {},
                "BTC_FEDERATION_PEERS_MAX_CONNECTIONS: peers.max_connections: '0': out of bounds; expected whole "
                "number of connections, 1 to 65536"},
        Refusal{"WrongValueOfAFlag",
                {},
                {"network.addresses=/ip4/0.0.0.0/tpc/1"},
                "--set network.addresses: network.addresses[0]: unknown protocol 'tpc' (did you mean 'tcp'?)"},
        Refusal{"BadUtf8",
                {},
                {"logging.file_name=\xff"},
                "--set logging.file_name: logging.file_name: not valid UTF-8"},
        Refusal{"FileWithoutName",
                {},
                {"logging.file_output=true"},
                "--set logging.file_output: logging.file_name: required when file_output is true"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Overrides, ThePrivateKeyIsNotTakenAndNotRepeated) {
  const std::string key(88, 'A');
  const Parsed parsed = parse_with(kFile, {"BTC_FEDERATION_NODE_PRIVATE_KEY=" + key},
                                   {"node.private_key=" + key, "node.privat_key=" + key});
  EXPECT_FALSE(parsed.settings);
  ASSERT_EQ(parsed.diagnostics.items().size(), 3U);
  for (const std::string& message : messages(parsed)) EXPECT_THAT(message, Not(HasSubstr("AAAA")));
  EXPECT_THAT(messages(parsed),
              ::testing::IsSupersetOf({HasSubstr("BTC_FEDERATION_NODE_PRIVATE_KEY: others can read it there"),
                                       HasSubstr("--set node.private_key: others can read it there")}));
  for (const std::string& message : messages(parsed)) EXPECT_THAT(message, Not(HasSubstr("conf.yaml:")));
}

TEST(Key, HasOneVariableEach) {
  std::vector<std::string> names;
  for (const Key& key : all_keys()) names.push_back(key.variable());
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_THAT(names, ::testing::Contains("BTC_FEDERATION_NODE_PRIVATE_KEY_FILE"));
}

}  // namespace
}  // namespace config::text
