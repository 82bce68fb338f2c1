// peers.yaml: what is read, what is left out and why, and what every splice leaves alone.
#include "store/text/peers_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "store/text/limits.hpp"

namespace store::text {
namespace {

using ::testing::HasSubstr;

RawKey key_of(std::uint8_t byte) {
  RawKey key;
  key.fill(byte);
  return key;
}
std::string key_text(std::uint8_t byte) { return base::to_base64(key_of(byte)); }
libp2p::Multiaddr address(std::string_view text) { return *libp2p::Multiaddr::from_text(text); }
std::string id_text(std::uint8_t byte) { return peer_id(PeerEntry{.key = key_of(byte)}).to_base58(); }

std::vector<PeerEntry> must_parse(std::string_view text, Findings& findings) {
  auto peers = parse_peers(text, findings);
  EXPECT_TRUE(peers) << (peers ? "" : peers.error().message()) << " in\n" << text;
  return peers ? std::move(*peers) : std::vector<PeerEntry>{};
}

std::string entry(std::uint8_t byte, const std::string& addresses) {
  return "  - public_key: " + key_text(byte) + "\n    addresses: " + addresses + "\n";
}

TEST(PeersYaml, ReadsTheFormOfTheEarlierNode) {
  Findings findings;
  const auto peers =
      must_parse("peers:\n" + entry(1, "\n      - /ip4/192.0.2.1/tcp/9000\n      - /ip6/::1/tcp/1") +
                     entry(2, "[\"/dns4/a.example/tcp/9000\"]"),
                 findings);
  ASSERT_EQ(peers.size(), 2U);
  EXPECT_EQ(peers[0].key, key_of(1));
  EXPECT_EQ(peers[0].addresses, (std::vector{address("/ip4/192.0.2.1/tcp/9000"), address("/ip6/::1/tcp/1")}));
  EXPECT_EQ(peers[0].source, Source::operator_entry);
  EXPECT_EQ(peers[1].addresses, (std::vector{address("/dns4/a.example/tcp/9000")}));
  EXPECT_EQ(findings.total, 0U);
}

TEST(PeersYaml, ReadsTheFieldsThatTheNodeAddsAndToleratesOthers) {
  Findings findings;
  const auto peers = must_parse("version: 1\nother: {a: [1, {b: c}]}\npeers:\n" + entry(1, "[]") +
                                    "    name: alice\n    sequence: 77\n    record: AQID\n    source: exchange\n"
                                    "    last_seen: 2026-02-03T04:05:06Z\n    extra: [x, y]\n"
                                    "removed: [{public_key: " +
                                    key_text(7) + ", at: 2026-02-03T04:05:06Z}]\n",
                                findings);
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0].name, "alice");
  EXPECT_EQ(peers[0].sequence, 77U);
  EXPECT_EQ(peers[0].record, (base::Bytes{1, 2, 3}));
  EXPECT_EQ(peers[0].source, Source::exchange);
  EXPECT_TRUE(peers[0].last_seen);
  EXPECT_EQ(findings.total, 0U);
}

TEST(PeersYaml, DropsAPeerIdThatBelongsToTheKey) {
  Findings findings;
  const auto peers = must_parse(
      "peers:\n" + entry(1, "[/ip4/192.0.2.1/tcp/1/p2p/" + id_text(1) + ", /ip4/192.0.2.1/tcp/1]"), findings);
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0].addresses, (std::vector{address("/ip4/192.0.2.1/tcp/1")}));
}

TEST(PeersYaml, MergesEntriesWithTheSameKey) {
  Findings findings;
  const auto peers = must_parse(
      "peers:\n" + entry(1, "[/ip4/192.0.2.1/tcp/1]") + entry(1, "[/ip4/192.0.2.1/tcp/1, /ip4/192.0.2.2/tcp/1]"),
      findings);
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0].addresses.size(), 2U);
  EXPECT_EQ(findings.entries_left_out, 0U);
  ASSERT_EQ(findings.first.size(), 1U);
  EXPECT_EQ(findings.first[0].line, 4U);
}

