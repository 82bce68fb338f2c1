// What memory wants in the file, and what a merge promises for any three sides.
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

Waiting told(Command::Kind kind, const PeerEntry& entry) {
  Waiting waiting;
  waiting.commands.emplace(entry.key, Command{.kind = kind, .entry = entry, .at = kNow});
  return waiting;
}

TEST(Merge, CommandsAddRemoveAndTakeOver) {
  const std::vector<PeerEntry> peers{by_hand(1), learned(2)};
  const std::vector<Tombstone> removed{{.key = key_of(3)}};
  const Base base = base_of(version(5, peers, removed), {});
  const text::Document file = version(5, peers, removed);
  const auto result = [&](Command::Kind kind, const PeerEntry& entry) {
    return after(file, merged(base, file, told(kind, entry)).changes);
  };
  using enum Command::Kind;
  EXPECT_EQ(*find(result(add, by_hand(9)), key_of(9)), by_hand(9));
  EXPECT_EQ(find(result(add, by_hand(1, {address(4)})), key_of(1))->addresses,
            (std::vector{address(1), address(4)}));
  const text::Document taken = result(add, by_hand(2, {address(4)}));
  EXPECT_EQ(find(taken, key_of(2))->addresses, std::vector{address(4)});
  EXPECT_EQ(find(taken, key_of(2))->source, Source::operator_entry);
  EXPECT_FALSE(buried(result(add, by_hand(3)), key_of(3)));
  PeerEntry named = by_hand(1);
  named.name = "alice";
  EXPECT_EQ(find(result(add, named), key_of(1))->name, "alice");
  EXPECT_TRUE(find(result(remove, by_hand(1)), key_of(1)) == nullptr);
  EXPECT_TRUE(buried(result(remove, by_hand(1)), key_of(1)));
  EXPECT_TRUE(buried(result(remove, by_hand(8)), key_of(8))) << "also one that is not there";
  EXPECT_EQ(result(remove, by_hand(3)).removed.size(), 1U);
}

TEST(Merge, ACommandWinsOverWhatTheSameMergeWouldDo) {
  // Vanished and to be put back, but removed by command; deleted by edit, but added by command.
  const Outcome removed =
      merged(five(), version(4, by_hand_all({1, 2, 3})), told(Command::Kind::remove, by_hand(4)));
  EXPECT_EQ(numbers(removed.changes.append), std::vector{5});
  EXPECT_EQ(removed.changes.bury.at(0).key, key_of(4));
  const Outcome added =
      merged(five(), edited(5, by_hand_all({1, 2, 3, 4})), told(Command::Kind::add, by_hand(5, {address(2)})));
  EXPECT_EQ(numbers(added.changes.append), std::vector{5});
  EXPECT_TRUE(added.changes.bury.empty() && added.edits.removed.empty());
  const Outcome joined =
      merged(five(), version(4, by_hand_all({1, 2, 3})), told(Command::Kind::add, by_hand(5, {address(2)})));
  EXPECT_EQ(find(after(version(4, {}), joined.changes), key_of(5))->addresses,
            (std::vector{address(1), address(2)}));
}

TEST(Merge, NothingIsWrittenForAKeyThatABadEntryHolds) {
  const Outcome outcome = merged({}, with_unusable(edited(1, {}), 3), knowing({learned(3)}), true);
  EXPECT_TRUE(outcome.changes.empty());
}

TEST(Merge, ARemovalTakesOutABadEntryOfItsKey) {
  const Outcome outcome =
      merged({}, with_unusable(edited(1, {}), 3), told(Command::Kind::remove, by_hand(3)), true);
  EXPECT_THAT(outcome.changes.remove, ElementsAre(key_of(3)));
  EXPECT_THAT(outcome.changes.bury, ElementsAre(Tombstone{.key = key_of(3), .at = kNow}));
}

TEST(Merge, ANewTombstoneIsToldAlsoOfWhomTheFileNeverHeld) {
  const text::Document file = version(6, by_hand_all({1, 2, 3, 4, 5}), {{.key = key_of(9)}});
  EXPECT_THAT(merged(five(), file).edits.removed, ElementsAre(key_of(9)));
  EXPECT_THAT(merged(base_of(file, five()), file).edits.removed, IsEmpty()) << "once";
  const text::Document back = edited(6, by_hand_all({1, 2, 3, 4, 5, 9}), {{.key = key_of(9)}});
  EXPECT_THAT(merged(five(), back).edits.removed, IsEmpty()) << "added by hand, which undoes it";
}

TEST(Merge, TheOldestTombstonesMakeRoom) {
  std::vector<Tombstone> removed(text::kMaxTombstones);
  for (std::size_t i = 0; i < removed.size(); ++i) {
    removed[i].key[0] = static_cast<std::uint8_t>(i);
    removed[i].key[1] = static_cast<std::uint8_t>(i >> 8);
    removed[i].key[2] = static_cast<std::uint8_t>(i >> 16);
    removed[i].at = kNow - std::chrono::seconds{i};
  }
  const text::Document file = version(1, {}, removed);
  const Outcome outcome = merged(base_of(file, {}), file, told(Command::Kind::remove, by_hand(255)));
  EXPECT_THAT(outcome.changes.unbury, ElementsAre(removed.back().key));
}

