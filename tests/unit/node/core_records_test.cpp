// The records of peers.yaml: checked in slices, and right for whoever asks before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "node/core.hpp"
#include "node/limits.hpp"
#include "support/exchange_network.hpp"
#include "unit/node/support.hpp"

namespace node {
namespace {

using exchange::test::address_of;
using exchange::test::identity_of;
using testing::ElementsAre;
using testing::SizeIs;

libp2p::PeerId id(std::uint32_t number) { return libp2p::PeerId::of(identity_of(number).public_key()); }

libp2p::SignedPeerRecord record_of(std::uint32_t number, std::uint64_t sequence = 1) {
  return libp2p::SignedPeerRecord::sign(identity_of(number), sequence, {address_of(number)});
}

store::PeerEntry entry_of(std::uint32_t number, std::uint64_t sequence = 1) {
  store::PeerEntry entry{.addresses = {address_of(number)},
                         .record = record_of(number, sequence).envelope(),
                         .sequence = sequence,
                         .source = store::Source::exchange};
  std::ranges::copy(identity_of(number).public_key().data(), entry.key.begin());
  return entry;
}

std::vector<store::PeerEntry> entries(std::size_t count) {
  std::vector<store::PeerEntry> all;
  for (std::uint32_t i = 1; i <= count; ++i) all.push_back(entry_of(i));
  return all;
}

bool is_sight(const Command& command) { return std::holds_alternative<StorePeer>(command); }

class CoreRecords : public testing::Test {
 protected:
  /// Numbers from 1 on, all in one edit: the last one's record is not checked before the second turn.
  static constexpr std::uint32_t kLast = kRecordsPerTurn + 1;
  void add_one_more_than_a_turn_checks() { core_.on_edits({.added = entries(kLast)}, now_); }

  std::vector<Command> turn() { return core_.poll(now_, base::WallTime{std::chrono::hours{1}}); }
  void turn_until_idle() {
    while (core_.next_deadline() <= now_) turn();
  }
  bool is_held(std::uint32_t number) const { return core_.engine().records().find(id(number)) != nullptr; }
  std::size_t told() const { return core_.engine().records().told(); }
  void open(std::uint32_t number) {
    core_.on_opened(connection(number, id(number), libp2p::Direction::inbound, address_of(number, 50000)), now_);
  }
  std::uint64_t rounds_started() const { return core_.engine().counters().rounds_started; }

