// Rounds from the asker's side: every transition, paging, what is remembered; whom to ask and whom to tell.
#include "exchange/rounds.hpp"

#include <gtest/gtest.h>

#include "exchange/gossip.hpp"
#include "exchange/limits.hpp"
#include "exchange/token_bucket.hpp"
#include "support/exchange_network.hpp"

namespace exchange {
namespace {

using namespace std::chrono_literals;

libp2p::PeerId id(std::uint32_t number) { return libp2p::PeerId::of(test::identity_of(number).public_key()); }

Listing page(std::uint64_t end, std::uint32_t first, std::uint32_t count, std::uint64_t next = 0) {
  Listing listing{
      .position = {.epoch = 1, .change = end}, .entries = {}, .more = next != 0, .next = next, .differing = {}};
  for (std::uint32_t i = 0; i < count; ++i) {
    listing.entries.push_back({.peer = id(first + i), .version = {.seq = 1, .hash = {}}});
  }
  return listing;
}

bool nothing_held(const Entry&) { return false; }
bool all_held(const Entry&) { return true; }

Partner known_partner() {
  return {.position = Position{.epoch = 1, .change = 10}, .scope = Scope::global, .view = {}, .asked_at = {}};
}

TEST(Round, BeginsWithFingerprintsAtFirstContact) {
  Round round{1, {}, Scope::global};
  EXPECT_EQ(round.state(), RoundState::fingerprints);
  const Request request = round.request();
  EXPECT_EQ(std::get<FingerprintQuery>(request.query).ranges.size(), 1U);
  EXPECT_TRUE(round.expects({.id = request.id, .answer = Listing{}}));
  EXPECT_FALSE(round.expects({.id = request.id + 1, .answer = Listing{}}));
  EXPECT_FALSE(round.expects({.id = request.id, .answer = Records{}}));
}

TEST(Round, BeginsAnewOnALinkOfAnotherScope) {
  EXPECT_EQ((Round{1, known_partner(), Scope::global}.state()), RoundState::changes);
  EXPECT_EQ((Round{1, known_partner(), Scope::loopback}.state()), RoundState::fingerprints);
}

TEST(Round, EndsAtOnceWhenNothingIsNew) {
  Round round{1, known_partner(), Scope::global};
  EXPECT_EQ(std::get<ChangesQuery>(round.request().query).since.change, 10U);
  round.on_listing(page(10, 0, 0), nothing_held);
  EXPECT_EQ(round.state(), RoundState::finished);
  EXPECT_EQ(round.take_lesson()->position, (Position{1, 10}));
}

TEST(Round, GoesOnWithFingerprintsWhenThePositionIsUnknown) {
  Round round{1, known_partner(), Scope::global};
  round.request();
  round.on_refusal(Refusal::Reason::unknown_position);
  EXPECT_EQ(round.state(), RoundState::fingerprints);
  round.on_refusal(Refusal::Reason::unknown_position);
  EXPECT_EQ(round.state(), RoundState::failed);
}

TEST(Round, FailsWhenItIsRefused) {
  Round round{1, known_partner(), Scope::global};
  round.on_refusal(Refusal::Reason::busy);
  EXPECT_EQ(round.state(), RoundState::failed);
  EXPECT_FALSE(round.take_lesson());
}

TEST(Round, FetchesInBatchesAndKeepsTheEndOfTheFirstPage) {
  Round round{1, known_partner(), Scope::global};
  round.request();
  round.on_listing(page(90, 0, 2 * kMaxRecordsPerPage + 2, 70), nothing_held);
  ASSERT_EQ(round.state(), RoundState::records);
  const Request batch = round.request();
  EXPECT_EQ(std::get<RecordsQuery>(batch.query).peers.size(), kMaxRecordsPerPage);
  EXPECT_EQ(std::get<RecordsQuery>(batch.query).peers.front(), id(0));
  round.on_records(false);
  round.request();
  round.on_records(false);
  EXPECT_EQ(round.checks_ahead(), 2U);
  round.on_records(false);
  ASSERT_EQ(round.state(), RoundState::changes);
  const Request next = round.request();
  EXPECT_EQ(std::get<ChangesQuery>(next.query).since.change, 70U);
  EXPECT_EQ(std::get<ChangesQuery>(next.query).end, 90U);
  round.on_listing(page(95, 200, 1), all_held);
  ASSERT_EQ(round.state(), RoundState::finished);
  const std::optional<Lesson> lesson = round.take_lesson();
  ASSERT_TRUE(lesson);
  EXPECT_EQ(lesson->position.change, 90U);
  EXPECT_EQ(lesson->lines.size(), 2 * kMaxRecordsPerPage + 3);
}

TEST(Round, RemembersNothingAfterADrop) {
  Round round{1, known_partner(), Scope::global};
  round.on_listing(page(20, 0, 1), nothing_held);
  round.on_records(true);
  EXPECT_EQ(round.state(), RoundState::finished);
  EXPECT_FALSE(round.take_lesson());
}

TEST(Round, FailsWhenThePartnerRestartsBetweenPages) {
  Round round{1, known_partner(), Scope::global};
  round.on_listing(page(90, 0, kMinEntriesBeforeMore, 70), all_held);
  ASSERT_EQ(round.state(), RoundState::changes);
  Listing other = page(90, 1, 1);
  other.position.epoch = 2;
  round.on_listing(other, all_held);
  EXPECT_EQ(round.state(), RoundState::failed);
}

TEST(Round, FailsWhenAPageDoesNotGoForward) {
  Round round{1, known_partner(), Scope::global};
  round.on_listing(page(90, 0, kMinEntriesBeforeMore, 10), all_held);
  EXPECT_EQ(round.state(), RoundState::failed);
}

TEST(Round, FailsWhenAPageIsSmallThoughMoreFollow) {
  Round patient{1, known_partner(), Scope::global};
  patient.on_listing(page(90, 0, kMinEntriesBeforeMore, 70), all_held);
  EXPECT_EQ(patient.state(), RoundState::changes);
  Round round{1, known_partner(), Scope::global};
  round.on_listing(page(90, 0, kMinEntriesBeforeMore - 1, 70), all_held);
  EXPECT_EQ(round.state(), RoundState::failed);
}

TEST(Round, TakesTheDifferingRangesOfTheFirstPageOnly) {
  Round round{1, {}, Scope::global};
  for (const std::uint64_t next : {70U, 80U, 0U}) {
    Listing listing = page(90, 0, kMinEntriesBeforeMore, next);
    listing.differing = {0, 7};
    round.on_listing(listing, all_held);
  }
  ASSERT_EQ(round.state(), RoundState::finished);
  EXPECT_EQ(round.take_lesson()->differing, (std::vector<std::uint32_t>{0, 7})) << "pages do not add up";
}

TEST(Round, FailsWhenAPartnerListsWithoutEnd) {
  Round round{1, known_partner(), Scope::global};
  Listing listing = page(1'000'000, 0, kMaxEntriesPerPage, 11);
  std::size_t pages = 0;
  for (; round.state() == RoundState::changes; ++listing.next, ++pages) round.on_listing(listing, all_held);
  EXPECT_EQ(round.state(), RoundState::failed);
  EXPECT_EQ(pages, kMaxListedPerRound / kMaxEntriesPerPage + 1);
}

TEST(ChoosePartners, TakesTheUnknownThenTheChangedThenTheLongestAgo) {
  base::SeededRng rng{1};
  const base::TimePoint now{1000h};
  const std::vector<Candidate> candidates{{.peer = id(1), .asked_at = now},
                                          {.peer = id(2), .asked_at = now - 1h},
                                          {.peer = id(3), .changed = true, .asked_at = now},
                                          {.peer = id(4), .unknown = true, .asked_at = now}};
  EXPECT_EQ(choose_partners(candidates, 3, rng), (std::vector{id(4), id(3), id(2)}));
  EXPECT_EQ(choose_partners(candidates, 9, rng).size(), 4U);
}

TEST(ChoosePartners, KeepOnePlaceForTheLongestUnasked) {
  base::SeededRng rng{1};
  const base::TimePoint now{1000h};
  std::vector<Candidate> candidates{{.peer = id(0), .asked_at = now - 1h}};
  for (std::uint32_t i = 1; i <= 5; ++i) {
    candidates.push_back({.peer = id(i), .unknown = true, .asked_at = now - 1min});
  }
  const auto chosen = choose_partners(candidates, 3, rng);
  ASSERT_EQ(chosen.size(), 3U);
  EXPECT_EQ(std::ranges::count(chosen, id(0)), 1) << "whatever others claim to have";
}

TEST(ChooseListeners, DrawsOnlyThoseThatLackIt) {
  base::SeededRng rng{1};
  std::vector<libp2p::PeerId> peers;
  for (std::uint32_t i = 0; i < 20; ++i) peers.push_back(id(i));
  const auto has_it = [&](const libp2p::PeerId& peer) { return peer == id(3); };
  std::set<libp2p::PeerId> seen;
  for (int run = 0; run < 50; ++run) {
    const auto chosen = choose_listeners(peers, has_it, 8, rng);
    EXPECT_EQ((std::set<libp2p::PeerId>{chosen.begin(), chosen.end()}.size()), 8U);
    seen.insert(chosen.begin(), chosen.end());
  }
  EXPECT_EQ(seen.size(), 19U);
  EXPECT_FALSE(seen.contains(id(3)));
}

TEST(TokenBucket, RefillsAtItsRateUpToItsBurst) {
  TokenBucket bucket{{.per_second = 2, .burst = 3}};
  base::TimePoint now{1000h};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(now));
  EXPECT_FALSE(bucket.take(now));
  EXPECT_EQ(bucket.ready_at(now, 1), now + 500ms);
  EXPECT_TRUE(bucket.take(now + 500ms));
  now += 1h;
  EXPECT_FALSE(bucket.take(now, 4));
  EXPECT_TRUE(bucket.take(now, 3));
}

TEST(AbuseScore, ForgetsIsolatedSlips) {
  AbuseScore score;
  base::TimePoint now{1000h};
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(score.add(now += 1min, kAbuseLimit * 0.49));
  EXPECT_FALSE(score.add(now, kAbuseLimit * 0.01));
  EXPECT_TRUE(score.add(now, kAbuseLimit * 0.5));
}

TEST(OwnRecord, RaisesItsNumberOverEveryOneReturnedBeforeItIsSigned) {
  OwnRecord own{test::identity_of(0)};
  own.set_addresses({test::address_of(0)});
  EXPECT_EQ(own.on_returned({.seq = 50, .hash = {}}), OwnRecord::Returned::raised);
  EXPECT_EQ(own.on_returned({.seq = 60, .hash = {}}), OwnRecord::Returned::raised) << "of the same cause";
  EXPECT_EQ(own.on_returned({.seq = 55, .hash = {}}), OwnRecord::Returned::ignored);
  const RecordPtr record = own.sign_if_due(base::WallTime{});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->version().seq, 61U);
  EXPECT_FALSE(own.on_saved({.seq = 1, .hash = {}}));
  EXPECT_TRUE(own.on_saved(record->version()));
  EXPECT_EQ(own.on_returned({.seq = 70, .hash = {}}), OwnRecord::Returned::alarm);
  own.set_addresses({test::address_of(1)});
  EXPECT_FALSE(own.due());
}

TEST(OwnRecord, IsNotSignedAgainForAddressesThatARecordHasNoRoomFor) {
  std::vector<libp2p::Multiaddr> many;
  for (std::uint32_t i = 0; i <= libp2p::SignedPeerRecord::kMaxAddresses; ++i) many.push_back(test::address_of(i));
  OwnRecord own{test::identity_of(0)};
  own.set_addresses(many);
  const RecordPtr record = own.sign_if_due(base::WallTime{1s});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->addresses().size(), libp2p::SignedPeerRecord::kMaxAddresses);
  ASSERT_TRUE(own.on_saved(record->version()));
  EXPECT_FALSE(own.due());
  OwnRecord restarted{test::identity_of(0)};
  restarted.restore(record);
  restarted.set_addresses(many);
  EXPECT_FALSE(restarted.due()) << "nor after a restart";
  many.front() = test::address_of(1000);
  restarted.set_addresses(many);
  EXPECT_TRUE(restarted.due());
}

TEST(OwnRecord, SignsNothingWhenNoAddressIsItsOwn) {
  OwnRecord own{test::identity_of(0)};
  own.set_addresses({test::address_of(0).with_peer(id(1))});
  EXPECT_FALSE(own.due());
}

}  // namespace
}  // namespace exchange
