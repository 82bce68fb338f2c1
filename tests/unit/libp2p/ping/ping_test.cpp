// Both sides of the ping protocol, in any chunks.
#include "libp2p/ping/ping.hpp"

#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"

namespace libp2p::ping {
namespace {

using std::chrono::milliseconds;

constexpr base::TimePoint kNow{std::chrono::hours{1}};

TEST(Pinger, SendsThirtyTwoRandomBytes) {
  base::SeededRng rng{1};
  Pinger pinger;
  const base::ByteSpan first = pinger.ping(rng, kNow);
  ASSERT_EQ(first.size(), 32U);
  const base::Bytes kept{first.begin(), first.end()};
  base::ByteSpan echo{kept};
  ASSERT_TRUE(pinger.feed(echo, kNow));
  const base::ByteSpan second = pinger.ping(rng, kNow);
  EXPECT_NE(kept, (base::Bytes{second.begin(), second.end()}));
}

TEST(Pinger, AnySplitOfTheEchoGivesOneRoundTrip) {
  base::SeededRng rng{2};
  for (int run = 0; run < 200; ++run) {
    Pinger pinger;
    const base::ByteSpan sent = pinger.ping(rng, kNow);
    const base::Bytes echo{sent.begin(), sent.end()};
    base::ByteSpan rest{echo};
    while (!rest.empty()) {
      const auto size = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(rest.size()))) + 1;
      base::ByteSpan chunk = rest.first(size);
      rest = rest.subspan(size);
      const auto got = pinger.feed(chunk, kNow + milliseconds{7});
      ASSERT_TRUE(got);
      EXPECT_TRUE(chunk.empty());
      ASSERT_EQ(got->has_value(), rest.empty());
      if (*got) EXPECT_EQ(**got, milliseconds{7});
    }
    EXPECT_FALSE(pinger.outstanding());
  }
}

TEST(Pinger, RefusesAChangedByteAtOnce) {
  for (std::size_t at = 0; at < kPayloadBytes; ++at) {
    base::SeededRng rng{3};
    Pinger pinger;
    const base::ByteSpan sent = pinger.ping(rng, kNow);
    base::Bytes echo{sent.begin(), sent.end()};
    echo[at] ^= 1;
    base::ByteSpan in = base::ByteSpan{echo}.first(at + 1);
    const auto got = pinger.feed(in, kNow);
    ASSERT_FALSE(got) << at;
    EXPECT_EQ(got.error(), PingErrc::wrong_echo);
  }
}

TEST(Pinger, RefusesBytesThatItDidNotAskFor) {
  base::SeededRng rng{4};
  Pinger pinger;
  const base::ByteSpan sent = pinger.ping(rng, kNow);
  base::Bytes echo{sent.begin(), sent.end()};
  echo.push_back(0);
  base::ByteSpan in{echo};
  ASSERT_TRUE(pinger.feed(in, kNow));
  ASSERT_EQ(in.size(), 1U) << "what follows the echo is not taken";
  const auto got = pinger.feed(in, kNow);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), PingErrc::unasked_echo);
  EXPECT_EQ(got.error(), base::ErrorClass::recoverable);
}

TEST(Responder, EchoesEveryChunkAsItComes) {
  Responder responder;
  const base::Bytes ping(kPayloadBytes, 0xab);
  const base::ByteSpan part = base::ByteSpan{ping}.first(5);
  const base::ByteSpan back = responder.echo(part);
  EXPECT_EQ(back.data(), part.data());
  EXPECT_EQ(back.size(), 5U);
  EXPECT_FALSE(responder.at_boundary());
  responder.echo(base::ByteSpan{ping}.subspan(5));
  EXPECT_TRUE(responder.at_boundary());
  EXPECT_EQ(responder.answered(), 1U);
}

TEST(Ping, TwoEndsAgreeOverManyPingsOnOneStream) {
  base::SeededRng rng{5};
  Pinger pinger;
  Responder responder;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    base::ByteSpan echo = responder.echo(pinger.ping(rng, kNow));
    const auto got = pinger.feed(echo, kNow);
    ASSERT_TRUE(got && *got);
    EXPECT_EQ(responder.answered(), i);
  }
}

}  // namespace
}  // namespace libp2p::ping
