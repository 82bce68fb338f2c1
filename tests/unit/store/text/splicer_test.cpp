// What the node writes into a peers.yaml, in whatever style it is written, and what every splice leaves alone.
#include "store/text/splicer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/seeded_rng.hpp"
#include "store/text/limits.hpp"
#include "store/text/migrations.hpp"
#include "unit/store/text/scribe.hpp"

namespace store::text {
namespace {

constexpr Stamp kStamp{.file_id = 0xabcd, .generation = 3};
const std::string kGood = "[/ip4/192.0.2.1/tcp/9000]";

std::string entry(std::uint8_t byte, const std::string& addresses) {
  return "  - public_key: " + key_base64(byte) + "\n    addresses: " + addresses + "\n";
}

PeersText parsed(const std::string& text) {
  Findings findings;
  auto result = text.empty() ? base::Result<PeersText>{PeersText::blank()} : PeersText::parse(text, findings);
  EXPECT_TRUE(result) << text;
  return result ? std::move(*result) : PeersText::blank();
}
/// The text after `changes`, without its seal; a message if it cannot be.
std::string after(const std::string& text, const Changes& changes) {
  const auto spliced = parsed(text).with(changes, kStamp);
  if (!spliced) return spliced.error().message();
  const std::size_t seal = spliced->text().rfind("# kept by");
  EXPECT_EQ(spliced->document().seal, (Seal{kStamp, true}));
  return spliced->text().substr(0, seal);
}
Changes appended(std::vector<PeerEntry> peers) {
  Changes changes;
  changes.append = std::move(peers);
  return changes;
}

/// True if `whole` is `part` with insertions only.
bool only_adds(std::string_view whole, std::string_view part) {
  std::size_t at = 0;
  for (const char c : part) {
    at = whole.find(c, at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return true;
}

struct AloneCase {
  const char* name;
  const char* text;
};
class Alone : public ::testing::TestWithParam<AloneCase> {};
TEST_P(Alone, IsAListWithoutPeersThatASpliceCanFill) {
  Changes changes = appended({learned(1), learned(2)});
  changes.bury = {{.key = key_of(3), .at = base::WallTime{std::chrono::hours{5}}}};
  EXPECT_TRUE(parsed(GetParam().text).document().peers.empty());
  const auto spliced = parsed(GetParam().text).with(changes, kStamp);
  ASSERT_TRUE(spliced) << spliced.error().message();
  EXPECT_EQ(spliced->document().peers, changes.append) << spliced->text();
  EXPECT_EQ(spliced->document().removed, changes.bury) << spliced->text();
  EXPECT_EQ(spliced->document().version, kSchemaVersion);
}
INSTANTIATE_TEST_SUITE_P(
    Splicer, Alone,
    ::testing::Values(AloneCase{"NewFile", ""}, AloneCase{"EmptyList", "peers: []\n"},
                      AloneCase{"NoLineEnd", "peers: []"}, AloneCase{"Null", "peers:\n"},
                      AloneCase{"NullBeforeAKey", "peers:\nother: 1\n"},
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

TEST(Splicer, AppendsBehindTheLastEntryAndKeepsEveryOtherByte) {
  const std::string before = "# mine\n";
  const std::string list = "peers:\n" + entry(1, "[ /ip4/192.0.2.1/tcp/9000 ]   # Alice");
  const std::string behind = "\n    # the end\nother: 'x'   # kept\n";
  EXPECT_EQ(after(before + list + behind, appended({learned(2, 5)})),
            before + "version: 1\n" + list + "  - public_key: \"" + key_base64(2) +
                "\"\n    addresses: [\"/ip4/192.0.2.1/tcp/9000\", \"/dns4/n.example/tcp/9000\"]\n"
                "    source: exchange\n    sequence: 5\n    record: \"AgEC\"\n" +
                behind);
}

TEST(Splicer, WritesANewFile) {
  const std::string text = after("", appended({learned(2)}));
  EXPECT_TRUE(text.starts_with("version: 1\npeers:\n  - public_key: ")) << text;
}

TEST(Splicer, AddsOnlyTheNodesOwnFieldsToAnOperatorsEntry) {
  const std::string head = "version: 1\npeers:\n  - public_key: " + key_base64(1) + " # Alice";
  const std::string tail = "\n    addresses: [/ip4/198.51.100.1/tcp/1]\n    note: |\n      two\n      lines\n";
  Changes changes;
  changes.edit = {learned_edit(1, 7)};
  const std::string text = after(head + tail, changes);
  EXPECT_EQ(text, head + "\n    sequence: 7\n    record: \"AQEC\"" + tail);
  changes.edit = {learned_edit(1, 8)};
  changes.edit[0].last_seen = base::WallTime{std::chrono::hours{1}};
  EXPECT_EQ(after(text, changes),
            head + "\n    last_seen: 1970-01-01T01:00:00Z\n    sequence: 8\n    record: \"AQEC\"" + tail);
}

TEST(Splicer, ReplacesAddressesInAFlowListAndAddsLinesToALongOne) {
  Changes changes;
  changes.edit = {
      {.key = key_of(1), .addresses = {{address("/ip4/203.0.113.1/tcp/1"), address("/ip4/203.0.113.2/tcp/2")}}}};
  const std::string head = "version: 1\npeers:\n";
  EXPECT_EQ(after(head + entry(1, kGood + " # here"), changes),
            head + entry(1, "[\"/ip4/203.0.113.1/tcp/1\", \"/ip4/203.0.113.2/tcp/2\"] # here"));
  EXPECT_EQ(after(head + entry(1, "\n    - /ip4/203.0.113.1/tcp/1 # one"), changes),
            head + entry(1, "\n    - /ip4/203.0.113.1/tcp/1 # one\n    - \"/ip4/203.0.113.2/tcp/2\""));
  EXPECT_EQ(after(head + entry(1, "\n      - /ip4/192.0.2.7/tcp/1\n      - /ip4/192.0.2.8/tcp/1"), changes),
            head + entry(1, "\n      [\"/ip4/203.0.113.1/tcp/1\", \"/ip4/203.0.113.2/tcp/2\"]"));
  EXPECT_EQ(after(head + entry(1, "\n    - /ip4/192.0.2.7/tcp/1\n    - /ip4/192.0.2.8/tcp/1"), changes),
            head + entry(1, "\n      [\"/ip4/203.0.113.1/tcp/1\", \"/ip4/203.0.113.2/tcp/2\"]"))
      << "brackets must stand farther in than the key";
  EXPECT_EQ(after(head + "- public_key: " + key_base64(1) + "\n", changes),
            head + "- public_key: " + key_base64(1) +
                "\n  addresses: [\"/ip4/203.0.113.1/tcp/1\", \"/ip4/203.0.113.2/tcp/2\"]\n");
}

TEST(Splicer, MendsAKeyInItsPlace) {
  Changes changes;
  changes.edit = {{.key = key_of(1), .mended_key = key_of(9), .source = Source::operator_entry}};
  const std::string text = "version: 1\npeers:\n" + entry(1, kGood) + "    source: exchange # was\n";
  EXPECT_EQ(after(text, changes), "version: 1\npeers:\n  - public_key: \"" + key_base64(9) +
                                      "\"\n    addresses: " + kGood + "\n    source: operator # was\n");
}

TEST(Splicer, ChangesEveryEntryOfAKeyThatStandsThereTwice) {
  Changes changes;
  changes.edit = {learned_edit(1, 7)};
  const auto spliced = parsed("peers:\n" + entry(1, kGood) + entry(1, kGood)).with(changes, kStamp);
  ASSERT_TRUE(spliced);
  ASSERT_EQ(spliced->document().peers.size(), 1U);
  EXPECT_EQ(spliced->document().peers[0].sequence, 7U);
}

TEST(Splicer, ALaterSightChangesNothingElse) {
  const std::string before = "version: 1\npeers:\n  - public_key: " + key_base64(1) +
                             "\n    last_seen: 1970-01-01T00:00:00Z  # a sight\n    record: 'AQ=='\n";
  Changes changes;
  changes.edit = {{.key = key_of(1), .last_seen = base::WallTime{std::chrono::hours{1}}}};
  std::string want = before;
  want.replace(want.find("T00:00:00Z"), 10, "T01:00:00Z");
  EXPECT_EQ(after(before, changes), want);
}

struct Removal {
  const char* name;
  std::string text;
  std::string want;
};
class Removals : public ::testing::TestWithParam<Removal> {};
TEST_P(Removals, TakeTheEntryAndNothingElse) {
  Changes changes;
  changes.remove = {key_of(1)};
  EXPECT_EQ(after("version: 1\n" + GetParam().text, changes), "version: 1\n" + GetParam().want);
  // And in the same step as something new.
  changes.append = {learned(5)};
  const auto both = parsed("version: 1\n" + GetParam().text).with(changes, kStamp);
  ASSERT_TRUE(both) << both.error().message();
  EXPECT_EQ(both->document().peers.back(), learned(5));
}
const std::string kOne = "{public_key: " + key_base64(1) + "}";
const std::string kTwo = "{public_key: " + key_base64(2) + "}";
INSTANTIATE_TEST_SUITE_P(
    Splicer, Removals,
    ::testing::Values(
        Removal{"First", "peers:\n" + entry(1, kGood) + "# b\n" + entry(2, kGood),
                "peers:\n# b\n" + entry(2, kGood)},
        Removal{"Last", "peers:\n" + entry(2, kGood) + entry(1, kGood + " # a") + "# b\nx: 1\n",
                "peers:\n" + entry(2, kGood) + "# b\nx: 1\n"},
        Removal{"Only", "peers:\n" + entry(1, kGood), "peers:\n"},
        Removal{"DashAbove", "peers:\n-\n  # why\n  public_key: " + key_base64(1) + "\n- " + kTwo + "\n",
                "peers:\n- " + kTwo + "\n"},
        Removal{"Twice", "peers:\n" + entry(1, kGood) + entry(2, kGood) + entry(1, kGood),
                "peers:\n" + entry(2, kGood)},
        Removal{"LeftOut", "peers:\n" + entry(1, "[no address]") + entry(2, kGood), "peers:\n" + entry(2, kGood)},
        Removal{"GoodAndLeftOut",
                "peers:\n" + entry(1, kGood) + entry(2, kGood) + entry(1, "[no address]") + "# b\n",
                "peers:\n" + entry(2, kGood) + "# b\n"},
        Removal{"BlockScalarAtTheEnd",
                "peers:\n- public_key: " + key_base64(1) + "\n  note: |\n    text\n- " + kTwo + "\n",
                "peers:\n- " + kTwo + "\n"},
        Removal{"FlowFirst", "peers: [" + kOne + ", " + kTwo + "]\n", "peers: [" + kTwo + "]\n"},
        Removal{"FlowLast", "peers: [" + kTwo + ", " + kOne + " ]\n", "peers: [" + kTwo + " ]\n"},
        Removal{"FlowOnly", "peers: [" + kOne + "]\n", "peers: []\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Splicer, AddsTombstonesBeforeThePeersSoThatLinesAppendedToTheFileAreStillPeers) {
  Changes changes;
  changes.bury = {{.key = key_of(7), .at = base::WallTime{std::chrono::hours{1}}}};
  const std::string text = after("peers:\n" + entry(1, kGood), changes);
  EXPECT_EQ(text, "version: 1\nremoved:\n  - {public_key: \"" + key_base64(7) +
                      "\", at: 1970-01-01T01:00:00Z}\npeers:\n" + entry(1, kGood));
  EXPECT_EQ(parsed(text + entry(2, kGood)).document().peers.size(), 2U);
  Changes undo;
  undo.unbury = {key_of(7)};
  EXPECT_EQ(after(text, undo), "version: 1\nremoved:\npeers:\n" + entry(1, kGood));
}

struct Style {
  const char* name;
  std::string text;
};
class Styles : public ::testing::TestWithParam<Style> {};
TEST_P(Styles, TakeNewEntriesAndNewFieldsAndKeepTheOldBytes) {
  const PeersText before = parsed(GetParam().text);
  Changes changes = appended({learned(5), learned(6)});
  changes.edit = {learned_edit(1, 9)};
  changes.bury = {{.key = key_of(7)}};
  const auto spliced = before.with(changes, kStamp);
  ASSERT_TRUE(spliced) << spliced.error().message();
  const std::vector<PeerEntry>& peers = spliced->document().peers;
  ASSERT_EQ(peers.size(), before.document().peers.size() + 2) << spliced->text();
  EXPECT_EQ(std::ranges::find(peers, key_of(1), &PeerEntry::key)->sequence, 9U) << spliced->text();
  EXPECT_EQ(peers.back(), learned(6));
  // Only insertions: what was there, but for the old seal, is a subsequence of what is there now.
  std::string kept = GetParam().text;
  for (const SealLine& line : seal_lines(kept)) kept.erase(line.start, line.stop - line.start);
  EXPECT_TRUE(only_adds(spliced->text(), kept)) << spliced->text();
}
const std::string kFlowEntry = "{public_key: " + key_base64(1) + ", addresses: [/ip4/192.0.2.1/tcp/1]}";
INSTANTIATE_TEST_SUITE_P(
    Splicer, Styles,
    ::testing::Values(
        Style{"Sealed", sealed("peers:\n" + entry(1, kGood), {1, 1})},
        Style{"LinesBehindTheSeal", sealed("peers:\n" + entry(2, kGood), {1, 1}) + entry(1, kGood)},
        Style{"Block", "peers:\n" + entry(1, kGood)},
        Style{"NotIndented", "peers:\n- public_key: " + key_base64(1) + "\n"},
        Style{"NoLineEnd", "peers:\n- public_key: " + key_base64(1)},
        Style{"WindowsLineEnds", "peers:\r\n- public_key: " + key_base64(1) + "\r\n  addresses: []\r\nb: 1\r\n"},
        Style{"FlowEntry", "peers:\n  - " + kFlowEntry + "\n"}, Style{"FlowList", "peers: [" + kFlowEntry + "]\n"},
        Style{"FlowListTrailingComma", "peers: [\n  " + kFlowEntry + ", # one\n  ]\n"},
        Style{"AllFlow", "{\"peers\": [" + kFlowEntry + "]}"},
        Style{"QuotedKeys", "'peers':\n- 'public_key': '" + key_base64(1) + "'\n"},
        Style{"BlockScalarAtTheEnd",
              "peers:\n- public_key: " + key_base64(1) + "\n  note: |+\n    text\n\nb: 1\n"},
        Style{"FoldedScalarAtTheEndOfFile", "peers:\n- public_key: " + key_base64(1) + "\n  note: >\n    text"},
        Style{"EmptyLastValue", "peers:\n- public_key: " + key_base64(1) + "\n  note:\n# end\nb: 1\n"},
        Style{"MultiLinePlain", "peers:\n- public_key: " + key_base64(1) + "\n  note: one\n    two\nb: 1\n"},
        Style{"Umlauts",
              "# Größe äöü\npeers:\n- public_key: " + key_base64(1) + "\n  name: 'Jürgen 🦊'\n# ß\nb: 1\n"},
        Style{"DocumentEnd", "---\npeers:\n- public_key: " + key_base64(1) + "\n...\n"},
        Style{"ByteOrderMark", "\xef\xbb\xbfpeers:\n- public_key: " + key_base64(1) + "\n"},
        Style{"Tabs", "peers:\t# tab\n- public_key:\t" + key_base64(1) + "\t# tab\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Splicer, LeavesOutAnAddressThatTheTextCannotHold) {
  PeerEntry hostile = learned(1);
  const base::Bytes name{0x36, 4, '"', '\n', 'x', ':', 0x06, 0x23, 0x28};
  if (auto bad = libp2p::Multiaddr::from_bytes(name)) hostile.addresses.push_back(*bad);
  EXPECT_EQ(parsed(after("peers: []\n", appended({hostile}))).document().peers, std::vector{learned(1)});
}

TEST(Splicer, WritesNamesOfEveryLanguageSoThatTheyComeBack) {
  for (const char* name :
       {"Z\u00fcrich", "\u6771\u4eac", "\U0001f98a", "a \"quoted\" one", "back\\slash", "'#: {"}) {
    PeerEntry peer = learned(1);
    peer.name = name;
    EXPECT_EQ(parsed(after("peers: []\n", appended({peer}))).document().peers, std::vector{peer}) << name;
  }
}

TEST(Splicer, LeavesOutANameThatYamlCannotHoldInALine) {
  for (const char* name : {"a\nb", "\x7f", "\u0085", "\u2028", "\ufeff", "\xff"}) {
    PeerEntry peer = learned(1);
    peer.name = name;
    EXPECT_EQ(parsed(after("peers: []\n", appended({peer}))).document().peers, std::vector{learned(1)});
  }
}

TEST(Splicer, RefusesWhatWouldNotBeReadAgain) {
  const std::string full = "peers:\n" + entry(1, kGood);
  EXPECT_EQ(parsed(full).with(appended({learned(1)}), kStamp).error(), PeersErrc::cannot_splice);
  Changes far;
  far.append.assign(kMaxEntries + 1, learned(2));
  EXPECT_EQ(parsed(full).with(far, kStamp).error(), PeersErrc::too_many_entries);
  far = {};
  far.bury.assign(kMaxTombstones + 1, {.key = key_of(2)});
  EXPECT_EQ(parsed(full).with(far, kStamp).error(), PeersErrc::too_many_entries);
  const std::string large = full + "x: " + std::string(kMaxFileBytes - full.size() - 10, 'x') + "\n";
  EXPECT_EQ(parsed(large).with(appended({learned(2)}), kStamp).error(), PeersErrc::too_large);
}

TEST(Migrations, LeadFromEveryOlderVersionToTheNewest) {
  for (unsigned version = 0; version < kSchemaVersion; ++version) EXPECT_EQ(migrations()[version].from, version);
  EXPECT_EQ(after("# c\npeers: []\n", {}), "# c\nversion: 1\npeers: []\n");
  EXPECT_EQ(after("peers: []\nversion: 0 # old\n", {}), "peers: []\nversion: 1 # old\n");
  EXPECT_EQ(after("{peers: []}", {}), "{version: 1, peers: []}\n");
  EXPECT_EQ(after("# nothing", {}), "# nothing\nversion: 1\n");
}

TEST(Migrations, AreRefusedWhereTheNameOfTheVersionWouldNameNothing) {
  EXPECT_EQ(parsed("? a: b\n: c\n").with({}, kStamp).error(), PeersErrc::cannot_splice);
}

TEST(Splicer, RandomUpdatesOfRandomlyEditedFilesChangeNothingElse) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    base::SeededRng rng{seed};
    const std::string text = Scribe{rng}.file(static_cast<int>(1 + rng.below(6)));
    const PeersText before = parsed(text);
    std::string body = text;
    for (const SealLine& line : seal_lines(body)) body.erase(line.start, line.stop - line.start);

    // Only additions: every old byte stays, in its order.
    Changes more = appended({learned(100), learned(101)});
    more.bury = {{.key = key_of(120)}};
    for (const PeerEntry& peer : before.document().peers) {
      if (rng.below(2) == 1) more.edit.push_back(learned_edit(peer.key[0], 5));
    }
    const auto grown = before.with(more, kStamp);
    ASSERT_TRUE(grown) << seed << "\n" << text;
    ASSERT_TRUE(only_adds(grown->text(), body)) << seed << "\n" << text << "\n=>\n" << grown->text();

    // The same fields again: their values alone differ. And what is added can be taken away byte by byte.
    Changes less;
    less.remove = {key_of(100), key_of(101)};
    less.unbury = {key_of(120)};
    const auto shrunk = grown->with(less, kStamp);
    ASSERT_TRUE(shrunk) << seed << "\n" << grown->text();
    const auto edited =
        before.with({.append = {}, .edit = more.edit, .remove = {}, .bury = {}, .unbury = {}}, kStamp);
    ASSERT_TRUE(edited) << seed;
    std::string expected = edited->text();
    if (before.document().removed.empty()) {
      const std::size_t head = shrunk->text().find("removed:\n");
      ASSERT_NE(head, std::string::npos) << seed;
      std::string got = shrunk->text();
      got.erase(head, 9);
      EXPECT_EQ(got.substr(0, got.rfind("# kept")), expected.substr(0, expected.rfind("# kept"))) << seed;
    } else {
      EXPECT_EQ(shrunk->text(), expected) << seed;
    }
  }
}

}  // namespace
}  // namespace store::text
