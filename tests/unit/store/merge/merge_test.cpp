// Every rule of the three-way merge: what counts as deleted and what as damage, and who wins.
#include "store/merge/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "store/merge/merger.hpp"
#include "store/text/limits.hpp"
#include "unit/store/merge/build.hpp"

namespace store::merge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Notice::Kind;

std::vector<Kind> kinds(const Outcome& outcome) {
  std::vector<Kind> all;
  for (const Notice& notice : outcome.notices) all.push_back(notice.kind);
  return all;
}
TEST(Merge, OfThreeEqualSidesChangesNothing) {
  const Outcome outcome = merged(five(), version(5, by_hand_all({1, 2, 3, 4, 5})));
  EXPECT_TRUE(outcome.changes.empty() && outcome.edits.empty() && outcome.notices.empty());
  EXPECT_FALSE(outcome.reseal || outcome.keep_copy);
}

/// Peers 4 and 5 are not in the file: were they deleted?
struct Vanished {
  const char* name;
  text::Document file;
  bool bad_entries;
  std::vector<int> put_back;
  std::vector<int> buried;
  std::vector<Kind> notices;
};
class WhatVanishes : public ::testing::TestWithParam<Vanished> {};
TEST_P(WhatVanishes, IsDeletedOrOnlyMissing) {
  const Vanished& c = GetParam();
  const Outcome outcome = merged(five(), c.file, {}, c.bad_entries);
  EXPECT_EQ(numbers(outcome.changes.append), c.put_back);
  std::vector<int> buried;
  for (const Tombstone& tombstone : outcome.changes.bury) buried.push_back(tombstone.key[0]);
  EXPECT_EQ(buried, c.buried);
  EXPECT_EQ(outcome.edits.removed.size(), c.buried.size());
  EXPECT_EQ(kinds(outcome), c.notices);
}
text::Document of_another_file(text::Document document) {
  document.seal->stamp.file_id = 1;
  return document;
}
INSTANTIATE_TEST_SUITE_P(
    Merge, WhatVanishes,
    ::testing::Values(
        Vanished{"TheOperatorDeletes", edited(5, by_hand_all({1, 2, 3})), false, {}, {4, 5}, {}},
        Vanished{
            "OneOfThemIsABadEntryNow", with_unusable(edited(5, by_hand_all({1, 2, 3})), 4), false, {}, {5}, {}},
        Vanished{"OthersAreBad", edited(5, by_hand_all({1, 2, 3})), true, {4, 5}, {}, {Kind::kept_bad_entries}},
        Vanished{"TheEditorNeverSawTheYounger",
                 edited(4, by_hand_all({1, 2, 3})),
                 false,
                 {5},
                 {4},
                 {Kind::kept_unseen}},
        Vanished{"AnOlderVersionIsRestored",
                 version(4, by_hand_all({1, 2, 3})),
                 false,
                 {4, 5},
                 {},
                 {Kind::kept_other_file}},
        Vanished{"AnotherFileIsCopiedIn",
                 of_another_file(version(9, by_hand_all({1, 2, 3}))),
                 false,
                 {4, 5},
                 {},
                 {Kind::kept_other_file}},
        Vanished{"AnotherFileIsCopiedInAndEdited",
                 of_another_file(edited(9, by_hand_all({1, 2, 3}))),
                 false,
                 {4, 5},
                 {},
                 {Kind::kept_other_file}},
        Vanished{"TheTailIsCutOff",
                 without_seal(edited(5, by_hand_all({1, 2, 3}))),
                 false,
                 {4, 5},
                 {},
                 {Kind::kept_cut_off}},
        Vanished{"TheSealIsGoneAndSomethingInTheMiddle",
                 without_seal(edited(5, by_hand_all({1, 2, 4}))),
                 false,
                 {},
                 {3, 5},
                 {}},
        Vanished{"MostVanish", edited(5, by_hand_all({1, 2})), false, {}, {}, {Kind::mass_deletion}},
        Vanished{"AllVanish", edited(5, {}), false, {}, {}, {Kind::mass_deletion}},
        Vanished{"AllVanishWithTheSeal", without_seal(edited(5, {})), false, {}, {}, {Kind::mass_deletion}},
        Vanished{"AnotherProcessForgotThem", version(6, by_hand_all({1, 2, 3})), false, {}, {}, {}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Merge, MassDeletionForgetsWithoutTombstonesAndListsTheNames) {
  const Outcome outcome = merged(five(), edited(5, by_hand_all({1})));
  EXPECT_EQ(outcome.edits.forgotten.size(), 4U);
  EXPECT_TRUE(outcome.edits.removed.empty() && outcome.changes.empty());
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].count, 4U);
  EXPECT_THAT(outcome.notices[0].peers, ElementsAre(key_of(2), key_of(3), key_of(4), key_of(5)));
}

