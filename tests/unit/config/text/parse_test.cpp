// conf.yaml as operators write it: what is read, and every kind of fault with its place and its cure.
#include "config/text/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
#include "config/text/keys.hpp"
#include "config/text/limits.hpp"

namespace config::text {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kNetwork = "network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\n";

std::vector<std::string> messages(const Parsed& parsed) {
  std::vector<std::string> out;
  for (const Diagnostic& item : parsed.diagnostics.items()) out.push_back(item.to_text("conf.yaml"));
  return out;
}

std::vector<std::string> messages(std::string_view text) { return messages(parse(text)); }

std::string test_key() {
  base::SeededRng rng{42};
  return base::to_base64(libp2p::Identity::generate(rng).private_key_bytes());
}

TEST(Parse, TakesDefaultsForEverythingButTheAddresses) {
  const Parsed parsed = parse(kNetwork);
  ASSERT_TRUE(parsed.settings) << testing::PrintToString(messages(parsed));
  EXPECT_THAT(messages(parsed), IsEmpty());
  const Settings& got = *parsed.settings;
  EXPECT_FALSE(got.node.private_key);
  EXPECT_EQ(got.network.addresses.at(0).to_text(), "/ip4/127.0.0.1/tcp/9000");
  EXPECT_THAT(got.network.announce_addresses, IsEmpty());
  EXPECT_EQ(got.network.loops, 1U);
  EXPECT_EQ(got.peers.exchange_interval, 30s);
  EXPECT_EQ(got.peers.connection_timeout, 10s);
  EXPECT_EQ(got.peers.max_connections, 1024U);
  EXPECT_EQ(got.logging.level, observe::Level::info);
  EXPECT_EQ(got.logging.format, observe::LineFormat::json);
  EXPECT_TRUE(got.logging.console_output);
  EXPECT_TRUE(got.logging.console_color);
  EXPECT_FALSE(got.logging.file_output);
  EXPECT_EQ(got.logging.file_name, "");
  EXPECT_EQ(got.logging.file_max_size.bytes, 10U << 20);
  EXPECT_EQ(got.logging.file_max_backups, 10U);
  EXPECT_THAT(got.logging.trace_peers, IsEmpty());
}

TEST(Parse, ReadsEveryKey) {
  const Parsed parsed = parse(R"(
node: { private_key: ")" + test_key() +
                              R"(" }
network:
  addresses:
    - /ip4/0.0.0.0/tcp/9000
    - "/ip6/::/tcp/9000"
    - /ip4/0.0.0.0/tcp/0
  announce_addresses: [/dns4/node1.example.com/tcp/9000]
  loops: 4
peers: { exchange_interval: 1m30s, connection_timeout: 5s, max_connections: 64 }
logging:
  level: debug
  format: text
  console_output: false
  console_color: false
  file_output: true
  file_name: node.log
  file_max_size: 64KB
  file_max_backups: 3
  trace_peers: [12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq]
)");
  ASSERT_TRUE(parsed.settings) << testing::PrintToString(messages(parsed));
  EXPECT_THAT(messages(parsed), IsEmpty());
  const Settings& got = *parsed.settings;
  ASSERT_TRUE(got.node.private_key);
  EXPECT_EQ(base::to_base64(got.node.private_key->private_key_bytes()), test_key());
  EXPECT_EQ(got.network.addresses.size(), 3U);
  EXPECT_EQ(got.network.announce_addresses.size(), 1U);
  EXPECT_EQ(got.peers.exchange_interval, 90s);
  EXPECT_EQ(got.peers.max_connections, 64U);
  EXPECT_EQ(got.logging.level, observe::Level::debug);
  EXPECT_EQ(got.logging.format, observe::LineFormat::text);
  EXPECT_FALSE(got.logging.console_output);
  EXPECT_EQ(got.logging.file_name, "node.log");
  EXPECT_EQ(got.logging.file_max_size.bytes, 65536U);
  EXPECT_EQ(got.logging.trace_peers.size(), 1U);
  EXPECT_EQ(got.network.loops, 4U);
  EXPECT_EQ(changed_keys(Settings{}, got).size(), all_keys().size() - 1) << "all but node.private_key_file";
}

TEST(Parse, NullIsAsIfAbsent) {
  EXPECT_THAT(messages(std::string{kNetwork} + "node:\npeers: ~\nlogging: { level: null, trace_peers: }\n"),
              IsEmpty());
}

struct Fault {
  const char* name;
  std::string text;
  const char* want;  ///< The whole first message.
};

class ParseFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(ParseFaults, AreReportedWithPlaceValueAndCure) {
  const Parsed parsed = parse(GetParam().text);
  ASSERT_FALSE(parsed.diagnostics.items().empty());
  EXPECT_EQ(messages(parsed).front(), GetParam().want);
  EXPECT_EQ(parsed.settings.has_value(), messages(parsed).front().find(": warning: ") != std::string::npos);
}

std::string network(const std::string& addresses) { return "network:\n  addresses: " + addresses + "\n"; }
std::string logging(const std::string& entry) { return std::string{kNetwork} + "logging:\n  " + entry + "\n"; }
std::string peers(const std::string& entry) { return std::string{kNetwork} + "peers:\n  " + entry + "\n"; }
std::string node(const std::string& entry) { return std::string{kNetwork} + "node:\n  " + entry + "\n"; }

INSTANTIATE_TEST_SUITE_P(
    Config, ParseFaults,
    ::testing::Values(
        Fault{"Empty", "",
              "conf.yaml:1:1: network.addresses: required: a list of addresses such as "
              "/ip4/0.0.0.0/tcp/9000, not empty"},
        Fault{"NoAddresses", network("[]"),
              "conf.yaml:2:14: network.addresses: must not be empty; expected list of "
              "addresses such as /ip4/0.0.0.0/tcp/9000, not empty"},
        Fault{"MisspeltProtocol", network("[/ip4/0.0.0.0/tcp/1, /ip4/0.0.0.0/tpc/9000]"),
              "conf.yaml:2:35: network.addresses[1]: unknown protocol 'tpc' (did you mean 'tcp'?)"},
        Fault{"ListenOnAName", network("[/dns4/example.com/tcp/9000]"),
              "conf.yaml:2:15: network.addresses[0]: '/dns4/example.com/tcp/9000': cannot listen on a name: give "
              "an IP "
              "address such as /ip4/0.0.0.0/tcp/9000"},
        Fault{"ListenWithoutTcp", network("[/ip4/1.2.3.4]"),
              "conf.yaml:2:15: network.addresses[0]: '/ip4/1.2.3.4': cannot listen here: an address such as "
              "/ip4/0.0.0.0/tcp/9000 is needed"},
        Fault{
            "MappedIp6", network("[\"/ip6/::ffff:1.2.3.4/tcp/1\"]"),
            "conf.yaml:2:15: network.addresses[0]: '/ip6/::ffff:1.2.3.4/tcp/1': listeners are IPv6 only: write an "
            "IPv4 address as /ip4/..."},
        Fault{"Overlap", network("[/ip4/0.0.0.0/tcp/9000, /ip4/127.0.0.1/tcp/9000]"),
              "conf.yaml:2:38: network.addresses[1]: '/ip4/127.0.0.1/tcp/9000' overlaps '/ip4/0.0.0.0/tcp/9000': "
              "both "
              "take the same port"},
        Fault{"AddressesNoList", network("/ip4/0.0.0.0/tcp/9000"),
              "conf.yaml:2:14: network.addresses: a list is needed here; expected list of addresses such as "
              "/ip4/0.0.0.0/tcp/9000, not empty"},
        Fault{"AnnounceWildcard",
              "network: { addresses: [/ip4/0.0.0.0/tcp/1], announce_addresses: [/ip4/0.0.0.0/tcp/1] }",
              "conf.yaml:1:66: network.announce_addresses[0]: '/ip4/0.0.0.0/tcp/1': a wildcard is for listening: "
              "announce the address that peers reach"},
        Fault{"BadDuration", peers("exchange_interval: 30"),
              "conf.yaml:3:22: peers.exchange_interval: '30': the unit is missing; expected duration, 1s to 24h, "
              "such "
              "as 30s or 1m30s"},
        Fault{"DurationTooLong", peers("exchange_interval: 25h"),
              "conf.yaml:3:22: peers.exchange_interval: '25h': out of bounds; expected duration, 1s to 24h, such "
              "as 30s "
              "or 1m30s"},
        Fault{"BadNumber", peers("max_connections: many"),
              "conf.yaml:3:20: peers.max_connections: 'many': not a whole number; expected whole number of "
              "connections, 1 to 65536"},
        Fault{"NumberTooSmall", peers("max_connections: 0"),
              "conf.yaml:3:20: peers.max_connections: '0': out of bounds; expected whole number of connections, 1 "
              "to 65536"},
        Fault{
            "NumberBeyondAnyMachine", peers("max_connections: 99999999999999999999"),
            "conf.yaml:3:20: peers.max_connections: '99999999999999999999': out of bounds; expected whole number "
            "of connections, 1 to 65536"},
        Fault{"NumberAndMore", peers("max_connections: 99999999999999999999k"),
              "conf.yaml:3:20: peers.max_connections: '99999999999999999999k': not a whole number; expected whole "
              "number of connections, 1 to 65536"},
        Fault{"BadLevel", logging("level: warning"),
              "conf.yaml:3:10: logging.level: 'warning'; expected one of debug, info, "
              "warn, error"},
        Fault{"BadFormat", logging("format: xml"),
              "conf.yaml:3:11: logging.format: 'xml'; expected one of json, text"},
        Fault{"BadFlag", logging("console_color: yes"),
              "conf.yaml:3:18: logging.console_color: 'yes': not a truth value; expected true or false"},
        Fault{"BadSize", logging("file_max_size: 10"),
              "conf.yaml:3:18: logging.file_max_size: '10': the unit is missing; expected size, 64KB to 256MB, "
              "such as "
              "10MB"},
        Fault{"FileWithoutName", logging("file_output: true"),
              "conf.yaml:3:16: logging.file_name: required when file_output is true"},
        Fault{"BadPeerId", logging("trace_peers: [12D3KooW]"),
              "conf.yaml:3:17: logging.trace_peers[0]: '12D3KooW' is not a peer id (12D3Koo...)"},
        Fault{"ListForAValue", logging("level: [info]"),
              "conf.yaml:3:10: logging.level: a single value is needed here; expected one of debug, info, warn, "
              "error"},
        Fault{"UnknownKey", logging("levle: info"),
              "conf.yaml:3:3: warning: logging: unknown key 'levle' is ignored (did you mean 'level'?)"},
        Fault{"UnknownSection", std::string{kNetwork} + "loging: {}\n",
              "conf.yaml:2:1: warning: unknown section 'loging' is ignored (did you mean 'logging'?)"},
        Fault{"WrongSection", logging("max_connections: 5"),
              "conf.yaml:3:3: logging.max_connections: this key belongs into the section 'peers'"},
        Fault{"KeyAtTheTop", std::string{kNetwork} + "level: info\n",
              "conf.yaml:2:1: level: this key belongs into the section 'logging'"},
        Fault{"SectionNoMapping", std::string{kNetwork} + "peers: 5\n",
              "conf.yaml:2:8: peers: a section with keys is needed here"},
        Fault{"RootNoMapping", "[1]", "conf.yaml:1:1: sections such as 'network:' are needed here"},
        Fault{"KeyAndKeyFile", node("{ private_key_file: k, private_key: " + test_key() + " }"),
              "conf.yaml:3:23: node.private_key_file: node.private_key is set as well: keep one of the two"},
        Fault{"PortTooLarge", network("[/ip4/0.0.0.0/tcp/70000]"),
              "conf.yaml:2:15: network.addresses[0]: '/ip4/0.0.0.0/tcp/70000': port must be a decimal number from "
              "0 to "
              "65535"},
        Fault{
            "TimeoutOfZero", peers("connection_timeout: 0s"),
            "conf.yaml:3:23: peers.connection_timeout: '0s': out of bounds; expected duration, 1s to 10m, such as "
            "30s or 1m30s"},
        Fault{"TooManyLoops", "network: { addresses: [/ip4/127.0.0.1/tcp/9000], loops: 17 }",
              "conf.yaml:1:57: network.loops: '17': out of bounds; expected whole number of threads, 1 to 16"},
        Fault{"AnnouncedTwice",
              "network: { addresses: [/ip4/0.0.0.0/tcp/1], announce_addresses: [/dns4/a/tcp/1, /dns4/a/tcp/1] }",
              "conf.yaml:1:81: network.announce_addresses[1]: '/dns4/a/tcp/1' is listed twice"},
        Fault{"TracedTwice",
              logging("trace_peers: [12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq, "
                      "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq]"),
              "conf.yaml:3:71: logging.trace_peers[1]: '12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq' is "
              "listed twice"},
        Fault{"KeyNotBase64", node("private_key: secret!"),
              "conf.yaml:3:16: node.private_key: not base64; expected base64 of the 64 bytes of an Ed25519 key "
              "(seed and public key)"},
        Fault{"KeyTooShort", node("private_key: AAAA"),
              "conf.yaml:3:16: node.private_key: it has 3 bytes; expected base64 of the 64 bytes of an Ed25519 "
              "key (seed and public key)"},
        Fault{"KeyOfTwoHalves", node("private_key: " + base::to_base64(base::Bytes(64, 1))),
              "conf.yaml:3:16: node.private_key: the public half does not belong to the seed: the key is damaged, "
              "restore it from a copy"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Parse, ReportsAllFaultsAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(messages("peers: { max_connections: 0, exchange_interval: 0s }\nlogging: { level: x }\nwhat: 1\n"),
              ElementsAre(HasSubstr("conf.yaml:1:1: network.addresses"), HasSubstr("peers.max_connections"),
                          HasSubstr("peers.exchange_interval"), HasSubstr("logging.level"), HasSubstr("'what'")));
}

TEST(Parse, TellsOfValuesBeforeThePlaceWhereTheFileBreaksOff) {
  EXPECT_THAT(messages("logging: { level: x }\npeers:\n  max_connections: 0\n  exchange_interval: [1s\n"),
              ElementsAre(HasSubstr("1:19: logging.level"), HasSubstr("3:20: peers.max_connections"),
                          HasSubstr("5:1: not valid YAML")));
}

TEST(Parse, PortZeroNeverOverlapsAndFamiliesShareAPort) {
  EXPECT_THAT(messages(network("[/ip4/0.0.0.0/tcp/0, /ip4/0.0.0.0/tcp/0, /ip4/0.0.0.0/tcp/9, \"/ip6/::/tcp/9\"]")),
              IsEmpty());
}

TEST(Diagnostics, AreBounded) {
  std::string text{kNetwork};
  for (std::size_t i = 0; i < kMaxDiagnostics + 5; ++i) text += "zzz" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(messages(text).size(), kMaxDiagnostics);
}

TEST(Diagnostics, CutALongValue) {
  const std::string long_value = "a b " + std::string(kMaxQuotedBytes, '-');
  EXPECT_THAT(messages(logging("level: \"" + long_value + "\"")).front(), HasSubstr("...'"));
}

TEST(Diagnostics, EscapeWhatTheFileHolds) {
  EXPECT_THAT(messages(logging("level: \"a\\e[31m\"")).front(), HasSubstr("'a\\x1b[31m'"));
}

/// A key must not show wherever it was put, whole or damaged.
TEST(PrivateKeyCanary, NeverShowsInADiagnosticOrADump) {
  const std::string key = test_key();
  const std::string damaged = key.substr(0, 80);
  for (const std::string& value :
       {key, "\"" + key + "\"", damaged, "[" + key + "]", "{ " + key + ": 1 }", key + "=", key + "!"}) {
    for (const std::string& before :
         {std::string{"node:\n  private_key: "}, std::string{"node:\n  private_kye: "},
          std::string{"logging:\n  level: "}, std::string{"private_key: "}, std::string{"peers: "},
          std::string{"peers:\n  max_connections: "}, std::string{"logging:\n  trace_peers: "},
          std::string{"network:\n  addresses: "}, std::string{"node:\n  "}, std::string{}}) {
      const Parsed parsed = parse(before + value + "\n");
      for (const std::string& message : messages(parsed)) {
        EXPECT_THAT(message, Not(HasSubstr(key.substr(0, 12)))) << before;
        EXPECT_THAT(message, Not(HasSubstr(key.substr(60, 12)))) << before;
      }
    }
  }
  const Parsed good = parse(std::string{kNetwork} + "node: { private_key: " + key + " }\n");
  ASSERT_TRUE(good.settings);
  for (const Key& one : all_keys())
    EXPECT_THAT(value_text(one, *good.settings), Not(HasSubstr(key.substr(0, 12))));
  EXPECT_EQ(value_text(*find_key("node", "private_key"), *good.settings), "(set)");
}

TEST(PrivateKey, IsReadFromEveryStyleOfScalar) {
  const std::string key = test_key();
  for (const std::string& style : {key, "\"" + key + "\"", "'" + key + "'", ">-\n    " + key, "\n    " + key}) {
    const Parsed parsed = parse(std::string{kNetwork} + "node:\n  private_key: " + style + "  # mine\n");
    if (style.starts_with('>')) continue;  // The comment is part of a block scalar.
    ASSERT_TRUE(parsed.settings) << style;
    EXPECT_EQ(base::to_base64(parsed.settings->node.private_key->private_key_bytes()), key);
  }
  EXPECT_TRUE(parse(std::string{kNetwork} + "node:\n  private_key: >-\n    " + key + "\n").settings);
}

}  // namespace
}  // namespace config::text
