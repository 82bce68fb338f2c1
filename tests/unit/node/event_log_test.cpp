// The lines that operators and programs of the earlier node look for: their words are part of the interface.
#include "node/event_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/memory_sink.hpp"
#include "observe/metrics.hpp"
#include "unit/node/support.hpp"

namespace node {
namespace {

using libp2p::Direction;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct ManualClock final : base::Clock {
  base::TimePoint now() const override { return at; }
  base::WallTime wall() const override { return {}; }
  base::TimePoint at = kStart;
};

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() {
    log_.set_level(observe::Level::debug);
    log_.set_sinks({sink_});
  }
  template <class Event>
  std::vector<std::string> lines(const Event& event) {
    sink_->clear();
    bus_.publish(event);
    events_.drain();
    std::vector<std::string> texts;
    for (const observe::MemorySink::Line& line : sink_->lines()) texts.push_back(line.json);
    return texts;
  }
  DialEnded failed_dial() const {
    DialEnded event{.peer = peer(2), .connection = std::nullopt, .error = refused_};
    event.attempts.push_back({address_, libp2p::DialStage::tcp, refused_, std::nullopt});
    return event;
  }

  const base::ErrorCode refused_ = boost::system::errc::make_error_code(boost::system::errc::connection_refused);
  const libp2p::Multiaddr address_ = addr("/ip4/10.0.0.2/tcp/9000");
  const libp2p::ConnectionInfo info_ = connection(17, peer(2), Direction::outbound, address_);
  ManualClock clock_;
  observe::Registry metrics_;
  observe::Log log_{clock_, metrics_, "run"};
  std::shared_ptr<observe::MemorySink> sink_ = std::make_shared<observe::MemorySink>();
  observe::Bus bus_;
  EventLog events_{log_, bus_, clock_, peer(1), [] {}};
};

TEST_F(EventLogTest, SaysWhereTheNodeListens) {
  EXPECT_THAT(lines(Listening{.bound = {address_}, .announced = {}}),
              ElementsAre(AllOf(HasSubstr("\"message\":\"Listening addresses\""), HasSubstr(address_.to_text()),
                                HasSubstr(peer(1).to_base58()))));
}

TEST_F(EventLogTest, SaysThatAConnectionIsUp) {
  EXPECT_THAT(lines(PeerConnected{.connection = info_, .verdict = libp2p::Admission::Verdict::member}),
              ElementsAre(AllOf(HasSubstr("\"message\":\"Connection established with peer\""),
                                HasSubstr("\"level\":\"info\""), HasSubstr("\"conn\":\"c17\""))));
}

TEST_F(EventLogTest, SaysThatADialSucceeded) {
  EXPECT_THAT(lines(DialEnded{.peer = peer(2), .connection = info_}),
              ElementsAre(HasSubstr("\"message\":\"Successfully connected to peer\"")));
}

TEST_F(EventLogTest, SaysNothingOfADialThatFoundThePeersOwnConnection) {
  const auto inbound = connection(3, peer(2), Direction::inbound, address_);
  EXPECT_THAT(lines(DialEnded{.peer = peer(2), .connection = inbound}), IsEmpty());
}

TEST_F(EventLogTest, SaysWhyAndAfterHowLongAPeerWent) {
  EXPECT_THAT(lines(PeerDisconnected{.connection = info_,
                                     .reason = libp2p::ConnErrc::not_answering,
                                     .lifetime = std::chrono::seconds{90},
                                     .last = true}),
              ElementsAre(AllOf(HasSubstr("\"message\":\"Peer disconnected\""), HasSubstr("does not answer pings"),
                                HasSubstr("\"duration_ms\":90000"))));
}

TEST_F(EventLogTest, WarnsOfTheFirstFailedDialAndFoldsTheOthers) {
  EXPECT_THAT(lines(failed_dial()),
              ElementsAre(AllOf(
                  HasSubstr("\"level\":\"warn\""), HasSubstr("\"message\":\"Connection to peer failed\""),
                  HasSubstr("\"class\":\"recoverable\""), HasSubstr("9000 tcp: "), Not(HasSubstr("repeats")))));
  EXPECT_THAT(lines(failed_dial()), IsEmpty());
  clock_.at += observe::kRepeatInterval;
  EXPECT_THAT(lines(failed_dial()),
              ElementsAre(AllOf(HasSubstr("\"level\":\"info\""), HasSubstr("\"repeats\":2"))));
}

TEST_F(EventLogTest, WarnsOfEachNewCauseOfAFailedDial) {
  lines(failed_dial());
  DialEnded other = failed_dial();
  other.error = libp2p::ConnErrc::handshake_timeout;
  EXPECT_THAT(lines(other), ElementsAre(HasSubstr("\"level\":\"warn\"")));
  EXPECT_THAT(lines(other), IsEmpty());
  EXPECT_THAT(lines(failed_dial()), IsEmpty()) << "it was told of that";
}

TEST_F(EventLogTest, WarnsAnewAfterASuccess) {
  lines(failed_dial());
  lines(DialEnded{.peer = peer(2), .connection = info_});
  EXPECT_THAT(lines(failed_dial()), ElementsAre(HasSubstr("\"level\":\"warn\"")));
}

TEST_F(EventLogTest, NamesWhoAnsweredInsteadOfTheExpectedPeer) {
  DialEnded event = failed_dial();
  event.attempts[0].actual = peer(3);
  EXPECT_THAT(lines(event), ElementsAre(AllOf(HasSubstr("\"expected\":\"" + peer(2).to_base58()),
                                              HasSubstr("\"actual\":\"" + peer(3).to_base58()))));
}

TEST_F(EventLogTest, SaysNothingOfDialsThatTheStopCutShort) {
  EXPECT_THAT(
      lines(DialEnded{.peer = peer(2), .connection = std::nullopt, .error = libp2p::ConnErrc::host_stopped}),
      IsEmpty());
}

TEST_F(EventLogTest, TellsOnlyTheFirstFailureToSaveAndItsEnd) {
  EXPECT_THAT(lines(PeersSaved{.error = refused_, .entries = 3, .wrote = false, .news = true}),
              ElementsAre(HasSubstr("\"level\":\"error\"")));
  EXPECT_THAT(lines(PeersSaved{.error = refused_, .entries = 3, .wrote = false, .news = false}), IsEmpty());
  EXPECT_THAT(lines(PeersSaved{.error = {}, .entries = 3, .wrote = true, .news = true}), SizeIs(2));
}

}  // namespace
}  // namespace node