TEST(Merge, HalfIsNotMass) {
  const Base base = base_of(version(1, by_hand_all({1, 2})), {});
  EXPECT_EQ(merged(base, edited(1, by_hand_all({1}))).changes.bury.size(), 1U);
}

TEST(Merge, ARemovalByAnotherProcessIsTakenOver) {
  const Outcome outcome =
      merged(five(), version(6, by_hand_all({1, 2, 3, 4}), {{.key = key_of(5)}}), knowing({learned(5, 9)}));
  EXPECT_THAT(outcome.edits.removed, ElementsAre(key_of(5)));
  EXPECT_TRUE(outcome.changes.empty());
}

TEST(Merge, TheOperatorsDeletionWinsOverWhatTheNodeLearned) {
  const Outcome outcome = merged(five(), edited(5, by_hand_all({1, 2, 3, 4})), knowing({learned(5, 9)}));
  EXPECT_THAT(outcome.edits.removed, ElementsAre(key_of(5)));
  EXPECT_TRUE(outcome.changes.append.empty() && outcome.changes.edit.empty());
  ASSERT_EQ(outcome.changes.bury.size(), 1U);
  EXPECT_EQ(outcome.changes.bury[0], (Tombstone{.key = key_of(5), .at = kNow}));
}

TEST(Merge, ATombstoneKeepsOutWhatIsLearnedAndYieldsToAHandThatAddsIt) {
  const Base base = base_of(version(5, by_hand_all({1}), {{.key = key_of(2)}}), {});
  EXPECT_TRUE(
      merged(base, version(5, by_hand_all({1}), {{.key = key_of(2)}}), knowing({learned(2)})).changes.empty());
  const Outcome back =
      merged(base, edited(5, by_hand_all({1, 2}), {{.key = key_of(2)}}), knowing({learned(2, 7)}));
  EXPECT_THAT(back.changes.unbury, ElementsAre(key_of(2)));
  EXPECT_EQ(numbers(back.edits.added), std::vector{2});
  ASSERT_EQ(back.changes.edit.size(), 1U);
  EXPECT_EQ(back.changes.edit[0].learned->sequence, 7U);
  // Taken out by hand: welcome again.
  EXPECT_EQ(numbers(merged(base, edited(5, by_hand_all({1})), knowing({learned(2)})).changes.append),
            std::vector{2});
}

TEST(Merge, TombstonesThatAnEditorOrACopyNeverSawStay) {
  const Base before = base_of(version(4, by_hand_all({1, 2})), {});
  const Base base = base_of(version(5, by_hand_all({1}), {{.key = key_of(2), .at = kNow}}), before);
  for (const text::Document& file : {version(4, by_hand_all({1})), of_another_file(version(9, by_hand_all({1}))),
                                     edited(4, by_hand_all({1})), without_seal(edited(5, by_hand_all({1})))}) {
    const Outcome outcome = merged(base, file, knowing({learned(2)}));
    EXPECT_THAT(outcome.changes.bury, ElementsAre(Tombstone{.key = key_of(2), .at = kNow}));
    EXPECT_THAT(outcome.changes.append, IsEmpty());
  }
  // The editor's file still lists the peer that a command removed meanwhile: that is no new wish.
  const Outcome stale = merged(base, edited(4, by_hand_all({1, 2, 3})));
  EXPECT_THAT(stale.changes.remove, ElementsAre(key_of(2)));
  EXPECT_EQ(stale.changes.bury.size(), 1U);
  EXPECT_EQ(numbers(stale.edits.added), std::vector{3});
  // A restored copy that lists it is one: what is added counts.
  const Outcome restored = merged(base, version(4, by_hand_all({1, 2})));
  EXPECT_TRUE(restored.changes.remove.empty() && restored.changes.bury.empty());
  EXPECT_EQ(numbers(restored.edits.added), std::vector{2});
  EXPECT_TRUE(restored.reseal);
}

