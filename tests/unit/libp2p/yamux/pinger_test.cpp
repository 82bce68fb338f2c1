// Our pings: one at a time, answered once, smoothed.
#include "libp2p/yamux/pinger.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace libp2p::yamux {
namespace {

using std::chrono::milliseconds;

TEST(Pinger, HasOnePingOutstanding) {
  Pinger pinger;
  EXPECT_TRUE(pinger.start());
  EXPECT_FALSE(pinger.start()) << "queued";
  EXPECT_EQ(pinger.sent_at(), std::nullopt);
  const base::TimePoint sent{milliseconds{5}};
  const std::uint32_t id = pinger.send(sent);
  EXPECT_FALSE(pinger.start()) << "sent";
  EXPECT_EQ(pinger.sent_at(), sent);
  EXPECT_EQ(pinger.on_pong(id, sent + milliseconds{3}), milliseconds{3});
  EXPECT_EQ(pinger.sent_at(), std::nullopt);
  EXPECT_TRUE(pinger.start());
}

TEST(Pinger, IgnoresPongsThatAnswerNothing) {
  Pinger pinger;
  EXPECT_EQ(pinger.on_pong(1, base::TimePoint{}), std::nullopt) << "never asked";
  pinger.start();
  EXPECT_EQ(pinger.on_pong(1, base::TimePoint{}), std::nullopt) << "not sent yet";
  const std::uint32_t id = pinger.send(base::TimePoint{});
  EXPECT_EQ(pinger.on_pong(id + 1, base::TimePoint{}), std::nullopt) << "another id";
  EXPECT_TRUE(pinger.on_pong(id, base::TimePoint{}));
  EXPECT_EQ(pinger.on_pong(id, base::TimePoint{}), std::nullopt) << "twice";
}

TEST(Pinger, SmoothsTheRoundTripByAnEighth) {
  Pinger pinger;
  EXPECT_EQ(pinger.rtt(), base::Duration::zero());
  for (const auto& [sample, smoothed] : {std::pair{80, 80}, {160, 90}, {10, 80}}) {
    pinger.start();
    const std::uint32_t id = pinger.send(base::TimePoint{});
    pinger.on_pong(id, base::TimePoint{milliseconds{sample}});
    EXPECT_EQ(pinger.rtt(), milliseconds{smoothed});
  }
}

TEST(Pinger, CountsAPongWithinOneTickAsMeasured) {
  Pinger pinger;
  pinger.start();
  pinger.on_pong(pinger.send(base::TimePoint{}), base::TimePoint{});
  EXPECT_GT(pinger.rtt(), base::Duration::zero());
}

}  // namespace
}  // namespace libp2p::yamux