  base::TimePoint now_ = kStart;
  base::SeededRng rng_{7};
  observe::Bus bus_;
  Core core_{{.identity = identity_of(0), .exchange_interval = std::chrono::hours{30}}, rng_, bus_, kStart};
};

TEST_F(CoreRecords, ChecksTheFirstAtOnceAndTheOthersInTheirTurns) {
  const std::size_t count = kRecordsAtOnce + kRecordsPerTurn + 1;
  EXPECT_EQ(core_.restore_peers(entries(count), now_), count);
  EXPECT_EQ(told(), kRecordsAtOnce);
  EXPECT_LE(core_.next_deadline(), now_);
  turn();
  EXPECT_EQ(told(), kRecordsAtOnce + kRecordsPerTurn);
  EXPECT_LE(core_.next_deadline(), now_);
  turn();
  EXPECT_EQ(told(), count);
  turn_until_idle();
  EXPECT_GT(core_.next_deadline(), now_);
}

TEST_F(CoreRecords, ChecksTheOperatorsEntriesFirst) {
  auto all = entries(kRecordsAtOnce + 1);
  all.back().source = store::Source::operator_entry;
  core_.restore_peers(all, now_);
  EXPECT_TRUE(is_held(kRecordsAtOnce + 1));
  EXPECT_FALSE(is_held(kRecordsAtOnce));
}

TEST_F(CoreRecords, APeerWhoseRecordIsNotCheckedYetIsDialledAsAnyOther) {
  add_one_more_than_a_turn_checks();
  now_ += std::chrono::seconds{1};  // as the larger id may have to
  const std::vector<Command> commands = turn();
  ASSERT_FALSE(is_held(kLast));
  std::vector<Dial> dials;
  std::vector<SetStanding> standings;
  for (const Command& command : commands) {
    if (const auto* dial = std::get_if<Dial>(&command); dial != nullptr && dial->peer == id(kLast)) {
      dials.push_back(*dial);
    }
    if (const auto* told = std::get_if<SetStanding>(&command); told != nullptr && told->peer == id(kLast)) {
      standings.push_back(*told);
    }
  }
  ASSERT_THAT(dials, SizeIs(1));
  EXPECT_THAT(dials[0].addresses, ElementsAre(address_of(kLast)));
  EXPECT_EQ(dials[0].scope, exchange::Scope::loopback);
  ASSERT_THAT(standings, SizeIs(1));
  EXPECT_EQ(standings[0].verdict, libp2p::Admission::Verdict::member);
}

TEST_F(CoreRecords, ThatOfAPeerWhoConnectsIsCheckedBefore) {
  add_one_more_than_a_turn_checks();
  turn();
  ASSERT_FALSE(is_held(kLast));
  open(kLast);
  EXPECT_TRUE(is_held(kLast));
  core_.on_identified(id(kLast), record_of(kLast).envelope(), now_);
  EXPECT_EQ(core_.engine().record_counters().verified, 0U) << "it is the one that we hold";
}

TEST_F(CoreRecords, WhatIsForgottenMeanwhileDoesNotComeBack) {
  add_one_more_than_a_turn_checks();
  core_.on_edits({.forgotten = {entry_of(kLast).key}}, now_);
  now_ += kEditRest;
  turn_until_idle();
  EXPECT_FALSE(is_held(kLast));
  EXPECT_EQ(told(), kLast - 1);
}

TEST_F(CoreRecords, ALaterEntrysRecordIsTheOneThatCounts) {
  add_one_more_than_a_turn_checks();
  core_.on_edits({.changed = {entry_of(kLast, 2)}}, now_);
  turn_until_idle();
  ASSERT_TRUE(is_held(kLast));
  EXPECT_EQ(core_.engine().records().find(id(kLast))->newest->version().seq, 2U);
}

TEST_F(CoreRecords, ADamagedOneHoldsUpNobody) {
  std::vector<store::PeerEntry> all = entries(kLast);
  all[0].record.back() ^= 1;
  core_.on_edits({.added = all}, now_);
  turn_until_idle();
  EXPECT_FALSE(is_held(1));
  EXPECT_EQ(told(), kLast - 1);
}

TEST_F(CoreRecords, NobodyIsAskedForRecordsBeforeTheOwnOnesAreChecked) {
  open(1);
  core_.on_stream_opened(id(1), 1, now_);
  add_one_more_than_a_turn_checks();
  turn();
  core_.on_message(id(1), 1, {.body = exchange::Hello{}}, now_);
  EXPECT_EQ(rounds_started(), 0U);
  turn_until_idle();
  EXPECT_EQ(rounds_started(), 1U);
}

TEST_F(CoreRecords, NoMoreIsCheckedOnceTheNodeStops) {
  add_one_more_than_a_turn_checks();
  core_.stop(now_);
  turn();
  EXPECT_EQ(told(), 0U);
  EXPECT_GT(core_.next_deadline(), base::TimePoint::min());
}

TEST_F(CoreRecords, TellsTheStoreOfSoManySightsInATurnAndOfAllAtTheStop) {
  const auto count = static_cast<std::uint32_t>(2 * kSightsPerTurn + 1);
  core_.restore_peers(entries(count), now_);
  for (std::uint32_t number = 1; number <= count; ++number) open(number);
  const auto sights = [this] { return std::ranges::count_if(turn(), is_sight); };
  EXPECT_EQ(sights(), kSightsPerTurn);
  EXPECT_LE(core_.next_deadline(), now_) << "the others are next";
  EXPECT_EQ(sights(), kSightsPerTurn);
  EXPECT_EQ(sights(), 1);
  EXPECT_GT(core_.next_deadline(), now_);
  now_ += kSightEvery;
  EXPECT_EQ(sights(), kSightsPerTurn);
  core_.stop(now_);
  EXPECT_EQ(sights(), kSightsPerTurn + 1);
}

}  // namespace
}  // namespace node