TEST(Merge, AdditionsOfAllSidesStay) {
  const Outcome outcome =
      merged(five(), edited(5, by_hand_all({1, 2, 3, 4, 5, 6})), knowing({learned(7), learned(8)}));
  EXPECT_EQ(numbers(outcome.edits.added), std::vector{6});
  EXPECT_EQ(numbers(outcome.changes.append), (std::vector{7, 8}));
}

TEST(Merge, AKeyThatIsOneBitOffIsMendedInItsPlace) {
  PeerEntry damaged = by_hand(3);
  damaged.key[7] ^= 0x10;
  std::vector<PeerEntry> peers = by_hand_all({1, 2, 4, 5});
  peers.insert(peers.begin() + 2, damaged);
  for (const bool bad_entries : {false, true}) {
    const Outcome outcome = merged(five(), edited(5, peers), {}, bad_entries);
    ASSERT_EQ(outcome.changes.edit.size(), 1U);
    EXPECT_EQ(outcome.changes.edit[0].key, damaged.key);
    EXPECT_EQ(outcome.changes.edit[0].mended_key, key_of(3));
    EXPECT_TRUE(outcome.keep_copy && outcome.edits.empty());
    EXPECT_EQ(kinds(outcome), std::vector{Kind::key_mended});
    EXPECT_EQ(numbers(after(edited(5, peers), outcome.changes).peers), (std::vector{1, 2, 3, 4, 5}));
  }
}

TEST(OneBitApart, OfTheBytesOrOfTheTextThatStandsForThem) {
  RawKey key{};
  RawKey other{};
  EXPECT_FALSE(one_bit_apart(key, other));
  other[0] = 0x04;  // 'A' and 'B': two bits of the text, one of the bytes.
  EXPECT_TRUE(one_bit_apart(key, other));
  other[0] = 0x68;  // 'A' and 'a': one bit of the text, three of the bytes.
  EXPECT_TRUE(one_bit_apart(key, other));
  other[0] = 0x0c;
  EXPECT_FALSE(one_bit_apart(key, other));
  other[9] = 0xff;
  EXPECT_FALSE(one_bit_apart(key, other));
}

TEST(Merge, OfLearnedFactsTheHigherSequenceCountsAndThenTheLaterSight) {
  const std::vector<PeerEntry> peers{by_hand(1), learned(2, 5), learned(3, 5)};
  const Base base = base_of(version(5, peers), {});
  EXPECT_TRUE(
      merged(base, version(5, peers), knowing({learned(2, 4, {address(9)}), learned(1, 0)})).changes.empty());
  PeerEntry moved = learned(2, 6, {address(9)});
  moved.last_seen = kNow;
  const Outcome outcome = merged(base, version(5, peers), knowing({moved, learned(1, 3, {address(8)})}));
  const text::Document file = after(version(5, peers), outcome.changes);
  EXPECT_EQ(*find(file, key_of(2)), moved);
  EXPECT_EQ(find(file, key_of(1))->sequence, 3U);
  EXPECT_EQ(find(file, key_of(1))->addresses, std::vector{address(1)}) << "the operator's addresses are theirs";
  // Same number, other usable addresses: the later sight.
  PeerEntry seen = learned(3, 5, {address(7)});
  seen.last_seen = kNow;
  EXPECT_EQ(merged(base, version(5, peers), knowing({seen})).changes.edit.at(0).addresses,
            std::vector{address(7)});
  std::vector<PeerEntry> seen_before = peers;
  seen_before[2].last_seen = kNow + std::chrono::hours{1};
  EXPECT_TRUE(
      merged(base_of(version(5, seen_before), {}), version(5, seen_before), knowing({seen})).changes.empty());
}

