// Sessions: the order of hellos as a whole table, versions, framing in any split, time-out.
#include "exchange/session.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"

namespace exchange {
namespace {

using namespace std::chrono_literals;
using enum SessionState;
using enum SessionEvent;

constexpr base::TimePoint kStart{base::Duration{1000h}};

TEST(SessionTable, HasExactlyTheseEdges) {
  const std::map<std::pair<SessionState, SessionEvent>, SessionState> want{
      {{dialer_start, send_hello}, hello_sent},
      {{hello_sent, receive_hello}, SessionState::open},
      {{listener_start, receive_hello}, hello_received},
      {{hello_received, send_hello}, SessionState::open},
      {{SessionState::open, send_other}, SessionState::open},
      {{SessionState::open, receive_other}, SessionState::open},
      {{dialer_start, fail}, closed},
      {{hello_sent, fail}, closed},
      {{listener_start, fail}, closed},
      {{hello_received, fail}, closed},
      {{SessionState::open, fail}, closed}};
  for (const SessionState from :
       {dialer_start, hello_sent, listener_start, hello_received, SessionState::open, closed}) {
    for (const SessionEvent on : {send_hello, receive_hello, send_other, receive_other, fail}) {
      const auto edge = want.find({from, on});
      EXPECT_EQ(next_state(from, on), edge != want.end() ? std::optional{edge->second} : std::nullopt)
          << static_cast<int>(from) << " " << static_cast<int>(on);
    }
  }
}

base::Bytes framed(const Message& message) {
  base::Bytes out;
  libp2p::wire::append_framed(out, encode(message));
  return out;
}

base::Result<std::optional<Message>> give(Session& session, base::ByteSpan bytes) { return session.next(bytes); }

TEST(Session, OpensWithTheDialersHelloAndThenTheAnswer) {
  Session dialer{Side::dialer, kStart};
  Session listener{Side::listener, kStart};
  base::Bytes there;
  ASSERT_TRUE(dialer.send(there, {.body = Hello{.incarnation = 1, .record = {}, .dialled = {}, .position = {}}}));
  const auto first = give(listener, there);
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<Hello>((*first)->body).incarnation, 1U);
  base::Bytes back;
  ASSERT_TRUE(listener.send(back, {.body = Hello{}}));
  ASSERT_TRUE(give(dialer, back));
  EXPECT_EQ(dialer.state(), SessionState::open);
  EXPECT_EQ(listener.state(), SessionState::open);
  EXPECT_FALSE(dialer.deadline());
}

TEST(Session, GivesTheSameMessagesForAnySplitOfTheStream) {
  base::Bytes stream = framed({.body = Hello{}});
  for (std::uint8_t i = 0; i < 20; ++i)
    base::append(stream, framed({.round = i, .body = Update{base::Bytes(std::size_t{20} * i, i)}}));
  base::SeededRng rng{3};
  for (int run = 0; run < 50; ++run) {
    Session session{Side::dialer, kStart};
    base::Bytes sent;
    ASSERT_TRUE(session.send(sent, {.body = Hello{}}));
    std::size_t messages = 0;
    base::ByteSpan rest{stream};
    while (!rest.empty()) {
      base::ByteSpan piece =
          rest.first(std::min<std::size_t>(rest.size(), 1 + static_cast<std::size_t>(rng.below(90))));
      rest = rest.subspan(piece.size());
      while (!piece.empty()) {
        const auto got = session.next(piece);
        ASSERT_TRUE(got);
        if (got->has_value()) ++messages;
      }
    }
    EXPECT_EQ(messages, 21U);
    EXPECT_TRUE(session.at_boundary());
  }
}

struct Wrong {
  const char* name;
  Message message;
  Errc want;
};
class ListenerRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(ListenerRefuses, AsTheFirstMessage) {
  Session session{Side::listener, kStart};
  const auto got = give(session, framed(GetParam().message));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), make_error_code(GetParam().want));
  EXPECT_EQ(session.state(), closed);
  EXPECT_EQ(give(session, framed({.body = Hello{}})).error(), make_error_code(Errc::closed));
  base::Bytes out;
  EXPECT_EQ(session.send(out, {.body = Hello{}}).error(), make_error_code(Errc::closed));
}

INSTANTIATE_TEST_SUITE_P(
    Session, ListenerRefuses,
    ::testing::Values(Wrong{"AnUpdate", {.body = Update{}}, Errc::hello_expected},
                      Wrong{"AnUnknownBody", {}, Errc::hello_expected},
                      Wrong{"VersionZero", {.version = 0, .body = Hello{}}, Errc::unsupported_version}),
    [](const auto& c) { return std::string{c.param.name}; });

Session open_session() {
  Session session{Side::dialer, kStart};
  base::Bytes out;
  EXPECT_TRUE(session.send(out, {.body = Hello{}}));
  EXPECT_TRUE(give(session, framed({.version = 7, .body = Hello{}})));  // a later version answers in its own
  return session;
}

TEST(Session, RefusesASecondHello) {
  Session session = open_session();
  EXPECT_EQ(give(session, framed({.body = Hello{}})).error(), make_error_code(Errc::hello_repeated));
}

TEST(Session, RefusesLaterMessagesOfAVersionThatWasNotAgreed) {
  Session session = open_session();
  EXPECT_EQ(give(session, framed({.version = 7, .body = Update{}})).error(),
            make_error_code(Errc::unsupported_version));
}

TEST(Session, TakesAnErrorAtAnyTime) {
  Session session{Side::listener, kStart};
  const auto got = give(session, Session::last_words(Errc::unsupported_version));
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<Error>((*got)->body).code, static_cast<std::uint32_t>(Errc::unsupported_version));
}

TEST(Session, RefusesAMessageOverTheMaximum) {
  Session session{Side::listener, kStart};
  base::Bytes prefix;
  base::append_varint(prefix, kMaxMessageBytes + 1);
  EXPECT_EQ(give(session, prefix).error(), make_error_code(Errc::message_too_large));
}

TEST(Session, RefusesWhatIsNoMessage) {
  Session session{Side::listener, kStart};
  EXPECT_EQ(give(session, base::Bytes{2, 0xff, 0xff}).error(), make_error_code(Errc::bad_message));
  Session other{Side::listener, kStart};
  EXPECT_EQ(give(other, base::Bytes{0x81, 0x00}).error(), make_error_code(Errc::bad_message));
}

TEST(Session, SendsNothingOutOfOrder) {
  Session session{Side::listener, kStart};
  base::Bytes out;
  EXPECT_EQ(session.send(out, {.body = Hello{}}).error(), make_error_code(Errc::not_ready));
  EXPECT_EQ(session.send(out, {.body = Update{}}).error(), make_error_code(Errc::not_ready));
  EXPECT_TRUE(out.empty());
}

TEST(Session, SendsNoMessageOverTheMaximum) {
  Session session = open_session();
  base::Bytes out;
  EXPECT_EQ(session.send(out, {.body = Update{base::Bytes(kMaxMessageBytes)}}).error(),
            make_error_code(Errc::message_too_large));
}

TEST(Session, WaitsTenSecondsForAHello) {
  Session session{Side::listener, kStart};
  EXPECT_EQ(session.deadline(), kStart + kHelloTimeout);
  EXPECT_TRUE(session.expire(kStart + kHelloTimeout - 1ns));
  EXPECT_EQ(session.expire(kStart + kHelloTimeout).error(), make_error_code(Errc::hello_timeout));
  EXPECT_EQ(session.state(), closed);
  EXPECT_FALSE(session.deadline());
}

}  // namespace
}  // namespace exchange
