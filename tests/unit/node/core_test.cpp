#include "node/core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "node/limits.hpp"
#include "unit/node/support.hpp"

namespace node {
namespace {

using libp2p::Direction;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Verdict = libp2p::Admission::Verdict;

store::PeerEntry entry(std::uint8_t seed, store::Source source, std::vector<libp2p::Multiaddr> addresses) {
  store::PeerEntry made{.addresses = std::move(addresses), .source = source};
  std::ranges::copy(identity(seed).public_key().data(), made.key.begin());
  return made;
}

class CoreTest : public testing::Test {
 protected:
  template <class T>
  std::vector<T> take(base::TimePoint now = kStart) {
    for (Command& command : core_.poll(now, base::WallTime{std::chrono::hours{1}})) {
      commands_.push_back(std::move(command));
    }
    std::vector<T> found;
    for (const Command& command : commands_) {
      if (const T* one = std::get_if<T>(&command)) found.push_back(*one);
    }
    std::erase_if(commands_, [](const Command& command) { return std::holds_alternative<T>(command); });
    return found;
  }

  /// Peer 2, as it was stored once it was proven.
  void restore_with_record() {
    store::PeerEntry stored = entry(2, store::Source::exchange, {address_});
    stored.record = record_.envelope();
    core_.restore_peers(std::vector{stored}, kStart);
  }

  exchange::Message hello() const {
    exchange::Hello hello;
    hello.record = record_.envelope();
    return {.body = std::move(hello)};
  }