TEST(Merge, ALaterSightAloneIsWrittenOnceItIsADay) {
  for (PeerEntry held : {learned(2, 5), by_hand(2)}) {
    const PeerEntry fact{.key = held.key, .record = {1}, .sequence = held.sequence, .last_seen = kNow};
    const auto changes = [&] {
      const text::Document file = version(5, {held});
      return merged(base_of(file, {}), file, knowing({fact})).changes;
    };
    held.last_seen = kNow - kSightWorthAWrite + std::chrono::seconds{1};
    EXPECT_TRUE(changes().empty());
    held.last_seen = kNow - kSightWorthAWrite;
    ASSERT_EQ(changes().edit.size(), 1U);
    PeerEntry want = held;
    want.last_seen = kNow;
    EXPECT_EQ(after(version(5, {held}), changes()).peers.at(0), want);
    held.last_seen.reset();
    EXPECT_EQ(changes().edit.at(0).last_seen, kNow) << "never seen before";
  }
}

TEST(Merge, OfALaterSightWithAnOlderRecordOnlyTheSightCounts) {
  PeerEntry held = learned(2, 5);
  held.last_seen = kNow - kSightWorthAWrite;
  PeerEntry fact = learned(2, 4, {address(9)});
  fact.last_seen = kNow;
  const text::Document file = version(5, {held});
  PeerEntry want = held;
  want.last_seen = kNow;
  EXPECT_EQ(after(file, merged(base_of(file, {}), file, knowing({fact})).changes).peers.at(0), want);
  take_over(held, PeerEntry{fact});
  EXPECT_EQ(held, want);
}

TEST(Merge, WhatTheFileGotFromAnotherProcessIsNotOverwrittenByOlderMemory) {
  const Base base = base_of(version(5, {learned(2, 5)}), {});
  const Outcome outcome =
      merged(base, version(6, {learned(2, 8, {address(8)})}), knowing({learned(2, 7, {address(7)})}));
  EXPECT_TRUE(outcome.changes.empty());
  EXPECT_EQ(numbers(outcome.edits.changed), std::vector{2});
}

TEST(Merge, AddressesThatTheOperatorGaveALearnedPeerAreTheOperatorsFromThenOn) {
  const Base base = base_of(version(5, {learned(2, 5)}), {});
  const text::Document file = edited(5, {learned(2, 5, {address(9)})});
  const Outcome alone = merged(base, file);
  EXPECT_EQ(alone.changes.edit.at(0).source, Source::operator_entry);
  EXPECT_FALSE(alone.keep_copy);
  // The node had learned others at the same time: a conflict.
  const Outcome outcome = merged(base, file, knowing({learned(2, 6, {address(7)})}));
  const text::Document after_it = after(file, outcome.changes);
  EXPECT_EQ(after_it.peers[0].addresses, std::vector{address(9)});
  EXPECT_EQ(after_it.peers[0].sequence, 6U);
  EXPECT_EQ(after_it.peers[0].source, Source::operator_entry);
  EXPECT_TRUE(outcome.keep_copy);
  ASSERT_EQ(kinds(outcome), std::vector{Kind::conflict});
  EXPECT_EQ(outcome.notices[0].detail, " " + address(7).to_text());
}

TEST(Merge, AnEditedNameOrSourceIsToldAndLeftAlone) {
  std::vector<PeerEntry> peers{by_hand(1), learned(2)};
  const Base base = base_of(version(5, peers), {});
  peers[0].name = "alice";
  peers[1].source = Source::operator_entry;
  const Outcome outcome = merged(base, edited(5, peers));
  EXPECT_TRUE(outcome.changes.empty());
  EXPECT_EQ(numbers(outcome.edits.changed), (std::vector{1, 2}));
}

}  // namespace
}  // namespace store::merge
