// The engine at its limits: rounds and check dials at once, lost check dials, rates of each and of all; and which
// of several connections it uses, and what it says of marked records.
#include <gtest/gtest.h>

#include <numeric>

#include "exchange/engine.hpp"
#include "unit/exchange/engine_fixture.hpp"

namespace exchange {
namespace {

class EngineLimits : public EngineTest {
 protected:
  std::uint64_t rounds_running() {
    const auto& ended = engine.counters().rounds_ended;
    return engine.counters().rounds_started - std::accumulate(ended.begin(), ended.end(), std::uint64_t{0});
  }
  /// A peer whose record nothing but a check dial can prove.
  void accept_unproven(std::uint32_t number) { accept(number, record(number, 5, {address_of(1000 + number)})); }
  std::vector<CheckDial> checks_after(base::Duration time) {
    now += time;
    poll();
    return take<CheckDial>();
  }
  void add_connection(std::uint32_t number, ConnId connection) {
    engine.on_connected(
        id(number), {.id = connection, .side = Side::listener, .remote = address_of(number, 40000), .dialled = {}},
        now);
    engine.on_stream_opened(id(number), connection, now);
  }
  void greet(std::uint32_t number, ConnId connection) {
    engine.on_message(id(number), connection, {.body = Hello{}}, now);
    take<Send>();
  }
  ConnId used_for(std::uint32_t number) {
    take<Send>();
    EXPECT_TRUE(engine.retire(id(number), {}, false));
    return take<Send>().at(0).connection;
  }
};

TEST_F(EngineLimits, RunsAtMostEightRoundsAtOnce) {
  engine.set_interval(1s, now);
  for (std::uint32_t i = 1; i <= 20; ++i) accept(i, record(i, 5));
  std::uint64_t most = 0;
  for (const base::TimePoint end = now + kRequestTimeout; now < end; now += 100ms) {
    poll();
    most = std::max(most, rounds_running());
  }
  EXPECT_EQ(most, kMaxRoundsAtOnce) << "nobody answers";
  const std::uint64_t before = engine.counters().rounds_started;
  EXPECT_EQ(before, kMaxRoundsAtOnce);
  now += 3s;
  poll();
  EXPECT_GT(engine.counters().rounds_started, before) << "others have their turn when one has ended";
}

TEST_F(EngineLimits, HoldsAtMostSixtyFourRecordsForTheNextPartner) {
  for (std::uint32_t i = 2; i < 2 + kMaxUntold + 1; ++i) accept_plain(i);
  ASSERT_EQ(take<RecordProven>().size(), kMaxUntold + 1);
  accept(1, record(1, 5));
  EXPECT_EQ(engine.counters().forwarded, kMaxUntold);
}

TEST_F(EngineLimits, MakesAtMostEightCheckDialsAtOnce) {
  const auto most = static_cast<std::uint32_t>(kMaxCheckDialsAtOnce);
  for (std::uint32_t i = 1; i <= most + 1; ++i) accept_unproven(i);
  const auto first = checks_after(kCheckDialJitter);
  ASSERT_EQ(first.size(), kMaxCheckDialsAtOnce);
  EXPECT_GT(engine.next_deadline(), now) << "the ninth waits for a result";
  engine.on_check_dial_result(first[0].peer, first[0].version, false, now);
  EXPECT_EQ(checks_after(0s).size(), 1U);
}

TEST_F(EngineLimits, CountsTheCheckDialsOfPeersThatHaveGone) {
  const auto most = static_cast<std::uint32_t>(kMaxCheckDialsAtOnce);
  for (std::uint32_t i = 1; i <= most; ++i) accept_unproven(i);
  const auto first = checks_after(kCheckDialJitter);
  ASSERT_EQ(first.size(), kMaxCheckDialsAtOnce);
  for (std::uint32_t i = 1; i <= most; ++i) engine.on_disconnected(id(i), i, now);
  accept_unproven(1);  // its check dial still runs
  accept_unproven(most + 1);
  EXPECT_TRUE(checks_after(kCheckDialJitter).empty());
  engine.on_check_dial_result(first[0].peer, first[0].version, false, now);
  const auto next = checks_after(0s);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].peer, id(most + 1));
}

TEST_F(EngineLimits, OneBelowTheLimitNoCheckDialWaits) {
  const auto most = static_cast<std::uint32_t>(kMaxCheckDialsAtOnce);
  for (std::uint32_t i = 1; i < most; ++i) accept_unproven(i);
  EXPECT_EQ(checks_after(kCheckDialJitter).size(), kMaxCheckDialsAtOnce - 1);
}

