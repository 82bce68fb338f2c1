#include "node/connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"
#include "unit/node/support.hpp"

namespace node {
namespace {

using namespace std::chrono_literals;
using libp2p::Direction;
using peers::PeerState;
using testing::IsEmpty;
using testing::SizeIs;

/// A connector of the peer with the smallest id of the seeds used here, so that it dials at once.
class ConnectorTest : public testing::Test {
 protected:
  ConnectorTest() : other_{std::max(peer(1), peer(2))} {}

  std::vector<Dial> dials(base::TimePoint now) {
    std::vector<Dial> found;
    for (Command& command : poll(now)) {
      if (auto* dial = std::get_if<Dial>(&command)) found.push_back(*dial);
    }
    return found;
  }
  std::vector<Command> poll(base::TimePoint now) {
    std::vector<Command> commands;
    connector_.poll(now, commands);
    return commands;
  }
  std::vector<DialEnded> ended() {
    std::vector<DialEnded> events;
    events_.drain([&](const DialEnded& event) { events.push_back(event); });
    return events;
  }
  PeerState state() const { return connector_.manager().view(other_)->state; }
  Dial start_dial() {
    connector_.learn(other_, std::span{&address_, 1}, peers::Trust::operator_entry, kStart);
    return dials(kStart).at(0);
  }
  DialReport failure(const Dial& dial) const {
    DialReport report{.peer = dial.peer, .serial = dial.serial, .result = {}, .took = 1ms};
    report.result.error = boost::system::errc::make_error_code(boost::system::errc::connection_refused);
    return report;
  }

  const libp2p::PeerId self_ = std::min(peer(1), peer(2));
  const libp2p::PeerId other_;
  const libp2p::Multiaddr address_ = addr("/ip4/10.0.0.1/tcp/9000");
  base::SeededRng rng_{7};
  observe::Bus bus_;
  observe::Subscription<DialEnded> events_ = bus_.subscribe<DialEnded>({.capacity = 64, .wake = [] {}});
  Connector connector_{self_, peers::Limits{}, rng_, bus_};
};

TEST_F(ConnectorTest, DialsAKnownPeer) {
  const Dial dial = start_dial();
  EXPECT_EQ(dial.peer, other_);
  EXPECT_THAT(dial.addresses, testing::ElementsAre(address_));
  EXPECT_EQ(state(), PeerState::connecting);
}

TEST_F(ConnectorTest, ConnectsByTheHostsEventAndNotByTheEndOfTheDial) {
  const Dial dial = start_dial();
  const auto info = connection(1, other_, Direction::outbound, address_);
  connector_.on_opened(info, kStart);
  EXPECT_EQ(state(), PeerState::connected);
  DialReport report{.peer = other_, .serial = dial.serial, .result = {}, .took = 1ms};
  report.result.connection = info;
  connector_.on_dial_ended(report, kStart);
  EXPECT_EQ(state(), PeerState::connected);
  EXPECT_EQ(connector_.manager().dialing(), 0U);
  const std::vector<DialEnded> events = ended();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].connection->id, 1U);
}

TEST_F(ConnectorTest, TakesTheAddressThatWasDialledForTheOneThatWorks) {
  const libp2p::Multiaddr name = addr("/dns4/node.example/tcp/9000");
  connector_.learn(other_, std::span{&name, 1}, peers::Trust::operator_entry, kStart);
  dials(kStart);
  auto info = connection(1, other_, Direction::outbound, address_);
  info.dialled = name;
  connector_.on_opened(info, kStart);
  const auto view = connector_.manager().view(other_);
  ASSERT_THAT(view->addresses, SizeIs(1));
  EXPECT_EQ(view->addresses[0].address, name);
  EXPECT_TRUE(view->addresses[0].last_success) << "the name, not the IP address that it stood for";
}

