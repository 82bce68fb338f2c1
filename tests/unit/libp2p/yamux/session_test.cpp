// The streams of a session as its owner and the wire see them: opening, data, credit, half close, reset.
#include "libp2p/yamux/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/libp2p/yamux/harness.hpp"

namespace libp2p::yamux {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Open, SendsSynOnAWindowUpdateWhenNothingIsOffered) {
  Side us{Role::client};
  EXPECT_EQ(*us.session.open(us.now), 1U);
  EXPECT_TRUE(us.session.has_output());
  EXPECT_EQ(base::to_hex(us.say_bytes()), "000100010000000100000000");
  EXPECT_FALSE(us.session.has_output());
  EXPECT_THAT(us.hear(update(kAck, 1)), ElementsAre("ack 1"));
}

TEST(Open, SendsSynOnTheDataThatIsOffered) {
  Side us{Role::server};
  const StreamId id = *us.session.open(us.now);
  ASSERT_TRUE(us.session.offer(id, base::as_bytes("hi"), TrafficClass::normal));
  EXPECT_EQ(base::to_hex(us.say_bytes()), "0000000100000002000000026869");
  EXPECT_THAT(us.gathered.drained, ElementsAre(2U));
}

TEST(Open, SendsSynOnceForALongFirstOffer) {
  Side us{Role::client};
  const base::Bytes bytes(40'000, 1);
  const StreamId id = *us.session.open(us.now);
  ASSERT_TRUE(us.session.offer(id, bytes, TrafficClass::bulk));
  EXPECT_THAT(us.say(), ElementsAre("SYN data 1 16384", "data 1 16384", "data 1 7232"));
}

TEST(Open, ResetBeforeTheSynWasSentLeavesNoTrace) {
  Side us{Role::client};
  us.session.reset(*us.session.open(us.now), 5);
  EXPECT_FALSE(us.session.has_output());
  EXPECT_EQ(us.session.live_streams(), 0U);
  EXPECT_EQ(*us.session.open(us.now), 3U) << "ids are not used again";
}

TEST(Open, SynAndFinGoAsTwoFrames) {
  Side us{Role::client};
  us.session.close_write(*us.session.open(us.now));
  EXPECT_THAT(us.say(), ElementsAre("SYN update 1 0", "FIN update 1 0"));
}

TEST(Accept, AcknowledgesWithAWindowUpdateOfItsOwn) {
  Side us{Role::server};
  EXPECT_THAT(us.hear(update(kSyn, 1)), ElementsAre("open 1"));
  EXPECT_THAT(us.say(), IsEmpty());
  us.session.accept(1);
  us.session.accept(1);
  EXPECT_EQ(base::to_hex(us.say_bytes()), "000100020000000100000000");
}

TEST(Accept, IsImpliedByTheFirstOfferAndByAFin) {
  Side us{Role::server};
  us.hear(update(kSyn, 1) + update(kSyn, 3));
  ASSERT_TRUE(us.session.offer(1, base::as_bytes("a"), TrafficClass::normal));
  us.session.close_write(3);
  EXPECT_THAT(us.say(), ElementsAre("ACK update 1 0", "ACK update 3 0", "data 1 1", "FIN update 3 0"));
}

TEST(Accept, WorksAfterTheRemoteClosed) {
  Side us{Role::server};
  EXPECT_THAT(us.hear(data(kSyn | kFin, 1, 3)), ElementsAre("open 1", "data 1 3", "fin 1"));
  us.session.accept(1);
  EXPECT_THAT(us.say(), ElementsAre("ACK update 1 0"));
  us.session.close_write(1);
  EXPECT_THAT(us.say(), ElementsAre("FIN update 1 0"));
  EXPECT_EQ(us.session.live_streams(), 0U);
}

TEST(Refuse, ResetsWithoutAck) {
  Side us{Role::server};
  us.hear(update(kSyn, 1));
  us.session.refuse(1, 0x1001);
  EXPECT_EQ(us.session.live_inbound(), 0U);
  EXPECT_THAT(us.say(), ElementsAre("RST update 1 4097"));
  EXPECT_THAT(us.hear(data(0, 1, 10)), IsEmpty()) << "read and dropped";
}

TEST(Ack, IsReportedOnceAndOnlyForStreamsOfOurs) {
  Side us{Role::client};
  const StreamId id = us.established();
  EXPECT_THAT(us.hear(update(kAck, id) + data(kAck, id, 1)), ElementsAre("data 1 1"));
  us.hear(update(kSyn, 2));
  EXPECT_THAT(us.hear(update(kAck, 2)), IsEmpty());
}

TEST(Ack, MayShareAFrameWithPayloadAndFin) {
  Side us{Role::client};
  *us.session.open(us.now);
  us.say();
  EXPECT_THAT(us.hear(data(kAck | kFin, 1, 2)), ElementsAre("ack 1", "data 1 2", "fin 1"));
}

TEST(Credit, OnSynAndAckIsExtra) {
  Side us{Role::server};
  const base::Bytes bytes(2'000'000, 7);
  us.hear(update(kSyn, 1, 0xc0000));
  ASSERT_TRUE(us.session.offer(1, bytes, TrafficClass::normal));
  std::size_t sent = 0;
  while (us.session.has_output()) {
    for (const std::string& line : us.say()) {
      if (line.starts_with("data 1 ")) sent += std::stoul(line.substr(7));
    }
  }
  EXPECT_EQ(sent, 1'048'576U);

  Side them{Role::client};
  const StreamId id = *them.session.open(them.now);
  them.say();
  them.hear(update(kAck, id, 100));
  ASSERT_TRUE(them.session.offer(id, bytes, TrafficClass::normal));
  sent = 0;
  while (them.session.has_output()) {
    for (const std::string& line : them.say()) sent += std::stoul(line.substr(7));
  }
  EXPECT_EQ(sent, 262'244U);
}

TEST(Credit, OfZeroBlocksAndAWindowUpdateResumes) {
  Side us{Role::client};
  const base::Bytes bytes(kInitialWindowBytes + 1, 7);
  const StreamId id = us.established();
  ASSERT_TRUE(us.session.offer(id, bytes, TrafficClass::normal));
  while (us.session.has_output()) us.say();
  EXPECT_THAT(us.gathered.drained, IsEmpty());
  us.hear(update(0, id, 0));
  EXPECT_FALSE(us.session.has_output());
  us.hear(update(0, id, 1));
  EXPECT_THAT(us.say(), ElementsAre("data 1 1"));
  EXPECT_THAT(us.gathered.drained, ElementsAre(id));
}

TEST(Credit, GoesOutOnceHalfOfTheWindowWasConsumed) {
  Side us{Role::server};
  us.hear(update(kSyn, 1));
  us.session.accept(1);
  us.say();
  us.hear(data(0, 1, 200'000));
  EXPECT_EQ(us.session.receive_window(1), 62'144U);
  us.session.consume(1, 131'071, us.now);
  EXPECT_FALSE(us.session.has_output());
  us.session.consume(1, 1, us.now);
  us.session.consume(1, 1000, us.now);
  EXPECT_EQ(us.session.receive_window(1), 62'144U) << "counts only once it was sent";
  EXPECT_THAT(us.say(), ElementsAre("update 1 132072"));
  EXPECT_EQ(us.session.receive_window(1), 194'216U);
}

TEST(Credit, IsNotSentToARemoteThatIsDone) {
  Side us{Role::server};
  us.hear(update(kSyn, 1) + update(kSyn, 3));
  us.session.accept(1);
  us.session.accept(3);
  us.say();
  us.hear(data(0, 1, 200'000) + data(0, 3, 200'000));
  us.session.consume(1, 200'000, us.now);
  us.session.consume(3, 200'000, us.now);
  us.hear(update(kFin, 1) + update(kRst, 3));
  EXPECT_THAT(us.say(), IsEmpty());
  us.session.consume(1, 1, us.now);
  EXPECT_THAT(us.say(), IsEmpty());
  EXPECT_EQ(us.session.receive_window(1), 0U);
}

TEST(Credit, GrowsWithTheRoundTripAndStopsUnderPressure) {
  Side us{Role::server};
  ASSERT_TRUE(us.session.ping(us.now));
  us.say();
  us.now += 10 * kMs;
  us.hear(ping(kAck, 1));
  us.hear(update(kSyn, 1));
  us.session.accept(1);
  us.say();
  us.hear(data(0, 1, kInitialWindowBytes));
  us.session.consume(1, kInitialWindowBytes, us.now);
  EXPECT_THAT(us.say(), ElementsAre("update 1 524288"));
  us.session.set_pressure(true);
  us.hear(data(0, 1, 524'288));
  us.session.consume(1, 524'288, us.now);
  EXPECT_THAT(us.say(), ElementsAre("update 1 262144"));
}

TEST(HalfClose, LetsTheOtherDirectionGoOn) {
  Side us{Role::client};
  const StreamId id = us.established();
  ASSERT_TRUE(us.session.offer(id, base::as_bytes("last"), TrafficClass::normal));
  us.session.close_write(id);
  us.session.close_write(id);
  EXPECT_EQ(us.session.offer(id, base::as_bytes("more"), TrafficClass::normal).error(), SessionErrc::write_closed);
  EXPECT_THAT(us.say(), ElementsAre("data 1 4", "FIN update 1 0"));
  EXPECT_THAT(us.hear(data(0, id, 200'000)), ElementsAre("data 1 200000"));
  us.session.consume(id, 200'000, us.now);
  EXPECT_THAT(us.say(), ElementsAre("update 1 200000"));
  EXPECT_THAT(us.hear(update(0, id, 0xffffffffU)), IsEmpty()) << "credit after our FIN is ignored, even too much";
  EXPECT_THAT(us.hear(data(kFin, id)), ElementsAre("fin 1"));
  EXPECT_EQ(us.session.live_streams(), 0U);
}

TEST(HalfClose, OfTheRemoteEndsOnlyItsDirection) {
  Side us{Role::client};
  const StreamId id = us.established();
  EXPECT_THAT(us.hear(update(kFin, id) + data(kFin, id, 3)), ElementsAre("fin 1")) << "data after FIN is dropped";
  ASSERT_TRUE(us.session.offer(id, base::as_bytes("a"), TrafficClass::normal));
  us.session.close_write(id);
  EXPECT_THAT(us.say(), ElementsAre("data 1 1", "FIN update 1 0"));
  EXPECT_EQ(us.session.live_streams(), 0U);
  EXPECT_EQ(us.session.offer(id, {}, TrafficClass::normal).error(), SessionErrc::unknown_stream);
}

TEST(Reset, OfTheRemoteCarriesACodeOnAWindowUpdateOnly) {
  Side us{Role::client};
  us.established();
  us.established();
  EXPECT_THAT(us.hear(update(kRst, 1, 0x1003)), ElementsAre("reset 1 4099"));
  EXPECT_THAT(us.hear(data(kRst, 3, 5)), ElementsAre("reset 3 0")) << "its payload is dropped";
  EXPECT_EQ(us.session.live_streams(), 0U);
}

TEST(Reset, DropsUnsentDataAndCredit) {
  Side us{Role::client};
  const StreamId id = us.established();
  us.hear(data(0, id, 200'000));
  us.session.consume(id, 200'000, us.now);
  ASSERT_TRUE(us.session.offer(id, base::as_bytes("never"), TrafficClass::urgent));
  us.session.reset(id, 0x1007);
  us.session.reset(id, 1);
  EXPECT_EQ(us.session.live_streams(), 0U);
  EXPECT_THAT(us.hear(data(0, id, 7) + update(kFin, id)), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("RST update 1 4103"));
  EXPECT_THAT(us.say(), IsEmpty());
}

TEST(Reset, ByBothSidesSaysNothingMore) {
  Side us{Role::client};
  const StreamId id = us.established();
  us.session.reset(id, 1);
  EXPECT_THAT(us.hear(update(kRst, id, 2)), IsEmpty());
  EXPECT_FALSE(us.session.has_output());
}

TEST(Reset, InTheMiddleOfAFrameDropsTheRestOfIt) {
  Side us{Role::client};
  const StreamId id = us.established();
  const base::Bytes whole = data(kFin, id, 10);
  EXPECT_THAT(us.hear(base::ByteSpan{whole}.first(15)), ElementsAre("data 1 3"));
  us.session.reset(id, 0);
  EXPECT_THAT(us.hear(base::ByteSpan{whole}.subspan(15)), IsEmpty());
  EXPECT_THAT(us.hear(ping(kSyn, 1)), IsEmpty());
  EXPECT_THAT(us.say(), ElementsAre("ACK ping 1", "RST update 1 0"));
}

TEST(Offer, IsOneAtATimeAndOnlyForStreamsThatLive) {
  Side us{Role::client};
  const StreamId id = us.established();
  ASSERT_TRUE(us.session.offer(id, base::as_bytes("a"), TrafficClass::normal));
  EXPECT_EQ(us.session.offer(id, base::as_bytes("b"), TrafficClass::normal).error(), SessionErrc::offer_pending);
  EXPECT_EQ(us.session.offer(99, base::as_bytes("b"), TrafficClass::normal).error(), SessionErrc::unknown_stream);
}

TEST(Offer, OfNothingIsDrainedWithoutAFrame) {
  Side us{Role::client};
  const StreamId id = us.established();
  ASSERT_TRUE(us.session.offer(id, {}, TrafficClass::normal));
  EXPECT_THAT(us.say(), IsEmpty());
  EXPECT_THAT(us.gathered.drained, ElementsAre(id));
}

TEST(Withdraw, TakesBackWhatWasNotTouched) {
  Side us{Role::client};
  const base::Bytes bytes(50'000, 1);
  const StreamId id = us.established();
  EXPECT_TRUE(us.session.withdraw(id));
  ASSERT_TRUE(us.session.offer(id, bytes, TrafficClass::normal));
  EXPECT_TRUE(us.session.withdraw(id));
  EXPECT_FALSE(us.session.has_output());
  ASSERT_TRUE(us.session.offer(id, bytes, TrafficClass::normal));
  us.say(1000);
  EXPECT_FALSE(us.session.withdraw(id));
  EXPECT_TRUE(us.session.withdraw(77));
}

}  // namespace
}  // namespace libp2p::yamux