TEST_F(EngineLimits, MakesACheckDialAgainWhoseResultNeverCame) {
  accept_unproven(1);
  ASSERT_EQ(checks_after(kCheckDialJitter).size(), 1U);
  EXPECT_TRUE(checks_after(kCheckDialTimeout - 1ms).empty());
  now += 1ms;
  EXPECT_LE(engine.next_deadline(), now);
  poll();
  EXPECT_EQ(engine.counters().checks_lost, 1U);
  EXPECT_FALSE(engine.records().find(id(1))->check_failed) << "nothing is known of the peer";
  EXPECT_EQ(checks_after(kCheckDialJitter).size(), 1U);
}

TEST_F(EngineLimits, MakesACheckDialAgainThatWasDropped) {
  accept_unproven(1);
  ASSERT_EQ(checks_after(kCheckDialJitter).size(), 1U);
  engine.on_check_dial_dropped(id(1), now);
  EXPECT_TRUE(take<CheckFailed>().empty());
  EXPECT_EQ(engine.counters().checks_lost, 1U);
  EXPECT_EQ(checks_after(kCheckDialJitter).size(), 1U);
  engine.on_check_dial_dropped(id(2), now);
  EXPECT_EQ(engine.counters().checks_lost, 1U) << "there was none";
}

TEST_F(EngineLimits, ChecksAPeerAgainThatComesBackAfterAFailedCheck) {
  accept_unproven(1);
  const auto first = checks_after(kCheckDialJitter);
  ASSERT_EQ(first.size(), 1U);
  engine.on_check_dial_result(id(1), first[0].version, false, now);
  engine.on_disconnected(id(1), 1, now);
  EXPECT_TRUE(checks_after(kCheckDialRetry).empty()) << "not while it is away";
  accept_unproven(1);
  EXPECT_TRUE(engine.records().find(id(1))->mark);
  const auto again = checks_after(kCheckDialJitter);
  ASSERT_EQ(again.size(), 1U);
  engine.on_check_dial_result(id(1), again[0].version, true, now);
  EXPECT_FALSE(engine.records().find(id(1))->mark);
}

TEST_F(EngineLimits, HasPatienceOneMessageBelowTheLimit) {
  accept(1, nullptr);
  // The hello was the first.
  for (double i = 1; i < kMessagesPerPeer.burst + kAbuseLimit - 1; ++i) give(1, {.body = Retire{}});
  EXPECT_EQ(engine.counters().over_rate, static_cast<std::uint64_t>(kAbuseLimit) - 1);
  EXPECT_TRUE(take<Disconnect>().empty());
  give(1, {.body = Retire{}});
  const auto verdicts = take<Disconnect>();
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].time, kDisconnectFor);
}

TEST_F(EngineLimits, BlamesNobodyForTheSumOfAllMessages) {
  const auto fill = static_cast<std::uint32_t>(kMessagesInAll.burst / (kMessagesPerPeer.burst - 1)) + 1;
  for (std::uint32_t peer = 1; peer <= fill; ++peer) {
    accept(peer, nullptr);
    for (double i = 1; i < kMessagesPerPeer.burst; ++i) give(peer, {.body = Retire{}});
    engine.take_outputs();
  }
  const std::uint64_t dropped = engine.counters().over_rate;
  EXPECT_GT(dropped, 0U);
  const std::uint32_t late = fill + 1;
  accept(late, nullptr);
  EXPECT_EQ(take<PeerIntroduced>().size(), 1U) << "the only hello of its stream";
  for (double i = 0; i < 2 * kAbuseLimit; ++i) give(late, {.body = Retire{}});
  EXPECT_EQ(engine.counters().over_rate, dropped + 2 * static_cast<std::uint64_t>(kAbuseLimit));
  EXPECT_TRUE(take<Disconnect>().empty());
  EXPECT_TRUE(take<RetireReceived>().empty());
  now += 1s;
  give(late, {.body = Retire{}});
  EXPECT_EQ(take<RetireReceived>().size(), 1U) << "it is heard as soon as there are tokens again";
}

