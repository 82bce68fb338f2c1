// The record table: what is known, proven, told on; the change log; fingerprints; limits.
#include "exchange/record_table.hpp"

#include <gtest/gtest.h>

#include "exchange/limits.hpp"
#include "exchange/partners.hpp"
#include "support/exchange_network.hpp"

namespace exchange {
namespace {

using test::address_of;
using test::identity_of;

RecordPtr record(std::uint32_t number, std::uint64_t seq) {
  return std::make_shared<const libp2p::SignedPeerRecord>(
      libp2p::SignedPeerRecord::sign(identity_of(number), seq, {address_of(number)}));
}

TEST(RecordTable, TellsOnWhatIsProvenOnly) {
  RecordTable table{1};
  const RecordPtr first = record(1, 10);
  ASSERT_TRUE(table.learn(first, {}));
  EXPECT_EQ(table.told(), 0U);
  table.prove(first->peer());
  EXPECT_EQ(table.told(), 1U);
  ASSERT_TRUE(table.learn(record(1, 11), {}));
  // Until the newer one is proven the older proven one is told on.
  EXPECT_EQ(table.changes(0, 0).entries.at(0).version.seq, 10U);
  const std::uint64_t before = table.position().change;
  table.prove(first->peer());
  EXPECT_EQ(table.changes(before, 0).entries.at(0).version.seq, 11U);
  EXPECT_EQ(table.changes(0, 0).entries.size(), 1U) << "one line per peer";
}

TEST(RecordTable, TellsAConnectedPeerWhoseCheckFailedOnWithAMark) {
  RecordTable table{1};
  const RecordPtr first = record(1, 10);
  ASSERT_TRUE(table.learn(first, {}));
  table.fail_check(first->peer());
  EXPECT_EQ(table.told(), 0U) << "not connected";
  table.set_connected(first->peer(), true);
  ASSERT_EQ(table.told(), 1U);
  EXPECT_TRUE(table.changes(0, 0).entries.at(0).unreachable);
  const std::uint64_t marked = table.position().change;
  table.prove(first->peer());
  ASSERT_EQ(table.changes(marked, 0).entries.size(), 1U) << "a changed mark gets a change number";
  EXPECT_FALSE(table.changes(marked, 0).entries.at(0).unreachable);
}

TEST(RecordTable, DropsTheMarkedLineWhenThePeerGoes) {
  RecordTable table{1};
  ASSERT_TRUE(table.learn(record(1, 10), {}));
  const libp2p::PeerId peer = record(1, 10)->peer();
  table.set_connected(peer, true);
  table.fail_check(peer);
  table.set_connected(peer, false);
  EXPECT_EQ(table.told(), 0U);
}

TEST(RecordTable, AnyTellingWithoutTheMarkWins) {
  RecordTable table{1};
  const RecordPtr first = record(1, 10);
  ASSERT_TRUE(table.learn(first, {.unreachable = true}));
  EXPECT_FALSE(table.heard_again(first->peer(), {.unreachable = true}));
  EXPECT_TRUE(table.heard_again(first->peer(), {}));
  EXPECT_FALSE(table.find(first->peer())->told_unreachable);
  EXPECT_FALSE(table.heard_again(first->peer(), {.unreachable = true}));
  EXPECT_FALSE(table.find(first->peer())->told_unreachable);
}

TEST(RecordTable, PagesTheChangeLogUpToTheEndOfTheFirstPage) {
  RecordTable table{7};
  const auto count = static_cast<std::uint32_t>(kMaxEntriesPerPage + 5);
  for (std::uint32_t i = 0; i < count; ++i) table.restore(record(i, 1), true, false);
  const Listing first = table.changes(0, 0);
  EXPECT_EQ(first.entries.size(), kMaxEntriesPerPage);
  ASSERT_TRUE(first.more);
  table.restore(record(count, 1), true, false);  // between the pages
  const Listing second = table.changes(first.next, first.position.change);
  EXPECT_EQ(second.entries.size(), 5U);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.position, first.position);
  EXPECT_EQ(table.changes(second.position.change, 0).entries.size(), 1U);
}

TEST(RecordTable, ListsOnlyTheRangesThatDiffer) {
  RecordTable table{7};
  std::vector<Line> view;
  for (std::uint32_t i = 0; i < 200; ++i) {
    table.restore(record(i, 1), true, false);
    view.push_back(line_of({.peer = record(i, 1)->peer(), .version = record(i, 1)->version()}));
  }
  std::ranges::sort(view);
  const std::size_t ranges = range_count(view.size());
  EXPECT_EQ(ranges, 32U);
  const FingerprintQuery same{.ranges = fingerprints_of(view, ranges), .after = {}};
  EXPECT_TRUE(table.differing(same).entries.empty());
  EXPECT_TRUE(table.differing(same).differing.empty());
  table.restore(record(17, 2), true, false);
  const Listing changed = table.differing(same);
  EXPECT_EQ(changed.differing.size(), 1U);
  EXPECT_LT(changed.entries.size(), 40U);
  EXPECT_TRUE(std::ranges::any_of(changed.entries, [](const Entry& e) { return e.version.seq == 2; }));
}

TEST(RecordTable, ComparesWithWhatItTellsNow) {
  RecordTable table{7};
  for (std::uint32_t i = 0; i < 100; ++i) table.restore(record(i, 1), true, false);
  const auto listed = [&](std::size_t ranges) {
    return table.differing({.ranges = fingerprints_of({}, ranges), .after = {}}).entries.size();
  };
  EXPECT_EQ(listed(1), 100U);
  EXPECT_EQ(listed(16), 100U);
  table.tombstone(record(3, 1)->peer());
  EXPECT_EQ(listed(16), 99U);
  for (std::uint32_t i = 0; i < 100; ++i) table.tombstone(record(i, 1)->peer());
  EXPECT_TRUE(table.differing({.ranges = fingerprints_of({}, 16), .after = {}}).differing.empty());
  table.restore(record(200, 1), true, false);
  EXPECT_EQ(table.differing({.ranges = fingerprints_of({}, 16), .after = {}}).differing.size(), 1U);
}

TEST(RecordTable, PagesALongFirstContact) {
  RecordTable table{7};
  const auto count = static_cast<std::uint32_t>(kMaxEntriesPerPage + 5);
  for (std::uint32_t i = 0; i < count; ++i) table.restore(record(i, 1), true, false);
  FingerprintQuery query{.ranges = fingerprints_of({}, 1), .after = {}};
  const Listing first = table.differing(query);
  ASSERT_TRUE(first.more);
  query.after = first.next;
  EXPECT_EQ(table.differing(query).entries.size() + first.entries.size(), count);
}

TEST(RecordTable, HoldsWhatIsKnownRemovedOrRejectedForGood) {
  RecordTable table{1};
  const RecordPtr first = record(1, 10);
  const libp2p::PeerId peer = first->peer();
  EXPECT_FALSE(table.holds(peer, first->version(), Scope::global));
  ASSERT_TRUE(table.learn(first, {}));
  EXPECT_TRUE(table.holds(peer, first->version(), Scope::global));
  EXPECT_TRUE(table.holds(peer, record(1, 9)->version(), Scope::global));
  EXPECT_FALSE(table.holds(peer, record(1, 11)->version(), Scope::global));
  table.reject(peer, record(1, 11)->version(), Scope::global);
  EXPECT_TRUE(table.holds(peer, record(1, 11)->version(), Scope::global));
  EXPECT_FALSE(table.holds(peer, record(1, 11)->version(), Scope::loopback)) << "of use on a nearer link";
  table.tombstone(peer);
  EXPECT_EQ(table.find(peer), nullptr);
  EXPECT_TRUE(table.holds(peer, record(1, 99)->version(), Scope::loopback));
  table.forgive(peer);
  EXPECT_FALSE(table.holds(peer, record(1, 99)->version(), Scope::loopback));
}

TEST(RecordTable, ForgetsTheOldestRejection) {
  RecordTable table{1};
  for (std::uint32_t i = 0; i <= kMaxRejected; ++i) {
    table.reject(libp2p::PeerId::of(identity_of(i).public_key()), {.seq = 1, .hash = {}}, Scope::global);
  }
  EXPECT_EQ(table.rejected(), kMaxRejected);
  EXPECT_FALSE(table.holds(record(0, 1)->peer(), {.seq = 1, .hash = {}}, Scope::global));
}

TEST(RecordTable, RefusesHearsayWhenFullButTakesAPeersOwnRecord) {
  RecordTable table{1};
  const auto count = static_cast<std::uint32_t>(kMaxRecords);
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(table.learn(record(i, 1), {}));
  EXPECT_FALSE(table.learn(record(count, 1), {}));
  EXPECT_TRUE(table.learn(record(count, 1), {.by_itself = true}));
  EXPECT_EQ(table.size(), kMaxRecords);
  EXPECT_EQ(table.find(record(0, 1)->peer()), nullptr) << "the oldest hearsay went";
}

TEST(RecordTable, KeepsAPinnedPeersRecordAndMakesRoomForItInAFullTable) {
  RecordTable table{1};
  const auto count = static_cast<std::uint32_t>(kMaxRecords);
  table.pin(record(0, 1)->peer());
  ASSERT_TRUE(table.learn(record(0, 1), {}));  // hearsay, the oldest, and the operator's
  ASSERT_TRUE(table.restore(record(1, 1), true, false));
  for (std::uint32_t i = 2; i < count; ++i) ASSERT_TRUE(table.learn(record(i, 1), {}));
  EXPECT_TRUE(table.learn(record(count, 1), {.by_itself = true}));
  EXPECT_NE(table.find(record(0, 1)->peer()), nullptr);
  EXPECT_EQ(table.find(record(2, 1)->peer()), nullptr) << "the oldest that is not pinned went";
  table.pin(record(count + 1, 1)->peer());
  EXPECT_TRUE(table.learn(record(count + 1, 1), {})) << "hearsay of the operator's peer";
  EXPECT_EQ(table.size(), kMaxRecords);
  EXPECT_NE(table.find(record(1, 1)->peer()), nullptr) << "hearsay goes before what is proven";
  table.unpin(record(0, 1)->peer());
  EXPECT_TRUE(table.learn(record(count + 2, 1), {.by_itself = true}));
  EXPECT_EQ(table.find(record(0, 1)->peer()), nullptr);
}

TEST(RecordTable, NoRecordOfTheStoreDisplacesAnother) {
  RecordTable table{1};
  const auto count = static_cast<std::uint32_t>(kMaxRecords);
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(table.learn(record(i, 1), {}));
  EXPECT_TRUE(table.is_full());
  table.pin(record(count, 1)->peer());
  EXPECT_FALSE(table.restore(record(count, 1), true, false));
  EXPECT_NE(table.find(record(0, 1)->peer()), nullptr);
  EXPECT_TRUE(table.restore(record(7, 2), true, false)) << "a newer one of a held peer needs no place";
}

TEST(RecordTable, ARestoredRecordIsProvenThoughOthersToldOfItBefore) {
  RecordTable table{1};
  const RecordPtr told = record(1, 10);
  ASSERT_TRUE(table.learn(told, {}));
  EXPECT_TRUE(table.restore(record(1, 10), true, false));
  const Known& known = *table.find(told->peer());
  EXPECT_TRUE(known.newest_is_proven());
  EXPECT_FALSE(known.fresh) << "others need not hear of it again";
  EXPECT_EQ(known.scope, Scope::loopback) << "our own memory";
  EXPECT_FALSE(table.restore(record(1, 10), true, false)) << "nothing new";
}

TEST(RecordTable, ARestoredRecordIsTheProvenOneBesideANewerOneThatOthersTold) {
  RecordTable table{1};
  ASSERT_TRUE(table.learn(record(1, 11), {}));
  EXPECT_FALSE(table.restore(record(1, 10), false, false)) << "not proven";
  EXPECT_TRUE(table.restore(record(1, 10), true, false));
  const Known& known = *table.find(record(1, 11)->peer());
  EXPECT_EQ(known.newest->version().seq, 11U);
  EXPECT_TRUE(known.fresh);
  ASSERT_EQ(table.told(), 1U);
  EXPECT_EQ(table.changes(0, 0).entries.at(0).version.seq, 10U);
  EXPECT_FALSE(table.restore(record(1, 9), true, false)) << "a later one is proven";
}

TEST(RecordTable, DisplacesProvenRecordsLastAndNeverOneInUseOrItsOwnOrPinned) {
  RecordTable table{1};
  const auto count = static_cast<std::uint32_t>(kMaxRecords);
  const Network network{.family = 4, .prefix = {11}};
  table.set_own(record(count, 1));
  table.pin(record(1, 1)->peer());
  for (std::uint32_t i = 0; i + 1 < count; ++i) ASSERT_TRUE(table.restore(record(i, 1), true, false));
  table.set_connected(record(0, 1)->peer(), true);
  table.prove(record(5, 1)->peer(), network);
  EXPECT_EQ(table.proven_from(network), 1U);
  EXPECT_FALSE(table.learn(record(count + 1, 1), {})) << "hearsay displaces nothing";
  EXPECT_TRUE(table.learn(record(count + 1, 1), {.by_itself = true}));
  EXPECT_EQ(table.find(record(5, 1)->peer()), nullptr) << "proven by its source only";
  EXPECT_EQ(table.proven_from(network), 0U);
  table.set_connected(record(count + 1, 1)->peer(), true);
  EXPECT_TRUE(table.learn(record(count + 2, 1), {.by_itself = true}));
  EXPECT_EQ(table.find(record(2, 1)->peer()), nullptr) << "the oldest of the rest";
  EXPECT_TRUE(table.learn(record(count + 3, 1), {.by_itself = true}));
  EXPECT_EQ(table.find(record(count + 2, 1)->peer()), nullptr) << "hearsay goes first";
  EXPECT_EQ(table.size(), kMaxRecords);
  for (const std::uint32_t stays : {0U, 1U, count, count + 1}) {
    EXPECT_NE(table.find(record(stays, 1)->peer()), nullptr) << stays;
  }
}

TEST(RecordTable, DisplacesWhoLeftAgainAndTheYoungestVersionLast) {
  RecordTable table{1};
  const auto count = static_cast<std::uint32_t>(kMaxRecords);
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(table.learn(record(i, 1), {}));
  for (const bool connected : {true, false}) table.set_connected(record(0, 1)->peer(), connected);
  ASSERT_TRUE(table.learn(record(1, 2), {}));
  for (std::uint32_t i = 0; i < 2; ++i) EXPECT_TRUE(table.learn(record(count + i, 1), {.by_itself = true}));
  EXPECT_EQ(table.find(record(0, 1)->peer()), nullptr) << "was connected, and is the oldest";
  EXPECT_NE(table.find(record(1, 1)->peer()), nullptr) << "came anew";
  EXPECT_EQ(table.find(record(2, 1)->peer()), nullptr);
  table.forget(record(3, 1)->peer());
  ASSERT_TRUE(table.learn(record(3, 1), {}));
  EXPECT_TRUE(table.learn(record(count + 2, 1), {.by_itself = true}));
  EXPECT_NE(table.find(record(3, 1)->peer()), nullptr) << "what it was before is forgotten";
}

TEST(RecordTable, NotesSoManyHoldersOfAFreshRecord) {
  RecordTable table{1};
  const libp2p::PeerId about = record(0, 1)->peer();
  ASSERT_TRUE(table.learn(record(0, 1), {}));
  const auto most = static_cast<std::uint32_t>(kMaxHoldersNoted);
  for (std::uint32_t i = 1; i < most; ++i) table.note_holder(about, record(i, 1)->peer());
  EXPECT_EQ(table.find(about)->holders.size(), kMaxHoldersNoted - 1);
  table.note_holder(about, record(1, 1)->peer());
  EXPECT_EQ(table.find(about)->holders.size(), kMaxHoldersNoted - 1) << "each once";
  table.note_holder(about, record(most, 1)->peer());
  EXPECT_EQ(table.find(about)->holders.size(), kMaxHoldersNoted);
  table.note_holder(about, record(most + 1, 1)->peer());
  EXPECT_EQ(table.find(about)->holders.size(), kMaxHoldersNoted) << "one more only costs a message";
  EXPECT_EQ(table.find(about)->holders.back(), record(most, 1)->peer());
}

std::vector<Line> lines(std::size_t count) {
  std::vector<Line> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i].key = i + 1;
  return result;
}

