// The session as a whole: pings, go away, the order and the bounds of what is gathered, signs of life.
#include "libp2p/yamux/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/libp2p/yamux/harness.hpp"

namespace libp2p::yamux {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Ping, IsAnsweredOnceWithItsId) {
  Side us{Role::server};
  us.hear(ping(kSyn, 7));
  EXPECT_EQ(base::to_hex(us.say_bytes()), "000200020000000000000007");
  EXPECT_THAT(us.say(), IsEmpty());
}

TEST(Ping, MeasuresTheRoundTripFromWhenItWasGathered) {
  Side us{Role::client};
  EXPECT_TRUE(us.session.ping(us.now));
  EXPECT_FALSE(us.session.ping(us.now));
  us.now += 100 * kMs;
  EXPECT_EQ(us.session.ping_sent_at(), std::nullopt);
  EXPECT_THAT(us.say(), ElementsAre("SYN ping 1"));
  EXPECT_EQ(us.session.ping_sent_at(), us.now);
  us.now += 5 * kMs;
  EXPECT_THAT(us.hear(ping(kAck, 9)), IsEmpty());
  EXPECT_THAT(us.hear(ping(kAck, 1) + ping(kAck, 1)), ElementsAre("pong 5000000"));
  EXPECT_EQ(us.session.rtt(), 5 * kMs);
}

TEST(GoAway, IsTheLastFrameAndEndsOpening) {
  Side us{Role::client};
  const StreamId id = us.established();
  ASSERT_TRUE(us.session.offer(id, base::as_bytes("bye"), TrafficClass::bulk));
  us.session.go_away(0);
  us.session.go_away(2);
  us.hear(ping(kSyn, 4));
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::session_closed);
  EXPECT_THAT(us.hear(update(kSyn, 2)), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("ACK ping 4", "RST update 2 4103", "data 1 3", "go away 0"));
  us.hear(ping(kSyn, 5) + update(kSyn, 4));
  us.session.reset(id, 0);
  EXPECT_FALSE(us.session.ping(us.now));
  EXPECT_EQ(us.session.offer(id, {}, TrafficClass::normal).error(), SessionErrc::session_closed);
  EXPECT_FALSE(us.session.has_output());
  EXPECT_THAT(us.say(), IsEmpty());
}

TEST(GoAway, DoesNotWaitForAStreamThatHasNoCredit) {
  Side us{Role::client};
  const base::Bytes bytes(kInitialWindowBytes + 1, 7);
  ASSERT_TRUE(us.session.offer(us.established(), bytes, TrafficClass::normal));
  us.session.go_away(0);
  std::string last;
  while (us.session.has_output()) last = us.say().back();
  EXPECT_EQ(last, "go away 0");
}

TEST(GoAway, OfTheRemoteIsAnEventWithAnyCode) {
  Side us{Role::client};
  EXPECT_THAT(us.hear(go_away(4101)), ElementsAre("go away 4101"));
  EXPECT_EQ(us.session.open(us.now).error(), SessionErrc::session_closed);
  EXPECT_THAT(us.hear(update(kSyn, 2)), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("RST update 2 4103"));
}

TEST(Gather, PutsControlBeforeDataAndClassesInOrder) {
  Side us{Role::client};
  const StreamId bulk = us.established();
  const StreamId normal = us.established();
  const StreamId urgent = us.established();
  us.hear(data(0, bulk, 200'000) + ping(kSyn, 3) + update(kSyn, 2) + update(kSyn, 4));
  ASSERT_TRUE(us.session.offer(bulk, base::as_bytes("b"), TrafficClass::bulk));
  ASSERT_TRUE(us.session.offer(normal, base::as_bytes("n"), TrafficClass::normal));
  ASSERT_TRUE(us.session.offer(urgent, base::as_bytes("u"), TrafficClass::urgent));
  us.session.consume(bulk, 200'000, us.now);
  us.session.accept(2);
  us.session.refuse(4, 1);
  us.session.ping(us.now);
  EXPECT_THAT(us.say(), ElementsAre("ACK ping 3", "SYN ping 1", "ACK update 2 0", "RST update 4 1",
                                    "update 1 200000", "data 5 1", "data 3 1", "data 1 1"));
}

TEST(Gather, CopiesSmallPayloadAndBorrowsLarge) {
  Side us{Role::client};
  const base::Bytes small(1024, 1);
  const base::Bytes large(1025, 2);
  const StreamId one = us.established();
  const StreamId two = us.established();
  ASSERT_TRUE(us.session.offer(one, small, TrafficClass::normal));
  ASSERT_TRUE(us.session.offer(two, large, TrafficClass::normal));
  us.say();
  ASSERT_EQ(us.gathered.pieces.size(), 2U) << "header, payload and header are one piece";
  EXPECT_EQ(us.gathered.pieces[0].size(), 12U + 1024U + 12U);
  EXPECT_EQ(us.gathered.pieces[1].data(), large.data());
}

TEST(Gather, NeverPassesItsLimitAndLosesNothing) {
  for (std::size_t limit = 0; limit < 80; ++limit) {
    Side us{Role::client};
    const StreamId id = us.established();
    ASSERT_TRUE(us.session.offer(id, base::as_bytes("twenty-six characters long"), TrafficClass::normal));
    us.session.close_write(id);
    us.hear(ping(kSyn, 1));
    std::size_t payload = 0;
    for (int i = 0; i < 60 && us.session.has_output(); ++i) {
      const Lines lines = us.say(limit);
      ASSERT_LE(us.gathered.bytes, limit);
      for (const std::string& line : lines) {
        if (line.starts_with("data")) payload += std::stoul(line.substr(7));
      }
    }
    EXPECT_EQ(us.session.has_output(), limit < 13) << limit;
    EXPECT_EQ(payload, limit < 13 ? 0U : 26U) << limit;
  }
}

TEST(Life, IsEveryFrameButThoseForStreamsThatNeverWere) {
  Side us{Role::client};
  us.hear(data(0, 8, 100) + data(0, 5, 100) + update(0, 8, 1));
  EXPECT_EQ(us.session.frames_of_life(), 0U);
  us.hear(ping(kSyn, 1) + update(kSyn, 2) + go_away(0));
  EXPECT_EQ(us.session.frames_of_life(), 3U);
  us.hear(data(0, 2, 100));
  EXPECT_EQ(us.session.frames_of_life(), 5U) << "the header and the payload";
}

TEST(Input, FrameForOurStreamBeforeItsSynWasSentIsForAStreamThatNeverWas) {
  Side us{Role::client};
  *us.session.open(us.now);
  EXPECT_THAT(us.hear(update(kAck, 1) + data(0, 1, 4)), IsEmpty());
  EXPECT_EQ(us.session.frames_of_life(), 0U);
}

TEST(Input, SynThatComesOutOfOrderOpensItsStream) {
  Side us{Role::server};
  EXPECT_THAT(us.hear(update(kSyn, 3) + update(kSyn, 1)), ElementsAre("open 3", "open 1"));
}

TEST(Session, CanBeMoved) {
  Side us{Role::client};
  us.session.open(us.now).value();
  Session moved{std::move(us.session)};
  EXPECT_EQ(moved.live_streams(), 1U);
}

}  // namespace
}  // namespace libp2p::yamux