struct BadEntry {
  const char* name;
  std::string text;
  std::uint32_t line;
  const char* reason;
  bool left_out;
};
class BadEntries : public ::testing::TestWithParam<BadEntry> {};
TEST_P(BadEntries, AreNamedWithTheirLineAndNeverHarmTheOthers) {
  Findings findings;
  const auto peers =
      must_parse("peers:\n" + GetParam().text + "\n" + entry(9, "[/ip4/192.0.2.9/tcp/9]"), findings);
  ASSERT_FALSE(peers.empty());
  EXPECT_EQ(peers.back().key, key_of(9));
  EXPECT_EQ(peers.size(), GetParam().left_out ? 1U : 2U);
  EXPECT_EQ(findings.entries_left_out, GetParam().left_out ? 1U : 0U);
  ASSERT_FALSE(findings.first.empty());
  EXPECT_EQ(findings.first[0].line, GetParam().line);
  EXPECT_THAT(findings.first[0].reason, HasSubstr(GetParam().reason));
}
const std::string kGood = "[/ip4/192.0.2.1/tcp/9000]";
INSTANTIATE_TEST_SUITE_P(
    PeersYaml, BadEntries,
    ::testing::Values(
        BadEntry{"NotBase64", "  - public_key: '!!!!'\n    addresses: []", 2, "not base64", true},
        BadEntry{"ShortKey", "  - public_key: AQID\n    addresses: []", 2, "3 bytes", true},
        BadEntry{"NoKey", "  - addresses: " + kGood, 2, "no public_key", true},
        BadEntry{"KeyIsAList", "  - public_key: [a]", 2, "not base64", true},
        BadEntry{"KeyTwice", "  - public_key: " + key_text(1) + "\n    public_key: " + key_text(2), 3, "twice",
                 true},
        BadEntry{"AddressesTwice", entry(1, kGood) + "    addresses: []", 4, "twice", true},
        BadEntry{"AddressesAreText", entry(1, "/ip4/192.0.2.1/tcp/9000"), 3, "must be a list", true},
        BadEntry{"SequenceTwice", entry(1, kGood) + "    sequence: 1\n    sequence: 2", 5, "twice", true},
        BadEntry{"NotAMapping", "  - just text", 2, "must be a mapping", true},
        BadEntry{"NestedList", "  - [a, [b]]", 2, "must be a mapping", true},
        BadEntry{"OnlyBadAddresses", entry(1, "[/ip4/300.1.1.1/tcp/1]"), 3, "bad address", true},
        BadEntry{"OneBadAddress", entry(1, "\n      - /ip4/192.0.2.1/tcp/1\n      - /foo/bar"), 5, "bad address",
                 false},
        BadEntry{"AddressIsAMapping", entry(1, "[{a: b}, /ip4/192.0.2.1/tcp/1]"), 3, "must be a text", false},
        BadEntry{"IdOfAnother", entry(1, "[/ip4/192.0.2.1/tcp/1/p2p/" + id_text(2) + "]"), 3, "does not belong",
                 true},
        BadEntry{"OnlyAnId", entry(1, "[/p2p/" + id_text(1) + "]"), 3, "nothing but", true}),
    [](const auto& c) { return std::string{c.param.name}; });

struct Refused {
  const char* name;
  std::string text;
  PeersErrc want;
  std::uint32_t line;
};
class RefusedFiles : public ::testing::TestWithParam<Refused> {};
TEST_P(RefusedFiles, NameTheLineAndAreForTheOperatorToMend) {
  Findings findings;
  const auto peers = parse_peers(GetParam().text, findings);
  ASSERT_FALSE(peers);
  EXPECT_EQ(peers.error(), make_error_code(GetParam().want));
  EXPECT_EQ(base::class_of(peers.error()), base::ErrorClass::configuration);
  ASSERT_FALSE(findings.first.empty());
  EXPECT_EQ(findings.first.back().line, GetParam().line) << findings.first.back().reason;
}
std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}
INSTANTIATE_TEST_SUITE_P(
    PeersYaml, RefusedFiles,
    ::testing::Values(Refused{"ZeroBytes", "", PeersErrc::empty_file, 1},
                      Refused{"BadSyntax", "peers:\n  - public_key: \"abc\n", PeersErrc::bad_syntax, 3},
                      Refused{"BadIndent", "peers:\n  - a: b\n c: d\n", PeersErrc::bad_syntax, 3},
                      Refused{"NotUtf8", "peers: []\nx: \xff\xfe\n", PeersErrc::bad_syntax, 2},
                      Refused{"Binary", std::string("peers\0: []", 10), PeersErrc::bad_syntax, 1},
                      Refused{"RootIsAList", "- a\n", PeersErrc::bad_shape, 1},
                      Refused{"RootIsText", "\nhello\n", PeersErrc::bad_shape, 2},
                      Refused{"PeersIsAMapping", "a: 1\npeers: {b: 1}\n", PeersErrc::bad_shape, 2},
                      Refused{"PeersTwice", "peers: []\npeers: []\n", PeersErrc::bad_shape, 2},
                      Refused{"TwoDocuments", "peers: []\n---\npeers: []\n", PeersErrc::bad_shape, 2},
                      Refused{"Anchor", "a: &x 1\npeers: []\n", PeersErrc::alias, 1},
                      Refused{"Alias", "a: 1\nb: *x\n", PeersErrc::alias, 2},
                      Refused{"NewerVersion", "peers: []\nversion: 2\n", PeersErrc::newer_version, 2},
                      Refused{"HugeVersion", "version: 99999999999999999999999\n", PeersErrc::newer_version, 1},
                      Refused{"VersionIsText", "version: one\n", PeersErrc::bad_shape, 1},
                      Refused{"VersionIsAList", "version: [1]\n", PeersErrc::bad_shape, 1},
                      Refused{"RemovedTwice", "removed: []\nremoved: []\n", PeersErrc::bad_shape, 2},
                      Refused{"RemovedIsText", "removed: all\n", PeersErrc::bad_shape, 1},
                      Refused{"TooDeep", "a: " + repeated("[", kMaxDepth) + repeated("]", kMaxDepth),
                              PeersErrc::too_deep, 1},
                      Refused{"TooManyEntries", "peers:\n" + repeated("- a\n", kMaxEntries + 1),
                              PeersErrc::too_many_entries, std::uint32_t{kMaxEntries} + 2},
                      Refused{"TooLarge", std::string(kMaxFileBytes + 1, '#'), PeersErrc::too_large, 1}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PeersYaml, ReadsUpToTheDeepestNestingAllowed) {
  Findings findings;
  EXPECT_TRUE(parse_peers("a: " + repeated("[", kMaxDepth - 1) + repeated("]", kMaxDepth - 1), findings));
}

TEST(PeersYaml, IgnoresAddressesBeyondTheLimitOfAnEntry) {
  std::string list = "[";
  for (std::size_t i = 1; i <= kMaxAddresses + 1; ++i) list += "/ip4/192.0.2.1/tcp/" + std::to_string(i) + ", ";
  Findings findings;
  const auto peers = must_parse("peers:\n" + entry(1, list + "]"), findings);
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0].addresses.size(), kMaxAddresses);
  EXPECT_EQ(findings.total, 1U);
}

