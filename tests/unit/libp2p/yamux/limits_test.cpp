// Every bound of limits.hpp is reached, and every protocol violation ends the session with Go Away 1.
#include "libp2p/yamux/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/libp2p/yamux/harness.hpp"

namespace libp2p::yamux {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Violation {
  const char* name;
  base::Bytes bytes;  ///< To a server that has heard of stream 1 and opened stream 2.
  SessionErrc want;
};

class Violations : public ::testing::TestWithParam<Violation> {};

TEST_P(Violations, EndTheSessionWithGoAwayOne) {
  Side us{Role::server};
  us.hear(update(kSyn, 1));
  us.session.accept(1);
  us.established();
  ASSERT_TRUE(us.session.offer(1, base::as_bytes("unsent"), TrafficClass::urgent));
  us.hear(GetParam().bytes + update(kSyn, 3));
  EXPECT_EQ(us.error, GetParam().want);
  EXPECT_THAT(us.say(11), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("go away 1"));
  EXPECT_FALSE(us.session.has_output());
  us.hear(ping(kSyn, 1));
  EXPECT_EQ(us.error, GetParam().want) << "the error stays";
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::session_closed);
  us.session.consume(1, 1, us.now);
  us.session.accept(1);
  us.session.reset(1, 0);
  us.session.close_write(2);
  EXPECT_FALSE(us.session.has_output());
}

INSTANTIATE_TEST_SUITE_P(
    Yamux, Violations,
    ::testing::Values(
        Violation{"BadVersion", {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, SessionErrc::bad_version},
        Violation{"SynOfOurParity", update(kSyn, 4), SessionErrc::bad_stream_id},
        Violation{"SynForALiveStream", update(kSyn, 1), SessionErrc::duplicate_stream},
        Violation{"DataOverTheWindow", data(0, 1, kInitialWindowBytes + 1), SessionErrc::window_exceeded},
        Violation{"SynWithDataOverTheWindow", data(kSyn, 5, kInitialWindowBytes + 1),
                  SessionErrc::window_exceeded},
        Violation{"ResetWithDataOverTheWindow", data(kRst, 1, kInitialWindowBytes + 1),
                  SessionErrc::window_exceeded},
        Violation{"DataOverAnyWindowAfterFin",
                  update(kFin, 1) + frame(FrameType::data, 0, 1, 16 * 1024 * 1024 + 1),
                  SessionErrc::window_exceeded},
        Violation{"DataOverAnyWindowAfterReset",
                  update(kRst, 1) + frame(FrameType::data, 0, 1, 16 * 1024 * 1024 + 1),
                  SessionErrc::window_exceeded},
        Violation{"DataOverTheWindowOfAStreamThatNeverWas", data(0, 9, kInitialWindowBytes + 1),
                  SessionErrc::window_exceeded},
        Violation{"CreditOverflow", update(0, 1, 0xffffffffU), SessionErrc::credit_overflow},
        Violation{"CreditOverflowWithSyn", update(kSyn, 5, 0xffffffffU), SessionErrc::credit_overflow},
        Violation{"CreditOverflowWithAck", update(kAck, 2, 0xffffffffU), SessionErrc::credit_overflow}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Window, IsCheckedBeforeAnythingIsGivenOut) {
  Side us{Role::server};
  us.hear(update(kSyn, 1));
  EXPECT_THAT(us.hear(data(0, 1, kInitialWindowBytes) + data(kFin, 1, 1)),
              ElementsAre("data 1 262144", "error the peer sent more than the yamux window allows"));
}

TEST(Backlog, Holds256StreamsWithoutAck) {
  Side us{Role::client};
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(us.session.open(us.now));
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::backlog_full);
  us.say();
  us.hear(update(kAck, 1));
  EXPECT_TRUE(us.session.open(us.now));
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::backlog_full);
}

struct Freed {
  const char* name;
  base::Bytes bytes;
  bool by_our_reset;
};
class BacklogSlot : public ::testing::TestWithParam<Freed> {};

TEST_P(BacklogSlot, IsFreedOnce) {
  Side us{Role::client, {.max_unacked_outbound = 1}};
  ASSERT_TRUE(us.session.open(us.now));
  us.say();
  ASSERT_FALSE(us.session.open(us.now));
  us.hear(GetParam().bytes);
  if (GetParam().by_our_reset) us.session.reset(1, 0);
  EXPECT_TRUE(us.session.open(us.now));
  us.say();
  us.hear(GetParam().bytes);
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::backlog_full);
}

INSTANTIATE_TEST_SUITE_P(Yamux, BacklogSlot,
                         ::testing::Values(Freed{"ByAck", update(kAck, 1), false},
                                           Freed{"ByFin", update(kFin, 1), false},
                                           Freed{"ByRst", data(kRst, 1), false},
                                           Freed{"ByAckAndFin", data(kAck | kFin, 1), false},
                                           Freed{"ByOurReset", {}, true}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Streams, AreLimitedInAll) {
  Side us{Role::client, {.max_unacked_outbound = 9, .max_streams = 3}};
  us.hear(update(kSyn, 2));
  ASSERT_TRUE(us.session.open(us.now));
  ASSERT_TRUE(us.session.open(us.now));
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::too_many_streams);
  EXPECT_THAT(us.hear(update(kSyn, 4)), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("RST update 4 4098", "SYN update 1 0", "SYN update 3 0"));
}