TEST_F(EngineLimits, DisconnectsWhoMakesUsCheckTooManySignatures) {
  accept(1, nullptr);
  std::uint64_t seq = 0;
  // Of no use on this link, so each is verified and none kept.
  const auto useless = [](std::uint64_t number) {
    return record(1, number, {*libp2p::Multiaddr::from_text("/ip4/192.168.1.1/tcp/9000")})->envelope();
  };
  for (double i = 0; i < kChecksPerPeer.burst; ++i) {
    engine.on_identify_record(id(1), useless(++seq), now);
    engine.take_outputs();
  }
  EXPECT_EQ(engine.record_counters().at(Stage::rate), 0U);
  for (double i = 1; i < kAbuseLimit; ++i) {
    engine.on_identify_record(id(1), useless(seq + 1), now);
  }
  EXPECT_TRUE(take<Disconnect>().empty());
  engine.on_identify_record(id(1), useless(seq + 1), now);
  EXPECT_EQ(engine.record_counters().at(Stage::rate), static_cast<std::uint64_t>(kAbuseLimit));
  EXPECT_EQ(engine.record_counters().verified, seq) << "what is over the rate is not verified";
  EXPECT_EQ(take<Disconnect>().size(), 1U);
}

TEST(Validator, SaysWhenTheSumOfAllChecksIsNotATellersFault) {
  const OpenRecord forged = [](base::ByteSpan) -> base::Result<RecordPtr> {
    return libp2p::RecordErrc::bad_signature;
  };
  Validator validator{libp2p::PeerId::of(identity_of(0).public_key()), forged};
  RecordTable table{1};
  const base::Bytes envelope = record(1, 5)->envelope();
  const base::TimePoint now{1000h};
  const auto judge = [&](TokenBucket& teller) { return validator.judge(envelope, {}, table, teller, now); };
  for (double used = 0; used < kChecksInAll.burst; used += kChecksPerPeer.burst) {
    TokenBucket teller{kChecksPerPeer};
    for (double i = 0; i < kChecksPerPeer.burst; ++i) ASSERT_EQ(judge(teller).stage, Stage::signature);
    const Judgement over = judge(teller);
    EXPECT_EQ(over.stage, Stage::rate);
    EXPECT_FALSE(over.blameless);
  }
  TokenBucket innocent{kChecksPerPeer};
  EXPECT_EQ(judge(innocent).stage, Stage::rate);
  EXPECT_TRUE(judge(innocent).blameless);
}

TEST_F(EngineLimits, UsesTheConnectionWhoseHellosWereCompletedLastUntilOneIsPreferred) {
  accept(1, nullptr);
  add_connection(1, 101);
  EXPECT_EQ(used_for(1), 1U) << "no hello on the other yet";
  greet(1, 101);
  EXPECT_EQ(used_for(1), 101U);
  engine.prefer(id(1), 1);
  EXPECT_EQ(used_for(1), 1U);
  add_connection(1, 102);
  greet(1, 102);
  EXPECT_EQ(used_for(1), 1U) << "the preferred one stays in use";
}

TEST_F(EngineLimits, UsesThePreferredConnectionAsSoonAsItsHellosAreThrough) {
  accept(1, nullptr);
  add_connection(1, 101);
  engine.prefer(id(1), 101);
  EXPECT_EQ(used_for(1), 1U);
  greet(1, 101);
  EXPECT_EQ(used_for(1), 101U);
  add_connection(1, 102);
  greet(1, 102);
  engine.on_stream_closed(id(1), 101, now);
  EXPECT_NE(used_for(1), 101U) << "another one while its stream is gone";
  engine.on_stream_opened(id(1), 101, now);
  greet(1, 101);
  EXPECT_EQ(used_for(1), 101U);
  engine.prefer(id(1), 999);
  engine.prefer(id(2), 1);
  EXPECT_EQ(used_for(1), 101U) << "what is not there changes nothing";
}

TEST_F(EngineLimits, SaysThatARecordIsMarkedUntilSomebodyTellsItWithoutTheMark) {
  accept(1, record(1, 5));
  accept(3, record(3, 5));
  take<RecordLearned>();
  const auto tell = [&](std::uint32_t teller, std::uint64_t seq, bool unreachable) {
    give(teller, {.body = Announcement{{.envelope = record(2, seq)->envelope(), .unreachable = unreachable}}});
    return take<RecordLearned>();
  };
  const auto first = tell(1, 5, true);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(first[0].unreachable);
  EXPECT_TRUE(tell(3, 5, true).empty());
  const auto cleared = tell(3, 5, false);
  ASSERT_EQ(cleared.size(), 1U);
  EXPECT_FALSE(cleared[0].is_new);
  EXPECT_FALSE(cleared[0].unreachable);
  EXPECT_TRUE(tell(1, 5, true).empty()) << "the telling without it won";
  ASSERT_TRUE(tell(1, 6, true).at(0).unreachable) << "a new version is judged anew";
  engine.on_connected(id(2), {.id = 2, .side = Side::dialer, .remote = address_of(2), .dialled = {}}, now);
  EXPECT_FALSE(engine.records().find(id(2))->told_unreachable) << "own success";
}

}  // namespace
}  // namespace exchange