  const libp2p::Multiaddr address_ = addr("/ip4/10.0.0.2/tcp/9000");
  const libp2p::SignedPeerRecord record_ = libp2p::SignedPeerRecord::sign(identity(2), 7, {address_});
  base::SeededRng rng_{7};
  observe::Bus bus_;
  Core core_{{.identity = identity(1), .exchange_interval = std::chrono::seconds{30}}, rng_, bus_, kStart};
  std::vector<Command> commands_;
};

TEST_F(CoreTest, KnowsTheStoredPeersAsWhatTheyAre) {
  const std::vector entries{entry(2, store::Source::operator_entry, {address_}),
                            entry(3, store::Source::exchange, {addr("/ip4/10.0.0.3/tcp/9000")})};
  EXPECT_EQ(core_.restore_peers(entries, kStart), 2U);
  const auto standings = take<SetStanding>();
  ASSERT_THAT(standings, SizeIs(2));
  EXPECT_EQ(standings[0].verdict, Verdict::operator_member);
  EXPECT_EQ(standings[1].verdict, Verdict::member);
}

/// What a record names beside the address that proved it is hearsay, after a restart as before.
TEST_F(CoreTest, OfARestoredPeerOnlyTheFirstAddressIsProven) {
  const libp2p::Multiaddr other = addr("/ip4/10.0.0.9/tcp/9000");
  core_.restore_peers(std::vector{entry(3, store::Source::exchange, {other, address_})}, kStart);
  const auto view = core_.peers().view(peer(3));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->trust, peers::Trust::proven);
  ASSERT_THAT(view->addresses, SizeIs(2));
  EXPECT_EQ(view->addresses[0].address, other);
  EXPECT_EQ(view->addresses[0].trust, peers::Trust::proven);
  EXPECT_EQ(view->addresses[1].trust, peers::Trust::hearsay);
}

TEST_F(CoreTest, StoresTheAddressThatWasReachedBeforeTheOthers) {
  const libp2p::Multiaddr unreached = addr("/ip4/10.0.0.1/tcp/9000");
  const auto record = libp2p::SignedPeerRecord::sign(identity(2), 7, {unreached, address_});
  core_.restore_peers(std::vector{entry(2, store::Source::exchange, {addr("/ip4/10.0.0.9/tcp/9000"), address_})},
                      kStart);
  const auto dials = take<Dial>(kStart + std::chrono::seconds{2});  // the larger id waits for the other
  ASSERT_THAT(dials, SizeIs(1));
  const auto reached = connection(1, peer(2), Direction::outbound, address_);
  core_.on_opened(reached, kStart);
  DialReport report{.peer = peer(2), .serial = dials[0].serial, .result = libp2p::DialResult{}};
  report.result.connection = reached;
  core_.on_dial_ended(std::move(report), kStart);
  core_.on_identified(peer(2), record.envelope(), kStart);
  const auto stored = take<StorePeer>();
  ASSERT_THAT(stored, SizeIs(1));
  EXPECT_THAT(stored[0].entry.addresses, ElementsAre(address_, unreached));
}

TEST_F(CoreTest, SkipsItsOwnEntryOfAListThatMembersShare) {
  const std::vector entries{entry(1, store::Source::operator_entry, {address_})};
  EXPECT_EQ(core_.restore_peers(entries, kStart), 0U);
  EXPECT_THAT(take<Dial>(), IsEmpty());
}

TEST_F(CoreTest, SignsItsRecordOnceItListensAndTellsItOnlyWhenItIsSaved) {
  core_.on_listening({addr("/ip4/10.0.0.1/tcp/9000")});
  const auto saves = take<exchange::SaveOwnRecord>();
  ASSERT_THAT(saves, SizeIs(1));
  EXPECT_THAT(take<TellRecord>(), IsEmpty());
  core_.on_own_record_saved(saves[0].record, kStart);
  EXPECT_THAT(take<TellRecord>(), SizeIs(1));
  EXPECT_THAT(take<exchange::SaveOwnRecord>(), IsEmpty()) << "unchanged";
}

TEST_F(CoreTest, TellsAStoredRecordThatIsUnchangedWithoutSigningAnew) {
  const libp2p::Multiaddr own = addr("/ip4/10.0.0.1/tcp/9000");
  const auto stored = libp2p::SignedPeerRecord::sign(identity(1), 5, {own});
  ASSERT_TRUE(core_.restore_own(stored.envelope()));
  core_.on_listening({own});
  EXPECT_THAT(take<TellRecord>(), SizeIs(1));
  EXPECT_THAT(take<exchange::SaveOwnRecord>(), IsEmpty());
}

TEST_F(CoreTest, RefusesToTakeAnotherNodesRecordForItsOwn) { EXPECT_FALSE(core_.restore_own(record_.envelope())); }

TEST_F(CoreTest, StoresAPlainPeersRecordFromIdentifyOnceItIsProven) {
  core_.on_opened(connection(1, peer(2), Direction::inbound, addr("/ip4/10.0.0.2/tcp/50000")), kStart);
  core_.on_identified(peer(2), record_.envelope(), kStart);
  const auto stored = take<StorePeer>();
  ASSERT_THAT(stored, SizeIs(1));
  EXPECT_EQ(store::peer_id(stored[0].entry), peer(2));
  EXPECT_THAT(stored[0].entry.addresses, ElementsAre(address_));
  EXPECT_EQ(stored[0].entry.sequence, 7U);
  EXPECT_EQ(stored[0].entry.source, store::Source::exchange);
  const auto standings = take<SetStanding>();
  ASSERT_THAT(standings, SizeIs(1));
  EXPECT_EQ(standings[0].verdict, Verdict::member);
}

TEST_F(CoreTest, DoesNotStoreWhatNothingProves) {
  core_.on_opened(connection(1, peer(2), Direction::inbound, addr("/ip4/10.9.9.9/tcp/50000")), kStart);
  core_.on_identified(peer(2), record_.envelope(), kStart);
  EXPECT_THAT(take<StorePeer>(), IsEmpty());
}

TEST_F(CoreTest, OpensTheExchangeWithAHelloOnAConnectionThatItDialled) {
  core_.on_opened(connection(1, peer(2), Direction::outbound, address_), kStart);
  core_.on_stream_opened(peer(2), 1, kStart);
  const auto sent = take<exchange::Send>();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(exchange::name_of(sent[0].message), "hello");
}

TEST_F(CoreTest, DropsAMessageOfAConnectionThatIsGone) {
  const auto info = connection(1, peer(2), Direction::inbound, address_);
  core_.on_opened(info, kStart);
  core_.on_stream_opened(peer(2), 1, kStart);
  core_.on_closed(info, libp2p::ConnErrc::closed_by_peer, kStart);
  core_.on_message(peer(2), 1, hello(), kStart);
  EXPECT_THAT(take<exchange::Send>(), IsEmpty());
  EXPECT_THAT(take<StorePeer>(), IsEmpty());
}

TEST_F(CoreTest, WantsAPeerThatAnotherOneTellsOf) {
  const auto told = libp2p::SignedPeerRecord::sign(identity(3), 1, {addr("/ip4/10.0.0.3/tcp/9000")});
  core_.on_opened(connection(1, peer(2), Direction::inbound, addr("/ip4/10.0.0.2/tcp/50000")), kStart);
  core_.on_stream_opened(peer(2), 1, kStart);
  core_.on_message(peer(2), 1, hello(), kStart);
  core_.on_message(peer(2), 1, {.body = exchange::Announcement{{.envelope = told.envelope()}}}, kStart);
  take<Dial>();
  ASSERT_TRUE(core_.peers().view(peer(3)));
  EXPECT_TRUE(core_.peers().view(peer(3))->wanted);
}

TEST_F(CoreTest, ARecordIsProvenByTheNameThatWasDialled) {
  const libp2p::Multiaddr name = addr("/dns4/node.example/tcp/9000");
  const auto named = libp2p::SignedPeerRecord::sign(identity(2), 7, {name});
  auto info = connection(1, peer(2), Direction::outbound, address_);
  info.dialled = name;
  core_.on_opened(info, kStart);
  core_.on_identified(peer(2), named.envelope(), kStart);
  EXPECT_THAT(take<StorePeer>(), SizeIs(1));
}

TEST_F(CoreTest, BansAPeerThatLiesAgainAndAgain) {
  core_.on_opened(connection(1, peer(2), Direction::inbound, address_), kStart);
  core_.on_stream_opened(peer(2), 1, kStart);
  core_.on_message(peer(2), 1, hello(), kStart);
  const auto foreign = libp2p::SignedPeerRecord::sign(identity(3), 1, {address_});
  for (int i = 0; i < 6; ++i) {
    core_.on_message(peer(2), 1, {.body = exchange::Update{foreign.envelope()}}, kStart);
  }
  const auto bans = take<Ban>();
  ASSERT_THAT(bans, SizeIs(1));
  EXPECT_EQ(bans[0].peer, peer(2));
  EXPECT_GT(bans[0].until, kStart);
  EXPECT_THAT(take<ClosePeer>(), SizeIs(1));
}

TEST_F(CoreTest, TakesOverOtherLimitsAtOnce) {
  core_.set_limits(std::chrono::seconds{1}, 1, kStart);
  EXPECT_LE(core_.next_deadline(), kStart + std::chrono::seconds{2})
      << "the next round is as near as the interval";
  const std::vector entries{entry(2, store::Source::operator_entry, {address_}),
                            entry(3, store::Source::exchange, {addr("/ip4/10.0.0.3/tcp/9000")})};
  core_.restore_peers(entries, kStart);
  EXPECT_EQ(core_.peers().wanted(), 1U);
}

TEST_F(CoreTest, NotesThatAStoredPeerCameAndWent) {
  restore_with_record();
  EXPECT_THAT(take<StorePeer>(), IsEmpty());
  const auto info = connection(1, peer(2), Direction::inbound, addr("/ip4/10.9.9.9/tcp/50000"));
  core_.on_opened(info, kStart);
  const auto came = take<StorePeer>();
  ASSERT_THAT(came, SizeIs(1));
  EXPECT_EQ(came[0].entry.last_seen, base::WallTime{std::chrono::hours{1}});
  EXPECT_EQ(came[0].entry.sequence, 7U);
  core_.on_closed(info, libp2p::ConnErrc::closed_by_peer, kStart);
  EXPECT_THAT(take<StorePeer>(), SizeIs(1));
}

TEST_F(CoreTest, SeesThoseAgainWhoStayConnected) {
  restore_with_record();
  const auto info = connection(1, peer(2), Direction::inbound, addr("/ip4/10.9.9.9/tcp/50000"));
  core_.on_opened(info, kStart);
  take<StorePeer>();
  EXPECT_LE(core_.next_deadline(), kStart + kSightEvery);
  EXPECT_THAT(take<StorePeer>(kStart + kSightEvery), SizeIs(1));
  EXPECT_THAT(take<StorePeer>(kStart + kSightEvery), IsEmpty());
  core_.on_closed(info, libp2p::ConnErrc::closed_by_peer, kStart + kSightEvery);
  take<StorePeer>(kStart + kSightEvery);
  EXPECT_THAT(take<StorePeer>(kStart + 2 * kSightEvery), IsEmpty());
}

}  // namespace
}  // namespace node
