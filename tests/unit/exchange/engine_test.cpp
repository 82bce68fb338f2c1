// The engine, call by call: hellos, proofs, own record, abuse, rounds.
#include "exchange/engine.hpp"

#include <gtest/gtest.h>

#include "unit/exchange/engine_fixture.hpp"

namespace exchange {
namespace {

TEST_F(EngineTest, MakesItsRecordDurableBeforeItTellsIt) {
  accept(1, nullptr);
  take<Send>();
  engine.set_own_addresses({address_of(0)});
  EXPECT_LE(engine.next_deadline(), now);
  poll();
  const auto saves = take<SaveOwnRecord>();
  ASSERT_EQ(saves.size(), 1U);
  EXPECT_EQ(saves[0].record->version().seq, 1'000'000'000U) << "the time in ns";
  EXPECT_EQ(engine.own_record(), nullptr);
  engine.own_record_saved(saves[0].record->version(), now);
  const auto sends = take<Send>();
  ASSERT_EQ(sends.size(), 1U);
  EXPECT_EQ(std::get<Update>(sends[0].message.body).envelope, saves[0].record->envelope());
  poll();
  EXPECT_TRUE(take<SaveOwnRecord>().empty()) << "unchanged: not signed again";
}

TEST_F(EngineTest, SavesOneRecordForMoreAddressesThanItHolds) {
  std::vector<libp2p::Multiaddr> many;
  for (std::uint32_t i = 0; i <= libp2p::SignedPeerRecord::kMaxAddresses; ++i) many.push_back(address_of(i));
  std::size_t saved = 0;
  for (int turn = 0; turn < 3; ++turn) {
    engine.set_own_addresses(many);
    poll();
    for (const SaveOwnRecord& save : take<SaveOwnRecord>()) {
      engine.own_record_saved(save.record->version(), now);
      ++saved;
    }
  }
  EXPECT_EQ(saved, 1U);
  EXPECT_GT(engine.next_deadline(), now);
}

TEST_F(EngineTest, ProvesARecordThatItsPeerGaveByItsSource) {
  accept(1, record(1, 5));
  const auto proven = take<RecordProven>();
  ASSERT_EQ(proven.size(), 1U);
  EXPECT_EQ(proven[0].how, Proof::source);
  EXPECT_EQ(engine.record_counters().proven_by_source, 1U);
}

TEST_F(EngineTest, ProvesAHeardRecordByDialling) {
  accept(1, record(1, 5));
  give(1, {.body = Announcement{{.envelope = record(2, 5)->envelope()}}});
  ASSERT_EQ(take<RecordLearned>().size(), 2U);
  EXPECT_EQ(take<RecordProven>().size(), 1U) << "hearsay is not proven";
  engine.on_connected(id(2), {.id = 2, .side = Side::dialer, .remote = address_of(2), .dialled = address_of(2)},
                      now);
  const auto proven = take<RecordProven>();
  ASSERT_EQ(proven.size(), 1U);
  EXPECT_EQ(proven[0].how, Proof::dialled);
}

TEST_F(EngineTest, DoesNotProveByTheSourceWhatSomebodyElseTold) {
  accept(1, record(1, 5));
  engine.on_connected(id(2), {.id = 2, .side = Side::listener, .remote = address_of(2, 40000), .dialled = {}},
                      now);
  take<RecordProven>();
  give(1, {.body = Announcement{{.envelope = record(2, 5)->envelope()}}});
  EXPECT_TRUE(take<RecordProven>().empty());
  engine.on_identify_record(id(2), record(2, 5)->envelope(), now);
  EXPECT_EQ(take<RecordProven>().size(), 1U) << "from identify it counts as given by itself";
  EXPECT_EQ(engine.record_counters().verified, 2U) << "equal to the held one: not verified again";
}

TEST_F(EngineTest, CheckDialsWhatHasNoOtherProof) {
  accept(1, record(1, 5, {address_of(77)}));
  EXPECT_TRUE(take<RecordProven>().empty());
  now += kCheckDialJitter;
  EXPECT_LE(engine.next_deadline(), now);
  poll();
  const auto checks = take<CheckDial>();
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].addresses, std::vector{address_of(77)});
  engine.on_check_dial_result(id(1), checks[0].version, false, now);
  EXPECT_EQ(take<CheckFailed>().size(), 1U);
  EXPECT_TRUE(engine.records().find(id(1))->mark);
  now += kCheckDialRetry;
  poll();
  const auto again = take<CheckDial>();
  ASSERT_EQ(again.size(), 1U);
  engine.on_check_dial_result(id(1), again[0].version, true, now);
  ASSERT_EQ(take<RecordProven>().size(), 1U);
  EXPECT_FALSE(engine.records().find(id(1))->mark);
}

TEST_F(EngineTest, ForwardsANewRecordOnceWhenItIsProvenToEightThatLackIt) {
  for (std::uint32_t i = 1; i <= 20; ++i) accept(i, nullptr);
  take<Send>();
  give(1, {.round = 42, .body = Announcement{{.envelope = record(30, 5)->envelope()}}});
  EXPECT_TRUE(take<Send>().empty());
  accept(30, record(30, 5));
  std::set<libp2p::PeerId> told;
  for (const Send& send : take<Send>()) {
    if (!std::holds_alternative<Announcement>(send.message.body)) continue;
    EXPECT_EQ(send.message.round, 42U);
    told.insert(send.peer);
  }
  EXPECT_EQ(told.size(), kForwardTo);
  EXPECT_FALSE(told.contains(id(1)));
  EXPECT_FALSE(told.contains(id(30)));
  give(2, {.body = Announcement{{.envelope = record(30, 5)->envelope()}}});
  EXPECT_TRUE(take<Send>().empty()) << "once";
}

/// Whom the engine told of the record of peer `about`.
std::set<libp2p::PeerId> told_of(const std::vector<Send>& sends, const RecordPtr& about) {
  std::set<libp2p::PeerId> told;
  for (const Send& send : sends) {
    const auto* announced = std::get_if<Announcement>(&send.message.body);
    if (announced != nullptr && announced->record.envelope == about->envelope()) told.insert(send.peer);
  }
  return told;
}

TEST_F(EngineTest, TellsTheNextPartnerOnceWhatWasProvenWhenNobodyWasThere) {
  accept_plain(30);
  ASSERT_EQ(take<RecordProven>().size(), 1U);
  EXPECT_TRUE(take<Send>().empty());
  accept(1, record(1, 5));
  EXPECT_EQ(told_of(take<Send>(), record(30, 5)), std::set{id(1)});
  accept(2, record(2, 5));
  EXPECT_TRUE(told_of(take<Send>(), record(30, 5)).empty()) << "once";
}

TEST_F(EngineTest, DoesNotTellLaterWhatIsNotTrueAnyMore) {
  accept_plain(30);
  engine.tombstone(id(30));
  accept(1, record(1, 5));
  EXPECT_TRUE(told_of(take<Send>(), record(30, 5)).empty());
}

TEST_F(EngineTest, ReturnsANewerRecordToItsOwner) {
  accept(1, record(1, 9));
  engine.on_disconnected(id(1), 1, now);
  take<Send>();
  accept(1, record(1, 5));
  const auto sends = take<Send>();
  ASSERT_FALSE(sends.empty());
  EXPECT_EQ(sends[0].message.returned, record(1, 9)->envelope());
}

TEST_F(EngineTest, RaisesItsNumberOnceAndThenRaisesTheAlarm) {
  save_own();
  accept(1, nullptr, record(0, 5'000'000'000)->envelope());
  poll();
  const auto saves = take<SaveOwnRecord>();
  ASSERT_EQ(saves.size(), 1U);
  EXPECT_EQ(saves[0].record->version().seq, 5'000'000'001U);
  engine.own_record_saved(saves[0].record->version(), now);
  give(1, {.returned = record(0, 4'000'000'000)->envelope(), .body = Update{}});
  EXPECT_TRUE(take<IdentityAlarm>().empty()) << "older than ours";
  give(1, {.returned = record(0, 6'000'000'000)->envelope(), .body = Update{}});
  EXPECT_EQ(take<IdentityAlarm>().size(), 1U);
  poll();
  EXPECT_TRUE(take<SaveOwnRecord>().empty());
}

TEST_F(EngineTest, DoesNotBelieveAForgedReturn) {
  save_own();
  base::Bytes forged = record(0, 5'000'000'000)->envelope();
  forged.back() ^= 1;
  accept(1, nullptr, forged);
  poll();
  EXPECT_TRUE(take<SaveOwnRecord>().empty());
}

TEST_F(EngineTest, DropsAndDisconnectsAFlooder) {
  accept(1, record(1, 5));
  for (double i = 0; i < kMessagesPerPeer.burst + kAbuseLimit; ++i) give(1, {.body = Retire{}});
  EXPECT_EQ(engine.counters().over_rate, static_cast<std::uint64_t>(kAbuseLimit) + 1);
  const auto verdicts = take<Disconnect>();
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].peer, id(1));
}

TEST_F(EngineTest, DisconnectsWhoTellsForgedRecords) {
  accept(1, record(1, 5));
  for (std::uint32_t i = 2; i < 7; ++i) {
    base::Bytes forged = record(i, 5)->envelope();
    forged.back() ^= 1;
    give(1, {.body = Announcement{{.envelope = forged}}});
  }
  EXPECT_EQ(engine.record_counters().at(Stage::signature), 5U);
  EXPECT_EQ(take<Disconnect>().size(), 1U);
}

TEST_F(EngineTest, RefusesAnotherPeersRecordAsTheSendersOwn) {
  accept(1, record(2, 5));
  EXPECT_EQ(engine.record_counters().at(Stage::key), 1U);
  EXPECT_EQ(engine.records().find(id(2)), nullptr);
}

TEST_F(EngineTest, RejectsForGoodWhatCannotBeDialledFromThisLink) {
  accept(1, record(1, 5));
  const auto lan = record(2, 5, {*libp2p::Multiaddr::from_text("/ip4/192.168.1.1/tcp/9000")});
  give(1, {.body = Announcement{{.envelope = lan->envelope()}}});
  EXPECT_EQ(engine.record_counters().at(Stage::address_policy), 1U);
  give(1, {.body = Announcement{{.envelope = lan->envelope()}}});
  EXPECT_EQ(engine.record_counters().at(Stage::rejected), 1U);
  EXPECT_EQ(engine.record_counters().verified, 2U);
}

TEST_F(EngineTest, LeavesARemovedPeerOut) {
  accept(1, record(1, 5));
  engine.tombstone(id(2));
  give(1, {.body = Announcement{{.envelope = record(2, 5)->envelope()}}});
  EXPECT_EQ(engine.record_counters().at(Stage::removed), 1U);
  engine.forgive(id(2));
  give(1, {.body = Announcement{{.envelope = record(2, 5)->envelope()}}});
  EXPECT_NE(engine.records().find(id(2)), nullptr);
}

TEST_F(EngineTest, AsksNobodyWhileRoundsAreHeld) {
  engine.hold_rounds(true, now);
  accept(1, record(1, 5));
  now += 2 * 30s;
  poll();
  EXPECT_EQ(engine.counters().rounds_started, 0U);
  EXPECT_GT(engine.next_deadline(), now + 24h);
  engine.hold_rounds(false, now);
  EXPECT_EQ(engine.counters().rounds_started, 1U);
}

TEST_F(EngineTest, EndsARoundThatGetsNoAnswer) {
  accept(1, record(1, 5));
  EXPECT_EQ(engine.counters().rounds_started, 1U);
  now += kRequestTimeout;
  EXPECT_LE(engine.next_deadline(), now);
  poll();
  const auto ended = take<RoundEnded>();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].result, RoundResult::timed_out);
}

TEST_F(EngineTest, AnswersQuestionsAboutAnUnknownEpochWithARefusal) {
  accept(1, record(1, 5));
  take<Send>();
  give(1, {.round = 3, .body = Request{.id = 8, .query = ChangesQuery{.since = {.epoch = 1, .change = 0}}}});
  give(1, {.round = 3, .body = Request{.id = 9, .query = {}}});
  const auto sends = take<Send>();
  ASSERT_EQ(sends.size(), 2U);
  EXPECT_EQ(sends[0].message.round, 3U);
  const auto& first = std::get<Response>(sends[0].message.body);
  EXPECT_EQ(first.id, 8U);
  EXPECT_EQ(std::get<Refusal>(first.answer).reason, Refusal::Reason::unknown_position);
  EXPECT_EQ(std::get<Refusal>(std::get<Response>(sends[1].message.body).answer).reason,
            Refusal::Reason::unsupported);
}

TEST_F(EngineTest, CarriesRetireBothWays) {
  EXPECT_FALSE(engine.retire(id(1), {}, false));
  accept(1, record(1, 5));
  take<Send>();
  EXPECT_TRUE(engine.retire(id(1), {}, true));
  EXPECT_TRUE(std::get<Retire>(take<Send>().at(0).message.body).confirmed);
  give(1, {.body = Retire{.connection = {}, .confirmed = true}});
  EXPECT_TRUE(take<RetireReceived>().at(0).confirmed);
}

struct TwoNodes {
  explicit TwoNodes(std::uint64_t seed) : network{{.seed = seed, .interval = 10s}} {
    network.on_wire = [this](std::uint32_t, std::uint32_t, const Message& message) {
      if (std::holds_alternative<Request>(message.body) || std::holds_alternative<Response>(message.body)) {
        asked += encode(message).size() + 2;
        const auto* request = std::get_if<Request>(&message.body);
        if (request != nullptr && std::holds_alternative<FingerprintQuery>(request->query)) ++fingerprints;
        ++messages;
      }
    };
    network.add();
    network.add();
    network.run(100ms);
    network.introduce(1, 0);
    network.run(30s);
  }
  test::Network network;
  std::size_t asked = 0;
  std::size_t messages = 0;
  std::size_t fingerprints = 0;
};

TEST(EngineRounds, CostUnderAHundredBytesWhenNothingIsNew) {
  TwoNodes two{4};
  two.asked = two.messages = 0;
  two.network.run(100s);
  ASSERT_GE(two.messages, 16U);
  EXPECT_LT(two.asked, 100 * two.messages / 2);
}

TEST(EngineRounds, UseTheKnownPositionAfterAReconnect) {
  TwoNodes two{4};
  two.fingerprints = 0;
  two.network.cut(0, 1);
  two.network.run(60s);
  EXPECT_EQ(two.fingerprints, 0U);
  EXPECT_EQ(two.network.node(0).connected.size(), 1U);
}

TEST(EngineRounds, FetchManyRecordsInSeveralPages) {
  test::Network network{{.seed = 2, .interval = 10s}};
  network.add();
  network.add();
  constexpr std::uint32_t kMany = 1500;
  for (std::uint32_t i = 100; i < 100 + kMany; ++i) network.engine(0).restore(record(i, 1), true, false);
  network.run(100ms);
  network.introduce(1, 0);
  EXPECT_TRUE(network.within(60s, [&] { return network.engine(1).records().size() == kMany + 2; }));
  const EngineCounters& counters = network.engine(1).counters();
  EXPECT_GE(counters.rounds_ended[static_cast<std::size_t>(RoundResult::complete)], 1U);
}

TEST(AddressPolicy, KeepsAtMostSixteen) {
  std::vector<libp2p::Multiaddr> many;
  for (std::uint16_t i = 1; i <= 40; ++i) many.push_back(address_of(1, i));
  EXPECT_EQ(usable_addresses(many, Scope::global).size(), kMaxUsableAddresses);
}

struct Judged {
  const char* name;
  const char* address;
  bool global, private_network, loopback;
};
class AddressPolicyTable : public ::testing::TestWithParam<Judged> {};

TEST_P(AddressPolicyTable, ByTheScopeOfTheLink) {
  const std::vector addresses{*libp2p::Multiaddr::from_text(GetParam().address)};
  EXPECT_EQ(usable_addresses(addresses, Scope::global).size() == 1, GetParam().global);
  EXPECT_EQ(usable_addresses(addresses, Scope::private_network).size() == 1, GetParam().private_network);
  EXPECT_EQ(usable_addresses(addresses, Scope::loopback).size() == 1, GetParam().loopback);
}

INSTANTIATE_TEST_SUITE_P(AddressPolicy, AddressPolicyTable,
                         ::testing::Values(Judged{"Global4", "/ip4/8.8.8.8/tcp/1", true, true, true},
                                           Judged{"Private4", "/ip4/10.1.2.3/tcp/1", false, true, true},
                                           Judged{"Loopback4", "/ip4/127.0.0.1/tcp/1", false, false, true},
                                           Judged{"Loopback6", "/ip6/::1/tcp/1", false, false, true},
                                           Judged{"Unspecified", "/ip4/0.0.0.0/tcp/1", false, false, false},
                                           Judged{"Multicast", "/ip4/224.0.0.1/tcp/1", false, false, false},
                                           Judged{"PortZero", "/ip4/8.8.8.8/tcp/0", false, false, false},
                                           Judged{"Name", "/dns4/example.org/tcp/1", true, true, true},
                                           Judged{"Quic", "/ip4/8.8.8.8/udp/1/quic-v1", false, false, false}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace exchange