TEST(Partners, ForgetTheLongestUnusedViewsOverTheSumOfLines) {
  Partners partners;
  const auto peer = [](std::uint32_t number) { return libp2p::PeerId::of(identity_of(number).public_key()); };
  const Lesson large{.position = {1, 1}, .lines = lines(kMaxViewLinesOfOne), .differing = {}};
  const auto fit = static_cast<std::uint32_t>(kMaxViewLines / kMaxViewLinesOfOne);
  base::TimePoint now{};
  for (std::uint32_t i = 0; i < fit; ++i) partners.learn(peer(i), large, now += std::chrono::seconds{1});
  const Lesson rest{.position = {1, 1}, .lines = lines(kMaxViewLines - fit * kMaxViewLinesOfOne), .differing = {}};
  partners.learn(peer(fit), rest, now += std::chrono::seconds{1});
  EXPECT_EQ(partners.lines(), kMaxViewLines);
  EXPECT_EQ(partners.size(), fit + 1);
  partners.learn(peer(fit + 1), {.position = {1, 1}, .lines = lines(1), .differing = {}}, now);
  EXPECT_EQ(partners.lines(), kMaxViewLines + 1 - kMaxViewLinesOfOne);
  EXPECT_EQ(partners.find(peer(0)), nullptr);
  EXPECT_NE(partners.find(peer(1)), nullptr);
}