TEST(Inbound, OverTheLiveLimitIsResetWithoutAck) {
  Side us{Role::server, {.max_inbound_streams = 2}};
  EXPECT_THAT(us.hear(update(kSyn, 1) + update(kSyn, 3) + data(kSyn | kFin, 5, 9)),
              ElementsAre("open 1", "open 3"));
  EXPECT_THAT(us.say(), ElementsAre("RST update 5 4098"));
  us.hear(update(kRst, 1));
  EXPECT_THAT(us.hear(update(kSyn, 7)), ElementsAre("open 7"));
  EXPECT_EQ(us.session.live_inbound(), 2U);
}

TEST(Inbound, SynWithRstOpensNothingAndIsNotAnswered) {
  Side us{Role::server};
  EXPECT_THAT(us.hear(update(kSyn | kRst, 1, 5) + data(0, 1, 3)), IsEmpty());
  EXPECT_THAT(us.say(), IsEmpty());
  EXPECT_EQ(us.session.live_streams(), 0U);
}

TEST(Opens, BeyondTheRateAreRefusedAndRefilledByTime) {
  Side us{Role::server, {.max_inbound_streams = 1000, .max_streams = 1000}};
  StreamId id = 1;
  for (; id < 2 * 256; id += 2) ASSERT_EQ(us.hear(update(kSyn, id)).size(), 1U);
  EXPECT_THAT(us.hear(update(kSyn, id)), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("RST update 513 4099"));
  us.now += 10 * kMs;
  EXPECT_THAT(us.hear(update(kSyn, 515) + update(kSyn, 517)), ElementsAre("open 515"));
}

TEST(Opens, FarBeyondTheRateEndTheSession) {
  Side us{Role::server, {.open_abuse = 3}};
  for (StreamId id = 1; id < 2 * 256; id += 2) us.hear(update(kSyn | kRst, id));
  for (StreamId id = 601; id < 607; id += 2) us.hear(update(kSyn, id));
  EXPECT_FALSE(us.error);
  us.now += 10 * kMs;
  us.hear(update(kSyn, 607) + update(kSyn, 609));
  EXPECT_FALSE(us.error) << "one that was let in forgives one";
  us.hear(update(kSyn, 611));
  EXPECT_EQ(us.error, SessionErrc::open_flood);
}

TEST(Control, RefusalsThatPileUpEndTheSession) {
  Side us{Role::server, {.max_inbound_streams = 0, .max_pending_control = 3}};
  for (StreamId id = 1; id <= 5; id += 2) us.hear(update(kSyn, id));
  us.say();
  for (StreamId id = 7; id <= 11; id += 2) us.hear(update(kSyn, id));
  EXPECT_FALSE(us.error) << "what was gathered does not count";
  us.hear(update(kSyn, 13));
  EXPECT_EQ(us.error, SessionErrc::control_overflow);
}

TEST(Control, ResettingAllStreamsAtOnceIsNoOverflow) {
  Side us{Role::client, {.max_unacked_outbound = 500, .max_pending_control = 1}};
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(us.session.open(us.now));
  us.say();
  for (StreamId id = 1; id < 1000; id += 2) us.session.reset(id, 0);
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::too_many_streams) << "the remote still counts them";
  EXPECT_EQ(us.say().size(), 500U);
  EXPECT_TRUE(us.session.open(us.now));
}

TEST(Pongs, PendingAreLimitedTo32) {
  Side us{Role::server};
  for (std::uint32_t id = 0; id < 32; ++id) us.hear(ping(kSyn, id));
  EXPECT_EQ(us.say().size(), 32U);
  for (std::uint32_t id = 0; id < 32; ++id) us.hear(ping(kSyn, id));
  EXPECT_FALSE(us.error);
  us.hear(ping(kSyn, 32));
  EXPECT_EQ(us.error, SessionErrc::ping_flood);
}

struct Flood {
  const char* name;
  base::Bytes frame;
  int allowed;
  SessionErrc want;
};
class Floods : public ::testing::TestWithParam<Flood> {};

TEST_P(Floods, AreBoundedPerSecond) {
  Side us{Role::server};
  us.hear(update(kSyn, 1) + update(kSyn, 3) + update(kRst, 3));
  us.hear(update(kSyn, 5) + update(kFin, 5));
  for (int i = 0; i < GetParam().allowed; ++i) us.hear(GetParam().frame);
  EXPECT_FALSE(us.error);
  us.now += std::chrono::seconds{1};
  for (int i = 0; i < GetParam().allowed; ++i) us.hear(GetParam().frame);
  EXPECT_FALSE(us.error);
  us.hear(GetParam().frame);
  EXPECT_EQ(us.error, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Yamux, Floods,
    ::testing::Values(Flood{"OfEmptyData", data(0, 1), 1000, SessionErrc::empty_frame_flood},
                      Flood{"OfRepeatedFin", data(kFin, 5), 1000, SessionErrc::empty_frame_flood},
                      Flood{"OfEmptyDataAfterReset", data(0, 3), 1000, SessionErrc::empty_frame_flood},
                      Flood{"OfDataForNoStream", data(0, 77, 1), 100, SessionErrc::unknown_data_flood},
                      Flood{"OfCreditForNoStream", update(0, 77, 1), 100, SessionErrc::unknown_data_flood}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Empty, FramesThatCloseStreamsAreNoFlood) {
  Side us{Role::client, {.max_unacked_outbound = 5000, .max_streams = 5000}};
  for (int i = 0; i < 3000; ++i) {
    const StreamId id = *us.session.open(us.now);
    us.session.close_write(id);
    us.say();
    us.hear(data(kAck | kFin, id));
  }
  EXPECT_FALSE(us.error);
  EXPECT_EQ(us.session.live_streams(), 0U);
}

}  // namespace
}  // namespace libp2p::yamux
