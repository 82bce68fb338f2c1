// Hostile members against one engine, call by call: they hold it up, ask for its time, come back, or lie. What
// honest ones get from it stays as good as without them.
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "exchange/engine.hpp"
#include "unit/exchange/engine_fixture.hpp"

namespace exchange {
namespace {

class EngineLiars : public EngineTest {
 protected:
  void SetUp() override { engine.set_interval(kInterval, now); }

  /// Up to `honest_position`; more follow after `next` if that is not 0.
  Listing page(std::vector<Entry> entries, std::uint64_t next = 0) const {
    return {.position = honest_position,
            .entries = std::move(entries),
            .more = next != 0,
            .next = next,
            .differing = {}};
  }
  /// Answers every request of the engine to an honest peer at once: nothing is new, up to `honest_position`.
  void answer_honest(std::uint32_t first_honest, std::uint32_t last_honest) {
    for (bool more = true; more;) {
      more = false;
      for (const Send& send : take<Send>()) {
        const auto* request = std::get_if<Request>(&send.message.body);
        if (request == nullptr) continue;
        ++asked[send.peer];
        for (std::uint32_t i = first_honest; i <= last_honest; ++i) {
          if (send.peer != id(i)) continue;
          give(i, {.body = Response{.id = request->id, .answer = page({})}});
          more = true;
        }
      }
    }
  }
  void run(base::Duration time, std::uint32_t first_honest, std::uint32_t last_honest) {
    for (const base::TimePoint end = now + time; now < end; now += 1s) {
      poll();
      answer_honest(first_honest, last_honest);
    }
  }
  void join(std::uint32_t number, const Position& position) {
    engine.on_connected(id(number),
                        {.id = number, .side = Side::listener, .remote = address_of(number, 40000), .dialled = {}},
                        now);
    engine.on_stream_opened(id(number), number, now);
    Hello hello;
    hello.position = position;
    give(number, {.body = hello});
  }
  void leave(std::uint32_t number) { engine.on_disconnected(id(number), number, now); }

  static constexpr base::Duration kInterval = 30s;
  const Position honest_position{.epoch = 1, .change = 1};
  std::map<libp2p::PeerId, std::size_t> asked;
};

TEST_F(EngineLiars, WhoNeverAnswerDoNotKeepHonestOnesFromBeingAsked) {
  for (std::uint32_t i = 1; i <= 3; ++i) accept(i, nullptr);
  for (std::uint32_t i = 4; i <= 9; ++i) accept(i, nullptr);
  run(20 * kInterval, 4, 9);
  for (std::uint32_t i = 4; i <= 9; ++i) EXPECT_GE(asked[id(i)], 4U) << i;
}

TEST_F(EngineLiars, WhoNamesAnotherPositionInItsHelloIsNotAskedMoreForThat) {
  constexpr std::uint32_t kPartners = 30;
  for (std::uint32_t i = 1; i <= kPartners; ++i)
    join(i, i == 1 ? Position{.epoch = 1, .change = 7} : honest_position);
  run(100 * kInterval, 1, kPartners);
  for (std::uint32_t i = 1; i <= kPartners; ++i) EXPECT_NEAR(static_cast<double>(asked[id(i)]), 10, 4) << i;
}

TEST_F(EngineLiars, ARoundEndsAfterAMinuteOfWaitingForItsPartner) {
  accept(1, nullptr);
  const base::TimePoint start = now;
  std::uint64_t key = 0;
  std::uint32_t number = 100;
  while (now < start + 2 * kRoundTimeout && take<RoundEnded>().empty()) {
    now += kRequestTimeout - 1s;
    for (const Send& send : take<Send>()) {
      const auto* request = std::get_if<Request>(&send.message.body);
      if (request == nullptr) continue;
      Response response{.id = request->id, .answer = Records{}};
      if (!std::holds_alternative<RecordsQuery>(request->query)) {
        std::vector<Entry> entries;
        while (entries.size() < kMinEntriesBeforeMore) {
          entries.push_back({.peer = id(number++), .version = {.seq = 1, .hash = {}}});
        }
        response.answer = page(std::move(entries), ++key);
      }
      give(1, {.body = std::move(response)});
    }
    poll();
  }
  EXPECT_LE(now - start, kRoundTimeout + kRequestTimeout);
  EXPECT_EQ(engine.counters().rounds_ended[static_cast<std::size_t>(RoundResult::timed_out)], 1U);
}

TEST_F(EngineLiars, WhoComesBackHasNoNewTokens) {
  accept(1, nullptr);
  for (double i = 1; i < kMessagesPerPeer.burst; ++i) give(1, {.body = Retire{}});
  EXPECT_EQ(engine.counters().over_rate, 0U);
  leave(1);
  accept(1, nullptr);
  give(1, {.body = Retire{}});
  EXPECT_GE(engine.counters().over_rate, 1U);
  EXPECT_EQ(take<PeerIntroduced>().size(), 2U) << "but its hello is heard";
  leave(1);
  now += 1min;
  accept(1, nullptr);
  const std::uint64_t before = engine.counters().over_rate;
  give(1, {.body = Retire{}});
  EXPECT_EQ(engine.counters().over_rate, before) << "in time they come back";
}

TEST_F(EngineLiars, WhoComesBackKeepsItsScore) {
  base::Bytes forged = record(2, 5)->envelope();
  forged.back() ^= 1;
  for (double points = 0; points < kAbuseLimit; points += kAbuseBadRecord) {
    EXPECT_TRUE(take<Disconnect>().empty());
    accept(1, nullptr);
    give(1, {.body = Announcement{{.envelope = forged}}});
    leave(1);
  }
  EXPECT_EQ(take<Disconnect>().size(), 1U);
}

TEST_F(EngineLiars, ChecksAMendedRecordSoonAfterAFailedCheck) {
  const auto check_after = [&](base::Duration time) {
    now += time;
    poll();
    return take<CheckDial>();
  };
  const auto announce = [&](std::uint64_t seq) {
    give(1, {.body = Update{record(1, seq, {address_of(1000 + static_cast<std::uint32_t>(seq))})->envelope()}});
  };
  accept(1, record(1, 5, {address_of(77)}));
  auto checks = check_after(kCheckDialJitter);
  ASSERT_EQ(checks.size(), 1U);
  engine.on_check_dial_result(id(1), checks[0].version, false, now);
  announce(6);
  EXPECT_TRUE(check_after(kCheckDialRest - kCheckDialJitter - 1s).empty()) << "each new version would be a dial";
  checks = check_after(2 * base::Duration{kCheckDialJitter} + 1s);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].addresses, std::vector{address_of(1006)});
  engine.on_check_dial_result(id(1), checks[0].version, false, now);
  now += 1min;
  announce(7);
  EXPECT_EQ(check_after(kCheckDialJitter).size(), 1U) << "long enough after the last";
}