TEST(PeersYaml, CountsFindingsBeyondTheOnesItKeeps) {
  Findings findings;
  must_parse("peers:\n" + repeated("- a\n", kMaxFindings + 10), findings);
  EXPECT_EQ(findings.first.size(), kMaxFindings);
  EXPECT_EQ(findings.total, kMaxFindings + 10);
  EXPECT_EQ(findings.first.back().line, kMaxFindings + 11);
}

TEST(PeersYaml, ReadsTombstonesAndNamesTheBadOnes) {
  Findings findings;
  const auto text = PeersText::parse("removed:\n  - {public_key: " + key_text(1) +
                                         ", at: 2026-02-03T04:05:06Z}\n  - public_key: " + key_text(2) +
                                         "\n  - at: 2026-02-03T04:05:06Z\n  - public_key: " + key_text(3) +
                                         "\n    addresses: []\n  - {public_key: " + key_text(1) + "}\n",
                                     findings);
  ASSERT_TRUE(text);
  const std::vector<Tombstone>& removed = text->document().removed;
  ASSERT_EQ(removed.size(), 2U);
  EXPECT_EQ(removed[0].key, key_of(1));
  EXPECT_GT(removed[0].at, base::WallTime{});
  EXPECT_EQ(removed[1], (Tombstone{.key = key_of(2)}));
  ASSERT_EQ(findings.total, 2U);
  EXPECT_THAT(findings.first[0].reason, HasSubstr("no public_key"));
  EXPECT_THAT(findings.first[1].reason, HasSubstr("move it to"));
}

TEST(PeersYaml, TellsTheKeysOfEntriesThatAreLeftOut) {
  Findings findings;
  const auto text = PeersText::parse("peers:\n" + entry(1, "[/foo]") + entry(2, kGood), findings);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->document().unusable, std::vector{key_of(1)});
}

TEST(PeersYaml, CutsANameAtTheLimitAndNotInsideACharacter) {
  Findings findings;
  const auto peers =
      must_parse("peers:\n" + entry(1, kGood) + "    name: " + repeated("\u00e4", kMaxNameBytes), findings);
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0].name, repeated("\u00e4", kMaxNameBytes / 2));
}

TEST(PeersYaml, ReadsUpToTheLargestNumberOfTombstones) {
  Findings findings;
  EXPECT_TRUE(PeersText::parse("removed:\n" + repeated("- a\n", kMaxTombstones), findings));
  EXPECT_FALSE(PeersText::parse("removed:\n" + repeated("- a\n", kMaxTombstones + 1), findings));
}

TEST(PeersYaml, IsGivenUpWhenAsked) {
  const std::string text = "peers:\n" + repeated("- a\n", 3 * kEntriesPerQuestion);
  int questions = 0;
  Findings findings;
  const auto parsed = PeersText::parse(text, findings, [&questions] { return ++questions == 2; });
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error(), PeersErrc::cancelled);
  EXPECT_EQ(questions, 2);
  EXPECT_TRUE(PeersText::parse(text, findings, [] { return false; }));
}

}  // namespace
}  // namespace store::text
