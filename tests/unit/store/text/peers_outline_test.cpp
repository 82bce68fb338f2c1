// A text that is had again without parsing it: it takes every change as the parsed one does, byte by byte.
#include "store/text/peers_outline.hpp"

#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "unit/store/text/scribe.hpp"

namespace store::text {
namespace {

constexpr Stamp kStamp{.file_id = 0xabcd, .generation = 3};

/// As a node left it: of the newest version, and sealed.
PeersText written(const std::string& text) {
  Findings findings;
  const auto parsed = PeersText::parse(text, findings);
  EXPECT_TRUE(parsed) << text;
  auto sealed = parsed->with({}, kStamp);
  EXPECT_TRUE(sealed) << text;
  return sealed ? std::move(*sealed) : PeersText::blank();
}

Changes random_changes(const Document& document, base::Rng& rng) {
  Changes changes;
  if (rng.below(2) == 1) changes.append = {learned(100), learned(101)};
  if (rng.below(2) == 1) changes.bury = {{.key = key_of(120)}};
  if (rng.below(4) == 1 && !document.removed.empty()) changes.unbury = {document.removed[0].key};
  for (const PeerEntry& peer : document.peers) {
    EntryEdit edit = learned_edit(peer.key[0], 5);
    switch (rng.below(6)) {
      case 0: changes.edit.push_back(edit); break;
      case 1: changes.remove.push_back(peer.key); break;
      case 2:
        edit.addresses = {address("/ip4/203.0.113.7/tcp/7")};
        edit.name = "renamed";
        edit.source = Source::operator_entry;
        changes.edit.push_back(edit);
        break;
      case 3:
        edit.addresses = peer.addresses;
        edit.addresses->push_back(address("/ip4/203.0.113.8/tcp/8"));
        changes.edit.push_back(edit);
        break;
      default: break;
    }
  }
  return changes;
}

TEST(PeersOutline, ARecalledTextTakesEveryChangeAsTheParsedOneDoes) {
  int outcomes = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    base::SeededRng rng{seed};
    const PeersText parsed = written(Scribe{rng}.file(static_cast<int>(1 + rng.below(6))));
    const auto outline = PeersOutline::of(parsed);
    if (!outline) continue;  // The scribe had left an entry out.
    ASSERT_TRUE(outline->is_of(parsed.text()));
    const PeersText recalled = outline->recalled(parsed.text(), parsed.document().peers);
    EXPECT_EQ(recalled.document().peers, parsed.document().peers);
    EXPECT_EQ(recalled.document().removed, parsed.document().removed);
    EXPECT_EQ(recalled.document().seal, parsed.document().seal);

    const Changes changes = random_changes(parsed.document(), rng);
    const auto expected = parsed.with(changes, {.file_id = 7, .generation = 8});
    const auto got = recalled.with(changes, {.file_id = 7, .generation = 8});
    ASSERT_TRUE(expected) << seed << "\n" << parsed.text();
    ASSERT_TRUE(got) << seed << "\n" << parsed.text();
    ++outcomes;
    EXPECT_EQ(got->text(), expected->text()) << seed;
    EXPECT_EQ(got->document().peers, expected->document().peers) << seed;
  }
  EXPECT_GT(outcomes, 300);
}

TEST(PeersOutline, OfARecalledTextIsThatOfTheText) {
  const PeersText parsed = written("peers:\n  - public_key: " + key_base64(1) + "\n");
  const auto outline = PeersOutline::of(parsed);
  ASSERT_TRUE(outline);
  const PeersText recalled = outline->recalled(parsed.text(), parsed.document().peers);
  const auto again = PeersOutline::of(recalled);
  ASSERT_TRUE(again);
  Changes changes;
  changes.edit = {learned_edit(1, 9)};
  EXPECT_EQ(again->recalled(parsed.text(), parsed.document().peers).with(changes, kStamp)->text(),
            parsed.with(changes, kStamp)->text());
}

TEST(PeersOutline, KnowsItsTextByEveryByte) {
  const std::string text = written("# mine\npeers:\n  - public_key: " + key_base64(1) + "\n").text();
  const auto outline = PeersOutline::of(written(text));
  ASSERT_TRUE(outline);
  const std::string own = written(text).text();
  ASSERT_TRUE(outline->is_of(own));
  EXPECT_FALSE(outline->is_of(own + "\n"));
  for (std::size_t at = 0; at < own.size(); ++at) {
    std::string other = own;
    other[at] ^= 1;
    EXPECT_FALSE(outline->is_of(other)) << at;
  }
}

struct Unfit {
  const char* name;
  std::string text;
};
class Unfits : public ::testing::TestWithParam<Unfit> {};
TEST_P(Unfits, AreReadInFullEachTime) { EXPECT_FALSE(PeersOutline::of(written(GetParam().text))); }
const std::string kEntry = "  - public_key: " + key_base64(1) + "\n";
INSTANTIATE_TEST_SUITE_P(
    PeersOutline, Unfits,
    ::testing::Values(Unfit{"FlowList", "peers: [{public_key: " + key_base64(1) + "}]\n"},
                      Unfit{"FlowRoot", "{peers: [{public_key: " + key_base64(1) + "}]}\n"},
                      Unfit{"KeyTwice", "peers:\n" + kEntry + kEntry},
                      Unfit{"BadEntry", "peers:\n" + kEntry + "  - public_key: AQID\n"},
                      Unfit{"BadAddress", "peers:\n" + kEntry + "    addresses: [/foo, /ip4/192.0.2.1/tcp/1]\n"},
                      Unfit{"NoPeers", "other: 1\n"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PeersOutline, ATextWithoutASealIsNotOurs) {
  Findings findings;
  EXPECT_FALSE(PeersOutline::of(*PeersText::parse("version: 1\npeers:\n" + kEntry, findings)));
}

/// Whoever recalls may be wrong about what the entries say: nothing wrong is written by that.
TEST(PeersOutline, AWrongMemoryIsFoundOutAndTheTextReadInFull) {
  const PeersText parsed = written("peers:\n" + kEntry + "  - public_key: " + key_base64(2) + "\n");
  const auto outline = PeersOutline::of(parsed);
  ASSERT_TRUE(outline);
  std::vector<PeerEntry> wrong = parsed.document().peers;
  wrong[0].sequence = 77;
  Changes edits;
  edits.edit = {learned_edit(1, 9)};
  Changes appends;
  appends.append = {learned(5)};
  for (const Changes& changes : {edits, appends}) {
    const auto got = outline->recalled(parsed.text(), wrong).with(changes, kStamp);
    const auto expected = parsed.with(changes, kStamp);
    ASSERT_TRUE(got && expected);
    EXPECT_EQ(got->text(), expected->text());
    EXPECT_EQ(got->document().peers, expected->document().peers);
  }
}

}  // namespace
}  // namespace store::text