TEST_F(EngineLiars, NobodyIsBlamedForAReturnedRecordThatWasNotChecked) {
  // All signatures are bad here, so that nothing but tokens is used up.
  Engine busy{identity_of(0), kInterval, rng, now,
              [](base::ByteSpan) -> base::Result<RecordPtr> { return libp2p::RecordErrc::bad_signature; }};
  const auto connect = [&](std::uint32_t number) {
    busy.on_connected(id(number),
                      {.id = number, .side = Side::listener, .remote = address_of(number, 40000), .dialled = {}},
                      now);
    busy.on_stream_opened(id(number), number, now);
    busy.on_message(id(number), number, {.body = Hello{}}, now);
  };
  const auto disconnects = [&] {
    const auto outputs = busy.take_outputs();
    return std::ranges::count_if(outputs, [](const Output& o) { return std::holds_alternative<Disconnect>(o); });
  };
  const auto returning = [&](std::uint32_t number) {
    const Message message{.returned = record(0, 5)->envelope(), .body = Retire{}};
    for (double points = 0; points < kAbuseLimit; points += kAbuseBadRecord) {
      busy.on_message(id(number), number, message, now);
    }
  };
  std::uint32_t number = 1;
  for (double used = 0; used < kChecksInAll.burst; used += kChecksPerPeer.burst, ++number) {
    connect(number);
    const base::Bytes forged = record(number, 5)->envelope();
    for (double i = 0; i < kChecksPerPeer.burst; ++i) busy.on_identify_record(id(number), forged, now);
  }
  disconnects();
  connect(number);
  returning(number);
  EXPECT_EQ(disconnects(), 0) << "it could not be checked";
  now += 1min;
  returning(number);
  EXPECT_EQ(disconnects(), 1) << "it is forged";
}

TEST_F(EngineLiars, WhoChangesItsRecordAllTheTimeIsHeardNowAndThen) {
  accept(1, nullptr);
  accept(2, nullptr);
  std::uint64_t seq = 0;
  for (int i = 0; i < 100; ++i) give(2, {.body = Update{record(2, ++seq)->envelope()}});
  EXPECT_EQ(take<RecordLearned>().size(), static_cast<std::size_t>(kVersionsPerOwner.burst));
  EXPECT_EQ(engine.record_counters().verified, static_cast<std::uint64_t>(kVersionsPerOwner.burst));
  now += 10s;
  for (int i = 0; i < 100; ++i) give(1, {.body = Announcement{{.envelope = record(2, ++seq)->envelope()}}});
  EXPECT_EQ(take<RecordLearned>().size(), 1U) << "whoever tells it";
  EXPECT_TRUE(take<Disconnect>().empty());
}