TEST_F(ConnectorTest, FreesTheSlotOfADialThatFoundThePeersOwnConnection) {
  const Dial dial = start_dial();
  const auto info = connection(1, other_, Direction::inbound, address_);
  connector_.on_opened(info, kStart);
  EXPECT_EQ(connector_.manager().dialing(), 1U);
  DialReport report{.peer = other_, .serial = dial.serial, .result = {}, .took = 1ms};
  report.result.connection = info;
  connector_.on_dial_ended(report, kStart);
  EXPECT_EQ(connector_.manager().dialing(), 0U);
  EXPECT_EQ(state(), PeerState::connected);
}

TEST_F(ConnectorTest, DialsAgainAfterAFailureAndCountsTheAttempts) {
  connector_.on_dial_ended(failure(start_dial()), kStart);
  EXPECT_EQ(state(), PeerState::backing_off);
  const Dial second = dials(kStart + 2s).at(0);
  connector_.on_dial_ended(failure(second), kStart + 2s);
  const std::vector<DialEnded> events = ended();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].attempt, 1U);
  EXPECT_EQ(events[1].attempt, 2U);
}

TEST_F(ConnectorTest, DropsTheReportOfAnEarlierDial) {
  const Dial first = start_dial();
  connector_.on_dial_ended(failure(first), kStart);
  ASSERT_THAT(dials(kStart + 2s), SizeIs(1));
  connector_.on_dial_ended(failure(first), kStart + 2s);
  EXPECT_EQ(state(), PeerState::connecting) << "the second dial is still under way";
  EXPECT_THAT(ended(), SizeIs(1));
}

TEST_F(ConnectorTest, RedialsAPeerThatWasLost) {
  start_dial();
  const auto info = connection(1, other_, Direction::outbound, address_);
  connector_.on_opened(info, kStart);
  connector_.on_closed(info, libp2p::ConnErrc::not_answering, kStart + 1min);
  EXPECT_EQ(state(), PeerState::backing_off);
  EXPECT_THAT(dials(kStart + 1min + 2s), SizeIs(1));
}

TEST_F(ConnectorTest, KeepsAPeerConnectedWhileOneOfTwoConnectionsIsLeft) {
  start_dial();
  const auto ours = connection(1, other_, Direction::outbound, address_);
  connector_.on_opened(ours, kStart);
  connector_.on_opened(connection(2, other_, Direction::inbound, address_), kStart);
  connector_.on_closed(ours, libp2p::ConnErrc::superseded, kStart + 1s);
  EXPECT_EQ(state(), PeerState::connected);
}

TEST_F(ConnectorTest, DoesNotDialABannedPeerBeforeTheBanEnds) {
  connector_.ban(other_, kStart + 1h, kStart);
  connector_.learn(other_, std::span{&address_, 1}, peers::Trust::operator_entry, kStart);
  EXPECT_THAT(dials(kStart), IsEmpty());
  EXPECT_EQ(state(), PeerState::backing_off);
  EXPECT_THAT(dials(kStart + 1h), SizeIs(1));
}

TEST_F(ConnectorTest, CountsOnlyTheFirstDialOfADiscoveredPeer) {
  connector_.discover(other_, std::span{&address_, 1}, peers::Trust::hearsay, kStart);
  connector_.on_dial_ended(failure(dials(kStart).at(0)), kStart);
  connector_.on_dial_ended(failure(dials(kStart + 10s).at(0)), kStart + 10s);
  const std::vector<DialEnded> events = ended();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_TRUE(events[0].discovery);
  EXPECT_FALSE(events[1].discovery);
}

TEST_F(ConnectorTest, ClosesWhatOpensAfterTheStop) {
  start_dial();
  connector_.stop(kStart);
  poll(kStart);
  connector_.on_opened(connection(1, other_, Direction::outbound, address_), kStart);
  const std::vector<Command> commands = poll(kStart);
  ASSERT_THAT(commands, SizeIs(1));
  EXPECT_EQ(std::get<CloseConnection>(commands[0]).connection, 1U);
}

}  // namespace
}  // namespace node
