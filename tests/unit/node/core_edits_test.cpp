#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "node/core.hpp"
#include "node/limits.hpp"
#include "unit/node/support.hpp"

namespace node {
namespace {

using libp2p::Direction;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Verdict = libp2p::Admission::Verdict;

store::RawKey key_of(std::uint8_t seed) {
  store::RawKey key;
  std::ranges::copy(identity(seed).public_key().data(), key.begin());
  return key;
}

class CoreEditsTest : public testing::Test {
 protected:
  void turn() {
    for (Command& command : core_.poll(now_, base::WallTime{std::chrono::hours{1}})) {
      commands_.push_back(std::move(command));
    }
  }
  template <class T>
  std::vector<T> take() {
    turn();
    std::vector<T> found;
    for (const Command& command : commands_) {
      if (const T* one = std::get_if<T>(&command)) found.push_back(*one);
    }
    std::erase_if(commands_, [](const Command& command) { return std::holds_alternative<T>(command); });
    return found;
  }
  void rest() {
    now_ += kEditRest;
    turn();
  }
  void edit(const store::Edits& edits) { core_.on_edits(edits, now_); }
  store::PeerEntry entry(std::uint8_t seed, const char* address, std::string name = {}) const {
    return {.key = key_of(seed), .addresses = {addr(address)}, .name = std::move(name)};
  }
  void open(libp2p::ConnectionId id, std::uint8_t seed) {
    core_.on_opened(connection(id, peer(seed), Direction::inbound, addr("/ip4/10.0.0.2/tcp/50000")), now_);
    turn();
  }
  std::vector<PeersEdited> told() {
    std::vector<PeersEdited> all;
    events_.drain([&all](const PeersEdited& one) { all.push_back(one); });
    return all;
  }

  /// Of each time that something was left out: how many.
  std::vector<std::size_t> left_out() {
    std::vector<std::size_t> all;
    left_out_.drain([&all](const PeersLeftOut& one) { all.push_back(one.count); });
    return all;
  }
  /// As many learned peers as the table holds, from number 0 on, and `more`.
  static std::vector<store::PeerEntry> more_than_fit(std::size_t more) {
    std::vector<store::PeerEntry> all(peers::Limits{}.max_known + more, {.source = store::Source::exchange});
    for (std::uint32_t i = 0; i < all.size(); ++i) base::store_be32(all[i].key.data(), i);
    return all;
  }

