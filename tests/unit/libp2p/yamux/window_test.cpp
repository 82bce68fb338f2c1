// Both windows of a stream: bounds, the moment of credit, auto-tuning, memory pressure.
#include "libp2p/yamux/window.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "base/seeded_rng.hpp"

namespace libp2p::yamux {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kHalf = kInitialWindowBytes / 2;
constexpr std::uint32_t kMax = 16 * 1024 * 1024;
const base::TimePoint kStart{};
const Tuning kFast{.max_bytes = kMax, .rtt = milliseconds{10}};
const Tuning kUnmeasured{.max_bytes = kMax};

TEST(ReceiveWindow, StartsAt256KiBAndRefusesOneByteMore) {
  ReceiveWindow window{kStart};
  EXPECT_FALSE(window.receive(262145));
  EXPECT_EQ(window.available(), 262144U);
  EXPECT_TRUE(window.receive(262144));
  EXPECT_FALSE(window.receive(1));
  EXPECT_TRUE(window.receive(0));
}

TEST(ReceiveWindow, OwesCreditFromHalfOfTheWindowOn) {
  ReceiveWindow window{kStart};
  ASSERT_TRUE(window.receive(kInitialWindowBytes));
  EXPECT_FALSE(window.consume(kHalf - 1, kUnmeasured, kStart));
  EXPECT_TRUE(window.consume(1, kUnmeasured, kStart));
  EXPECT_FALSE(window.consume(100, kUnmeasured, kStart)) << "merged into the credit that is due";
  EXPECT_EQ(window.take_credit(false), kHalf + 100);
  EXPECT_EQ(window.available(), kHalf + 100);
}

TEST(ReceiveWindow, IgnoresConsumptionOfMoreThanWasReceived) {
  ReceiveWindow window{kStart};
  ASSERT_TRUE(window.receive(kHalf));
  EXPECT_TRUE(window.consume(std::size_t{10} * kInitialWindowBytes, kUnmeasured, kStart));
  EXPECT_EQ(window.take_credit(false), kHalf);
  EXPECT_EQ(window.available(), kInitialWindowBytes);
}

/// Fills and reads the whole window at `at`; the credit that follows.
std::uint32_t cycle(ReceiveWindow& window, const Tuning& tuning, base::TimePoint at) {
  const std::uint32_t all = window.available();
  EXPECT_TRUE(window.receive(all));
  EXPECT_TRUE(window.consume(all, tuning, at));
  return window.take_credit(tuning.pressure);
}

TEST(ReceiveWindow, DoublesWithinFourRoundTripsUpToItsMaximum) {
  ReceiveWindow window{kStart};
  base::TimePoint now = kStart;
  for (std::uint32_t want = 2 * kInitialWindowBytes; want <= kMax; want *= 2) {
    now += milliseconds{39};
    EXPECT_EQ(cycle(window, kFast, now), want);
  }
  EXPECT_EQ(cycle(window, kFast, now + milliseconds{1}), kMax) << "no more";
}

TEST(ReceiveWindow, StaysWhenFourRoundTripsPassed) {
  ReceiveWindow window{kStart};
  EXPECT_EQ(cycle(window, kFast, kStart + milliseconds{40}), kInitialWindowBytes);
}

TEST(ReceiveWindow, StaysWhileTheRoundTripIsUnknown) {
  ReceiveWindow window{kStart};
  EXPECT_EQ(cycle(window, kUnmeasured, kStart), kInitialWindowBytes);
}

TEST(ReceiveWindow, GrowsToAMaximumThatIsNoPowerOfTwo) {
  ReceiveWindow window{kStart};
  EXPECT_EQ(cycle(window, {.max_bytes = 300'000, .rtt = milliseconds{10}}, kStart), 300'000U);
}

TEST(ReceiveWindow, NeverFallsBelowTheInitialWindow) {
  ReceiveWindow window{kStart};
  EXPECT_EQ(cycle(window, {.max_bytes = 1000, .rtt = milliseconds{10}}, kStart), kInitialWindowBytes);
}

TEST(ReceiveWindow, ALargerWindowCountsOnlyAfterItsCreditWasTaken) {
  ReceiveWindow window{kStart};
  ASSERT_TRUE(window.receive(kInitialWindowBytes));
  ASSERT_TRUE(window.consume(kInitialWindowBytes, kFast, kStart));
  EXPECT_EQ(window.size(), 2 * kInitialWindowBytes);
  EXPECT_FALSE(window.receive(1));
  EXPECT_EQ(window.take_credit(false), 2 * kInitialWindowBytes);
  EXPECT_TRUE(window.receive(2 * kInitialWindowBytes));
}

TEST(ReceiveWindow, UnderPressureDoesNotGrowAndReturnsOnlyTheInitialWindow) {
  ReceiveWindow window{kStart};
  EXPECT_EQ(cycle(window, kFast, kStart), 2 * kInitialWindowBytes);
  Tuning pressed = kFast;
  pressed.pressure = true;
  ASSERT_TRUE(window.receive(kInitialWindowBytes));
  EXPECT_FALSE(window.consume(kInitialWindowBytes, pressed, kStart)) << "256 KiB are still granted";
  EXPECT_EQ(cycle(window, pressed, kStart), kInitialWindowBytes);
  EXPECT_EQ(window.size(), 2 * kInitialWindowBytes);
}

TEST(ReceiveWindow, PressureThatComesBetweenDueAndSentWithholdsTheCredit) {
  ReceiveWindow window{kStart};
  EXPECT_EQ(cycle(window, kFast, kStart), 2 * kInitialWindowBytes);
  ASSERT_TRUE(window.receive(kInitialWindowBytes));
  ASSERT_TRUE(window.consume(kInitialWindowBytes, kUnmeasured, kStart));
  EXPECT_EQ(window.take_credit(true), 0U);
  ASSERT_TRUE(window.receive(kInitialWindowBytes));
  EXPECT_TRUE(window.consume(kInitialWindowBytes, kUnmeasured, kStart)) << "due again later";
}

TEST(ReceiveWindow, ASenderIsNeverStarvedByRandomReadersAndPressure) {
  base::SeededRng rng{7};
  ReceiveWindow window{kStart};
  std::uint64_t unread = 0;
  bool due = false;
  for (int i = 0; i < 20'000; ++i) {
    const auto sent = static_cast<std::uint32_t>(rng.below(std::int64_t{window.available()} + 1));
    ASSERT_TRUE(window.receive(sent));
    unread += sent;
    const auto read = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(unread) + 1));
    unread -= read;
    Tuning tuning = kFast;
    tuning.pressure = rng.below(3) == 0;
    due |= window.consume(read, tuning, kStart + milliseconds{i});
    if (due && rng.below(2) == 0) {
      window.take_credit(tuning.pressure);
      due = false;
    }
    ASSERT_LE(window.available() + unread, window.size());
    ASSERT_LE(window.size(), kMax);
  }
  window.consume(unread, kUnmeasured, kStart);
  window.take_credit(false);
  EXPECT_GE(window.available(), kHalf);
}

TEST(SendCredit, StartsAt256KiBAndAddsUpToTheLimitOf32Bits) {
  SendCredit credit;
  EXPECT_EQ(credit.bytes(), 262144U);
  EXPECT_TRUE(credit.add(0xffffffffU - 262144U));
  EXPECT_FALSE(credit.add(1));
  EXPECT_EQ(credit.bytes(), 0xffffffffU);
  credit.spend(0xffffffffU);
  EXPECT_TRUE(credit.add(1));
  EXPECT_EQ(credit.bytes(), 1U);
}

}  // namespace
}  // namespace libp2p::yamux
