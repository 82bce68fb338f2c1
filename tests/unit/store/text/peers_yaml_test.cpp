// peers.yaml: what is read, what is left out and why, and what every splice leaves alone.
#include "store/text/peers_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
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

PeerEntry learned(std::uint8_t byte, std::uint64_t sequence = 1) {
  return {.key = key_of(byte),
          .addresses = {address("/ip4/192.0.2.1/tcp/9000"), address("/dns4/n.example/tcp/9000")},
          .record = base::Bytes{byte, 1, 2},
          .sequence = sequence,
          .source = Source::exchange};
}

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
                                    "removed: [{public_key: x, at: y}]\n",
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

struct AloneCase {
  const char* name;
  const char* text;
};
class Alone : public ::testing::TestWithParam<AloneCase> {};
TEST_P(Alone, IsAListWithoutPeersThatASpliceCanFill) {
  Findings findings;
  EXPECT_TRUE(must_parse(GetParam().text, findings).empty());
  const std::vector updates{learned(1), learned(2)};
  const auto spliced = splice_peers(GetParam().text, updates);
  ASSERT_TRUE(spliced) << spliced.error().message();
  EXPECT_EQ(must_parse(*spliced, findings), updates) << *spliced;
  EXPECT_EQ(findings.total, 0U);
}
INSTANTIATE_TEST_SUITE_P(
    PeersYaml, Alone,
    ::testing::Values(AloneCase{"EmptyList", "peers: []\n"}, AloneCase{"NoLineEnd", "peers: []"},
                      AloneCase{"Null", "peers:\n"}, AloneCase{"NullBeforeAKey", "peers:\nother: 1\n"},
                      AloneCase{"NullWithAComment", "peers:   # none yet\n# end\n"},
                      AloneCase{"NullWord", "peers: null # none\nother: 1\n"}, AloneCase{"Tilde", "peers: ~"},
                      AloneCase{"OnlyComments", "# nothing\n\n# here"}, AloneCase{"OtherKeys", "# c\nother: 1\n"},
                      AloneCase{"FlowRoot", "{peers: [], other: 1}\n"}, AloneCase{"FlowRootNull", "{peers: null}"},
                      AloneCase{"FlowRootEmpty", "{}\n"}, AloneCase{"ListOverLines", "peers: [ # none\n  ]\n"},
                      AloneCase{"WindowsLineEnds", "peers: []\r\nother: 1\r\n"},
                      AloneCase{"DocumentStart", "---\npeers: []\n"},
                      AloneCase{"Umlauts", "# Grüße\nläuft: ja\npeers: []\n"},
                      AloneCase{"Indented", "  other: 1\n  peers: []\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

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
    ::testing::Values(BadEntry{"NotBase64", "  - public_key: '!!!!'\n    addresses: []", 2, "not base64", true},
                      BadEntry{"ShortKey", "  - public_key: AQID\n    addresses: []", 2, "3 bytes", true},
                      BadEntry{"NoKey", "  - addresses: " + kGood, 2, "no public_key", true},
                      BadEntry{"KeyIsAList", "  - public_key: [a]", 2, "not base64", true},
                      BadEntry{"KeyTwice", "  - public_key: " + key_text(1) + "\n    public_key: " + key_text(2),
                               3, "twice", true},
                      BadEntry{"AddressesTwice", entry(1, kGood) + "    addresses: []", 4, "twice", true},
                      BadEntry{"AddressesAreText", entry(1, "/ip4/192.0.2.1/tcp/9000"), 3, "must be a list", true},
                      BadEntry{"NotAMapping", "  - just text", 2, "must be a mapping", true},
                      BadEntry{"NestedList", "  - [a, [b]]", 2, "must be a mapping", true},
                      BadEntry{"OnlyBadAddresses", entry(1, "[/ip4/300.1.1.1/tcp/1]"), 3, "bad address", true},
                      BadEntry{"OneBadAddress", entry(1, "\n      - /ip4/192.0.2.1/tcp/1\n      - /foo/bar"), 5,
                               "bad address", false},
                      BadEntry{"AddressIsAMapping", entry(1, "[{a: b}, /ip4/192.0.2.1/tcp/1]"), 3,
                               "must be a text", false},
                      BadEntry{"IdOfAnother", entry(1, "[/ip4/192.0.2.1/tcp/1/p2p/" + id_text(2) + "]"), 3,
                               "does not belong", true},
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
  if (!GetParam().text.empty()) EXPECT_FALSE(splice_peers(GetParam().text, std::vector{learned(1)}));
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

TEST(PeersSplice, AppendsBehindTheLastEntryAndKeepsEveryOtherByte) {
  const std::string before = "# mine\npeers:\n" + entry(1, "[ /ip4/192.0.2.1/tcp/9000 ]   # Alice");
  const std::string after = "\n    # the end\nother: 'x'   # kept\n";
  const auto spliced = splice_peers(before + after, std::vector{learned(2, 5)});
  ASSERT_TRUE(spliced);
  EXPECT_EQ(*spliced, before + "  - public_key: \"" + key_text(2) +
                          "\"\n    addresses: [\"/ip4/192.0.2.1/tcp/9000\", \"/dns4/n.example/tcp/9000\"]\n"
                          "    source: exchange\n    sequence: 5\n    record: \"AgEC\"\n" +
                          after);
}

TEST(PeersSplice, WritesANewFileForAnEmptyText) {
  Findings findings;
  const auto spliced = splice_peers("", std::vector{learned(2)});
  ASSERT_TRUE(spliced);
  EXPECT_TRUE(spliced->starts_with("version: 1\npeers:\n  - public_key: "));
  EXPECT_EQ(must_parse(*spliced, findings), std::vector{learned(2)});
}

TEST(PeersSplice, AddsOnlyTheNodesOwnFieldsToAnOperatorsEntry) {
  const std::string head = "peers:\n  - public_key: " + key_text(1) + " # Alice";
  const std::string tail = "\n    addresses: [/ip4/198.51.100.1/tcp/1]\n    note: |\n      two\n      lines\n";
  const auto spliced = splice_peers(head + tail, std::vector{learned(1, 7)});
  ASSERT_TRUE(spliced);
  EXPECT_EQ(*spliced, head + "\n    sequence: 7\n    record: \"AQEC\"" + tail);
  const auto newer = splice_peers(*spliced, std::vector{learned(1, 8)});
  ASSERT_TRUE(newer);
  EXPECT_EQ(*newer, head + "\n    sequence: 8\n    record: \"AQEC\"" + tail);
}

TEST(PeersSplice, ReplacesTheAddressesOfAnEntryOfItsOwn) {
  Findings findings;
  const auto first = splice_peers("peers: []\n", std::vector{learned(1, 1)});
  ASSERT_TRUE(first);
  PeerEntry moved = learned(1, 2);
  moved.addresses = {address("/ip4/203.0.113.1/tcp/1")};
  const auto second = splice_peers(*first, std::vector{moved});
  ASSERT_TRUE(second);
  EXPECT_EQ(must_parse(*second, findings), std::vector{moved});
}

TEST(PeersSplice, ChangesNothingForWhatIsNotNewer) {
  const auto text = splice_peers("peers: []\n", std::vector{learned(1, 5)});
  ASSERT_TRUE(text);
  EXPECT_EQ(*splice_peers(*text, std::vector{learned(1, 5)}), *text);
  EXPECT_EQ(*splice_peers(*text, std::vector{learned(1, 4)}), *text);
  EXPECT_EQ(*splice_peers(*text, {}), *text);
}

TEST(PeersSplice, LeavesABadEntryOfTheSameKeyToTheOperator) {
  const std::string text = "peers:\n" + entry(1, "[/foo]");
  EXPECT_EQ(*splice_peers(text, std::vector{learned(1)}), text);
}

struct Style {
  const char* name;
  std::string text;
};
class Styles : public ::testing::TestWithParam<Style> {};
TEST_P(Styles, TakeNewEntriesAndNewFieldsAndKeepTheOldBytes) {
  Findings before_findings;
  Findings findings;
  const auto before = must_parse(GetParam().text, before_findings);
  const auto spliced = splice_peers(GetParam().text, std::vector{learned(1, 9), learned(5), learned(6)});
  ASSERT_TRUE(spliced) << spliced.error().message();
  const auto after = must_parse(*spliced, findings);
  ASSERT_EQ(after.size(), before.size() + 2) << *spliced;
  EXPECT_EQ(after[0].sequence, 9U) << *spliced;
  EXPECT_EQ(after[0].addresses, before[0].addresses);
  EXPECT_EQ(after.back(), learned(6));
  // Only insertions: what was there is a subsequence of what is there now.
  auto at = spliced->begin();
  for (const char c : GetParam().text) {
    at = std::find(at, spliced->end(), c);
    ASSERT_NE(at, spliced->end());
    ++at;
  }
}
const std::string kFlowEntry = "{public_key: " + key_text(1) + ", addresses: [/ip4/192.0.2.1/tcp/1]}";
INSTANTIATE_TEST_SUITE_P(
    PeersSplice, Styles,
    ::testing::Values(
        Style{"Block", "peers:\n" + entry(1, kGood)},
        Style{"NotIndented", "peers:\n- public_key: " + key_text(1) + "\n"},
        Style{"NoLineEnd", "peers:\n- public_key: " + key_text(1)},
        Style{"WindowsLineEnds", "peers:\r\n- public_key: " + key_text(1) + "\r\n  addresses: []\r\nb: 1\r\n"},
        Style{"FlowEntry", "peers:\n  - " + kFlowEntry + "\n"}, Style{"FlowList", "peers: [" + kFlowEntry + "]\n"},
        Style{"FlowListTrailingComma", "peers: [\n  " + kFlowEntry + ", # one\n  ]\n"},
        Style{"AllFlow", "{\"peers\": [" + kFlowEntry + "]}"},
        Style{"QuotedKeys", "'peers':\n- 'public_key': '" + key_text(1) + "'\n"},
        Style{"BlockScalarAtTheEnd", "peers:\n- public_key: " + key_text(1) + "\n  note: |+\n    text\n\nb: 1\n"},
        Style{"FoldedScalarAtTheEndOfFile", "peers:\n- public_key: " + key_text(1) + "\n  note: >\n    text"},
        Style{"EmptyLastValue", "peers:\n- public_key: " + key_text(1) + "\n  note:\n# end\nb: 1\n"},
        Style{"MultiLinePlain", "peers:\n- public_key: " + key_text(1) + "\n  note: one\n    two\nb: 1\n"},
        Style{"Umlauts",
              "# Größe äöü\npeers:\n- public_key: " + key_text(1) + "\n  name: 'Jürgen 🦊'\n# ß\nb: 1\n"},
        Style{"DocumentEnd", "---\npeers:\n- public_key: " + key_text(1) + "\n...\n"},
        Style{"ByteOrderMark", "\xef\xbb\xbfpeers:\n- public_key: " + key_text(1) + "\n"},
        Style{"Tabs", "peers:\t# tab\n- public_key:\t" + key_text(1) + "\t# tab\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PeersSplice, LeavesOutAnAddressThatTheTextCannotHold) {
  Findings findings;
  PeerEntry hostile = learned(1);
  const base::Bytes name{0x36, 4, '"', '\n', 'x', ':', 0x06, 0x23, 0x28};
  if (auto bad = libp2p::Multiaddr::from_bytes(name)) hostile.addresses.push_back(*bad);
  const auto spliced = splice_peers("peers: []\n", std::vector{hostile});
  ASSERT_TRUE(spliced);
  EXPECT_EQ(must_parse(*spliced, findings), std::vector{learned(1)});
}

TEST(PeersSplice, RandomUpdatesOneAfterAnotherAllStay) {
  base::SeededRng rng{7};
  std::string text = "# operator\npeers:\n" + entry(1, kGood) + "tail: 1\n";
  std::vector<std::uint64_t> sequence(40, 0);
  Findings findings;
  for (int round = 0; round < 200; ++round) {
    const auto who = static_cast<std::uint8_t>(1 + rng.below(39));
    sequence[who] += static_cast<std::uint64_t>(1 + rng.below(3));
    const auto spliced = splice_peers(text, std::vector{learned(who, sequence[who])});
    ASSERT_TRUE(spliced);
    text = *spliced;
  }
  for (const PeerEntry& peer : must_parse(text, findings)) EXPECT_EQ(peer.sequence, sequence[peer.key[0]]);
  EXPECT_THAT(text, HasSubstr("# operator"));
  EXPECT_THAT(text, HasSubstr("tail: 1"));
}

}  // namespace
}  // namespace store::text