TEST_F(EngineLiars, ARoundBringsTheLastVersionOfARecordThatChangedTooOften) {
  accept(1, nullptr);
  const auto question = [&] { return std::get<Request>(take<Send>().back().message.body).id; };
  const std::uint64_t listing = question();
  for (std::uint64_t seq = 1; seq <= 9; ++seq) {
    give(1, {.body = Announcement{{.envelope = record(2, seq)->envelope()}}});
  }
  const RecordPtr last = record(2, 9);
  ASSERT_NE(engine.records().find(id(2))->newest->version(), last->version());
  const Listing listed = page({{.peer = id(2), .version = last->version()}});
  give(1, {.body = Response{.id = listing, .answer = listed}});
  const Records records{{{.envelope = last->envelope()}, {.envelope = record(2, 10)->envelope()}}};
  give(1, {.body = Response{.id = question(), .answer = records}});
  EXPECT_EQ(engine.records().find(id(2))->newest->version(), last->version()) << "one for one question";
}

TEST_F(EngineLiars, WhoAsksForLargeAnswersIsHeardLess) {
  for (std::uint32_t i = 100; i < 100 + kMaxEntriesPerPage; ++i) engine.restore(record(i, 1), true, false);
  accept(1, nullptr);
  take<Send>();
  const auto answers = [&](const FingerprintQuery& query) {
    for (double i = 0; i < kMessagesPerPeer.burst; ++i) give(1, {.body = Request{.id = 1, .query = query}});
    return take<Send>().size();
  };
  const FingerprintQuery all{.ranges = fingerprints_of({}, 1), .after = {}};
  EXPECT_LT(answers(all), static_cast<std::size_t>(kMessagesPerPeer.burst) / 3);
  EXPECT_EQ(engine.counters().disconnects, 3U) << "and who goes on is disconnected";
  now += 2min;
  const FingerprintQuery none{.ranges = all.ranges, .after = std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(answers(none), static_cast<std::size_t>(kMessagesPerPeer.burst));
}

struct Sources {
  const char* name;
  const char* ip;  ///< With # for a number.
  bool counted;
};
class SourceProofs : public EngineTest, public ::testing::WithParamInterface<Sources> {
 protected:
  /// Peer `number` comes from `place` of the sources, with a record that names that place.
  void come(std::uint32_t number, std::uint32_t place, std::uint64_t seq = 1) {
    std::string ip = GetParam().ip;
    if (const auto at = ip.find('#'); at != std::string::npos) ip.replace(at, 1, std::to_string(place));
    const auto listening = *libp2p::Multiaddr::tcp(ip, static_cast<std::uint16_t>(9000 + number));
    engine.on_connected(id(number),
                        {.id = number,
                         .side = Side::listener,
                         .remote = *libp2p::Multiaddr::tcp(ip, static_cast<std::uint16_t>(40000 + number)),
                         .dialled = {}},
                        now);
    engine.on_stream_opened(id(number), number, now);
    Hello hello;
    hello.record = record(number, seq, {listening})->envelope();
    give(number, {.body = hello});
  }
};

TEST_P(SourceProofs, OfOneMachineAreAFew) {
  const auto most = static_cast<std::uint32_t>(kMaxProvenPerSource);
  for (std::uint32_t i = 1; i <= most + 2; ++i) come(i, i);
  EXPECT_EQ(take<RecordProven>().size(), GetParam().counted ? most : most + 2);
  now += kCheckDialJitter;
  poll();
  const auto checks = take<CheckDial>();
  EXPECT_EQ(checks.size(), GetParam().counted ? 2U : 0U) << "the others are dialled";
  for (const CheckDial& check : checks) engine.on_check_dial_result(check.peer, check.version, true, now);
  EXPECT_EQ(take<RecordProven>().size(), checks.size());
}

INSTANTIATE_TEST_SUITE_P(Exchange, SourceProofs,
                         ::testing::Values(Sources{"Ip4", "8.8.8.8", true},
                                           Sources{"Ip6OfOneNetwork", "2a00:1:2:3::#", true},
                                           Sources{"Ip4Neighbours", "8.8.8.#", false},
                                           Sources{"Ip6OfManyNetworks", "2a00:1:2:#::1", false},
                                           Sources{"Private", "10.0.0.1", false},
                                           Sources{"Loopback", "127.0.0.1", false}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(EngineLiars, OneMachineProvesOnlyAFewIdentitiesByItsAddress) {
  const auto from_one = [&](std::uint32_t number, std::uint64_t seq) {
    engine.on_connected(
        id(number), {.id = number, .side = Side::listener, .remote = address_of(1, 40000), .dialled = {}}, now);
    engine.on_identify_record(id(number), record(number, seq, {address_of(1)})->envelope(), now);
    return take<RecordProven>().size();
  };
  const auto most = static_cast<std::uint32_t>(kMaxProvenPerSource);
  for (std::uint32_t i = 1; i <= most; ++i) EXPECT_EQ(from_one(i, 1), 1U);
  EXPECT_EQ(from_one(1, 2), 1U) << "it has its place";
  EXPECT_EQ(from_one(most + 1, 1), 0U);
  engine.pin(id(most + 2));
  EXPECT_EQ(from_one(most + 2, 1), 1U) << "an operator's entry is not counted";
  engine.tombstone(id(3));
  EXPECT_EQ(from_one(most + 1, 2), 1U) << "a place is free";
}

}  // namespace
}  // namespace exchange