TEST(BaseOf, RemembersInWhichGenerationAPeerCameAndNeverGoesBack) {
  const Base base = five();
  EXPECT_EQ(base.peers.since(*base.peers.find(key_of(1))), 4U);
  EXPECT_EQ(base.peers.since(*base.peers.find(key_of(5))), 5U);
  EXPECT_EQ(base_of(edited(4, {}), base).generation(), 5U);
  EXPECT_EQ(base_of(without_seal(version(9, {})), base).generation(), 5U);
  EXPECT_EQ(base_of(version(6, {}), base).generation(), 6U);
}

/// Three sides of one history, at random.
class RandomSides {
 public:
  explicit RandomSides(std::uint64_t seed) : rng_{seed} {
    for (std::uint8_t i = 1; i <= 12; ++i) {
      if (chance(3)) peers_.push_back(entry(i));
    }
    base = base_of(
        version(5, peers_),
        base_of(version(3, {peers_.begin(), peers_.begin() + static_cast<std::ptrdiff_t>(peers_.size() / 2)}),
                {}));
    std::vector<PeerEntry> edited_peers = peers_;
    std::erase_if(edited_peers, [&](const auto&) { return !chance(5); });
    for (PeerEntry& peer : edited_peers) {
      if (!chance(5)) peer.addresses = {address(static_cast<int>(rng_.below(9)) + 1)};
    }
    for (std::uint8_t i = 20; i < 24; ++i) {
      if (!chance(3)) edited_peers.push_back(entry(i));
    }
    file = chance(2) ? edited(3 + static_cast<std::uint64_t>(rng_.below(4)), edited_peers)
                     : version(3 + static_cast<std::uint64_t>(rng_.below(4)), edited_peers);
    if (!chance(6)) file.seal.reset();
    for (std::uint8_t i = 1; i < 30; ++i) {
      if (!chance(4))
        waiting.learned.emplace(key_of(i), learned(i, static_cast<std::uint64_t>(rng_.below(6)), {address(5)}));
      if (!chance(12))
        waiting.commands.emplace(key_of(i), Command{.kind = chance(2) ? Command::Kind::add : Command::Kind::remove,
                                                    .entry = by_hand(i),
                                                    .at = kNow});
    }
    bad_entries = !chance(6);
  }
  Base base;
  text::Document file;
  Waiting waiting;
  bool bad_entries = false;

 private:
  bool chance(std::int64_t of) { return rng_.below(of) != 0; }
  PeerEntry entry(std::uint8_t byte) {
    return chance(2) ? by_hand(byte) : learned(byte, static_cast<std::uint64_t>(rng_.below(5)));
  }
  base::SeededRng rng_;
  std::vector<PeerEntry> peers_;
};

TEST(Merge, KeepsItsPromisesForRandomSides) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const RandomSides sides{seed};
    const Outcome outcome = merge(sides.base, sides.file, sides.bad_entries, sides.waiting, kNow);
    text::Document result = after(sides.file, outcome.changes);
    std::vector<RawKey> keys;
    keys.reserve(result.peers.size());
    for (const PeerEntry& peer : result.peers) keys.push_back(peer.key);
    std::ranges::sort(keys);
    ASSERT_EQ(std::ranges::adjacent_find(keys), keys.end()) << seed;
    for (const PeerEntry& peer : result.peers) ASSERT_FALSE(buried(result, peer.key)) << seed;
    // Nobody is lost without being named: what the base had is there, buried, or forgotten in so many words.
    for (std::uint32_t i = 0; i < sides.base.peers.size(); ++i) {
      const RawKey key = sides.base.peers.key(i);
      const bool named = std::ranges::find(outcome.edits.forgotten, key) != outcome.edits.forgotten.end();
      ASSERT_TRUE(find(result, key) != nullptr || buried(result, key) || named) << seed;
    }
    for (const auto& [key, command] : sides.waiting.commands) {
      ASSERT_EQ(find(result, key) != nullptr, command.kind == Command::Kind::add) << seed;
    }
    // What was written is agreed upon: the same sides again have nothing more to say.
    result.seal = text::Seal{.stamp = {kFileId, 9}, .intact = true};
    Waiting left = sides.waiting;
    std::erase_if(left.learned, [&](const auto& fact) { return find(result, fact.first) == nullptr; });
    const Outcome again = merge(base_of(result, sides.base), result, sides.bad_entries, left, kNow);
    ASSERT_TRUE(again.changes.empty() && again.edits.empty() && again.notices.empty()) << seed;
  }
}

TEST(Merge, TheOrderOfTheEntriesDoesNotMatter) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    RandomSides sides{seed};
    if (!sides.file.seal) continue;  // Being cut off is a matter of order.
    const Outcome one = merge(sides.base, sides.file, sides.bad_entries, sides.waiting, kNow);
    text::Document turned = sides.file;
    std::ranges::reverse(turned.peers);
    const Outcome other = merge(sides.base, turned, sides.bad_entries, sides.waiting, kNow);
    const auto set_of = [](text::Document document) {
      std::ranges::sort(document.peers, {}, &PeerEntry::key);
      return document.peers;
    };
    ASSERT_EQ(set_of(after(sides.file, one.changes)), set_of(after(turned, other.changes))) << seed;
  }
}

}  // namespace
}  // namespace store::merge