  base::TimePoint now_ = kStart;
  base::SeededRng rng_{7};
  observe::Bus bus_;
  observe::Subscription<PeersEdited> events_ = bus_.subscribe<PeersEdited>({.capacity = 16, .wake = [] {}});
  observe::Subscription<PeersLeftOut> left_out_ = bus_.subscribe<PeersLeftOut>({.capacity = 16, .wake = [] {}});
  Core core_{{.identity = identity(1), .exchange_interval = std::chrono::hours{30}}, rng_, bus_, kStart};
  std::vector<Command> commands_;
};

TEST_F(CoreEditsTest, DialsAPeerThatWasAdded) {
  edit({.added = {entry(2, "/ip4/10.0.0.2/tcp/9000", "second")}});
  now_ += std::chrono::seconds{1};  // as the larger id may have to
  const auto dials = take<Dial>();
  ASSERT_THAT(dials, SizeIs(1));
  EXPECT_EQ(dials[0].peer, peer(2));
  const auto standings = take<SetStanding>();
  ASSERT_THAT(standings, SizeIs(1));
  EXPECT_EQ(standings[0].verdict, Verdict::operator_member);
  const auto events = told();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events[0].added, ElementsAre("second"));
}

TEST_F(CoreEditsTest, TriesTheNewAddressesAndNoLongerTheOldOnes) {
  core_.restore_peers(std::vector{entry(2, "/ip4/10.0.0.2/tcp/9000")}, now_);
  edit({.changed = {entry(2, "/ip4/10.0.0.7/tcp/9000")}});
  now_ += std::chrono::seconds{1};
  const auto dials = take<Dial>();
  ASSERT_THAT(dials, SizeIs(1));
  EXPECT_THAT(dials[0].addresses, ElementsAre(addr("/ip4/10.0.0.7/tcp/9000")));
}

TEST_F(CoreEditsTest, LetsGoOfARemovedPeerOnceTheFileIsAtRest) {
  core_.restore_peers(std::vector{entry(2, "/ip4/10.0.0.2/tcp/9000", "second")}, now_);
  open(1, 2);
  take<SetStanding>();
  edit({.removed = {key_of(2)}});
  EXPECT_THAT(told().at(0).removed, ElementsAre("second"));
  now_ += kEditRest / 2;
  edit({});  // touched once more
  now_ += kEditRest / 2;
  EXPECT_THAT(take<ClosePeer>(), IsEmpty());
  EXPECT_LE(core_.next_deadline(), now_ + kEditRest / 2);
  rest();
  const auto closed = take<ClosePeer>();
  ASSERT_FALSE(closed.empty());
  EXPECT_EQ(closed[0].peer, peer(2));
  EXPECT_EQ(closed[0].reason, make_error_code(libp2p::ConnErrc::refused));
  const auto standings = take<SetStanding>();
  ASSERT_THAT(standings, SizeIs(1));
  EXPECT_EQ(standings[0].verdict, Verdict::refuse);
}

TEST_F(CoreEditsTest, KeepsAPeerThatIsBackBeforeTheFileIsAtRest) {
  core_.restore_peers(std::vector{entry(2, "/ip4/10.0.0.2/tcp/9000")}, now_);
  open(1, 2);
  edit({.removed = {key_of(2)}});
  edit({.added = {entry(2, "/ip4/10.0.0.2/tcp/9000")}});
  rest();
  EXPECT_THAT(take<ClosePeer>(), IsEmpty());
  EXPECT_TRUE(core_.peers().view(peer(2)));
}

TEST_F(CoreEditsTest, ClosesAConnectionOfARemovedPeerThatCameInMeanwhile) {
  core_.restore_removed(std::vector{key_of(2)});
  EXPECT_EQ(take<SetStanding>().at(0).verdict, Verdict::refuse);
  open(5, 2);
  const auto closed = take<CloseConnection>();
  ASSERT_THAT(closed, SizeIs(1));
  EXPECT_EQ(closed[0].connection, 5U);
  EXPECT_FALSE(core_.peers().view(peer(2)));
}

TEST_F(CoreEditsTest, IsNotToldOfARemovedPeerByOthersUntilItIsAddedByHand) {
  const auto announce = [this] {
    const auto told = libp2p::SignedPeerRecord::sign(identity(3), 1, {addr("/ip4/10.0.0.3/tcp/9000")});
    core_.on_message(peer(2), 1, {.body = exchange::Announcement{{.envelope = told.envelope()}}}, now_);
    turn();
  };
  core_.restore_removed(std::vector{key_of(3)});
  open(1, 2);
  core_.on_stream_opened(peer(2), 1, now_);
  exchange::Hello hello;
  hello.record = libp2p::SignedPeerRecord::sign(identity(2), 1, {addr("/ip4/10.0.0.2/tcp/9000")}).envelope();
  core_.on_message(peer(2), 1, {.body = std::move(hello)}, now_);
  announce();
  EXPECT_FALSE(core_.peers().view(peer(3)));
  EXPECT_EQ(core_.engine().records().find(peer(3)), nullptr);
  edit({.added = {entry(3, "/ip4/10.0.0.3/tcp/9000")}});
  announce();
  EXPECT_TRUE(core_.peers().view(peer(3)));
  EXPECT_NE(core_.engine().records().find(peer(3)), nullptr);
}

TEST_F(CoreEditsTest, NoLongerTellsOfARemovedPeer) {
  store::PeerEntry known = entry(2, "/ip4/10.0.0.2/tcp/9000");
  known.record = libp2p::SignedPeerRecord::sign(identity(2), 1, known.addresses).envelope();
  core_.restore_peers(std::vector{known}, now_);
  EXPECT_EQ(core_.engine().records().told(), 1U);
  edit({.removed = {known.key}});
  rest();
  EXPECT_EQ(core_.engine().records().told(), 0U);
}

TEST_F(CoreEditsTest, WelcomesBackAPeerThatWasOnlyForgotten) {
  core_.restore_peers(std::vector{entry(2, "/ip4/10.0.0.2/tcp/9000")}, now_);
  take<SetStanding>();
  edit({.forgotten = {key_of(2)}});
  rest();
  EXPECT_EQ(take<SetStanding>().at(0).verdict, Verdict::stranger);
  EXPECT_FALSE(core_.peers().view(peer(2)));
  open(5, 2);
  EXPECT_THAT(take<CloseConnection>(), IsEmpty());
  EXPECT_TRUE(core_.peers().view(peer(2)));
}

TEST_F(CoreEditsTest, SkipsItsOwnEntryWhateverHappensToIt) {
  edit({.added = {entry(1, "/ip4/10.0.0.1/tcp/9000")}, .removed = {key_of(1)}});
  rest();
  EXPECT_THAT(take<SetStanding>(), IsEmpty());
  EXPECT_THAT(take<ClosePeer>(), IsEmpty());
}

TEST_F(CoreEditsTest, NamesAHundredAndCountsTheOthers) {
  store::Edits edits;
  for (int i = 0; i < 101; ++i) edits.removed.push_back({static_cast<std::uint8_t>(i)});
  edit(edits);
  const auto events = told();
  ASSERT_THAT(events.at(0).removed, SizeIs(101));
  EXPECT_EQ(events[0].removed.back(), "and 1 more");
}

TEST_F(CoreEditsTest, SaysOnceHowManyEntriesFoundNoRoom) {
  const std::size_t room = peers::Limits{}.max_known;
  EXPECT_EQ(core_.restore_peers(more_than_fit(3), now_), room);
  EXPECT_THAT(left_out(), ElementsAre(3U));
  edit({.added = {entry(2, "/ip4/10.0.0.2/tcp/9000")}});
  EXPECT_THAT(left_out(), IsEmpty()) << "the operator's have room";
  const auto learned = more_than_fit(2);
  edit({.added = {learned.end() - 2, learned.end() - 1}, .changed = {learned.end() - 1, learned.end()}});
  EXPECT_THAT(left_out(), ElementsAre(2U));
}

TEST_F(CoreEditsTest, ItsOwnEntryIsNotLeftOutNorIsAnybodyAtTheStop) {
  core_.restore_peers(std::vector{entry(1, "/ip4/10.0.0.1/tcp/9000")}, now_);
  core_.stop(now_);
  edit({.added = {entry(2, "/ip4/10.0.0.2/tcp/9000")}});
  EXPECT_THAT(left_out(), IsEmpty());
}

}  // namespace
}  // namespace node