TEST(Partners, ForgetAViewThatNoTableCouldHold) {
  Partners partners;
  const libp2p::PeerId peer = record(1, 1)->peer();
  partners.learn(peer, {.position = {1, 1}, .lines = lines(kMaxViewLinesOfOne), .differing = {}}, {});
  EXPECT_EQ(partners.lines(), kMaxViewLinesOfOne);
  EXPECT_TRUE(partners.find(peer)->position);
  const Line more{.key = ~0ULL, .digest = {}};
  partners.learn(peer, {.position = {1, 2}, .lines = {more}, .differing = {}}, {});
  EXPECT_EQ(partners.lines(), 0U);
  EXPECT_FALSE(partners.find(peer)->position) << "asked anew, with fingerprints";
}

TEST(Partners, ReplaceDifferingRangesAndToldLines) {
  Partners partners;
  const libp2p::PeerId peer = record(1, 1)->peer();
  const Line low{.key = 1, .digest = {1}};
  const Line high{.key = ~0ULL, .digest = {2}};
  partners.learn(peer, {.position = {1, 5}, .lines = {low, high}, .differing = {}}, {});
  const Line newer{.key = ~0ULL, .digest = {3}};
  partners.learn(peer, {.position = {1, 6}, .lines = {newer}, .differing = {}}, {});
  EXPECT_EQ(partners.find(peer)->view, (std::vector{low, newer}));
  // The lower half differs and nothing is listed in it: the partner no longer tells that line on.
  partners.learn(peer, {.position = {2, 1}, .lines = {}, .ranges = 2, .differing = {0}}, {});
  EXPECT_EQ(partners.find(peer)->view, std::vector{newer});
  EXPECT_EQ(partners.lines(), 1U);
}

TEST(Partners, ForgetTheLongestUnused) {
  Partners partners;
  for (std::uint32_t i = 0; i <= kMaxPartners; ++i) {
    partners.of(libp2p::PeerId::of(identity_of(i).public_key()), base::TimePoint{std::chrono::seconds{i}});
  }
  EXPECT_EQ(partners.size(), kMaxPartners);
  EXPECT_EQ(partners.find(record(0, 1)->peer()), nullptr);
}

}  // namespace
}  // namespace exchange
