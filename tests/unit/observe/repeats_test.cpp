// Folding: first, silence, summary, over.
#include "observe/repeats.hpp"

#include <gtest/gtest.h>

namespace observe {
namespace {

using namespace std::chrono_literals;
using Say = Repeats::Say;

constexpr base::TimePoint kStart{1h};

TEST(Repeats, TellsTheFirstAndFoldsTheNext) {
  Repeats repeats;
  EXPECT_EQ(repeats.note("a", kStart).say, Say::first);
  EXPECT_EQ(repeats.note("a", kStart + 1s).say, Say::nothing);
  EXPECT_EQ(repeats.note("b", kStart + 1s).say, Say::first);
}

TEST(Repeats, TellsTheCountOncePerInterval) {
  Repeats repeats{{.interval = 10s}};
  repeats.note("a", kStart);
  repeats.note("a", kStart + 3s);
  repeats.note("a", kStart + 9s);
  const auto summary = repeats.note("a", kStart + 10s);
  EXPECT_EQ(summary.say, Say::summary);
  EXPECT_EQ(summary.repeats, 3U);
  EXPECT_EQ(repeats.note("a", kStart + 19s).say, Say::nothing);
  EXPECT_EQ(repeats.note("a", kStart + 20s).repeats, 2U);
}

TEST(Repeats, IsFirstAgainAfterItWasOver) {
  Repeats repeats;
  repeats.note("a", kStart);
  repeats.note("a", kStart);
  EXPECT_EQ(repeats.clear("a"), 1U);
  EXPECT_EQ(repeats.clear("a"), 0U);
  EXPECT_EQ(repeats.note("a", kStart).say, Say::first);
}

TEST(Repeats, EndsForAllKeysThatBeginAlike) {
  Repeats repeats;
  for (const char* key : {"a 1", "a 1", "a 2", "b 1"}) repeats.note(key, kStart);
  EXPECT_EQ(repeats.clear_all("a "), 1U);
  EXPECT_EQ(repeats.note("a 1", kStart).say, Say::first);
  EXPECT_EQ(repeats.note("a 2", kStart).say, Say::first);
  EXPECT_EQ(repeats.note("b 1", kStart).say, Say::nothing);
}

TEST(Repeats, ForgetsTheKeyThatWasSilentLongest) {
  Repeats repeats{{.max_keys = 2}};
  repeats.note("a", kStart);
  repeats.note("b", kStart);
  repeats.note("a", kStart);
  repeats.note("c", kStart);
  EXPECT_EQ(repeats.size(), 2U);
  EXPECT_EQ(repeats.note("a", kStart).say, Say::nothing);
  EXPECT_EQ(repeats.note("b", kStart).say, Say::first);
}

TEST(Repeats, HoldsNoMoreThanItsDefaultNumberOfKeys) {
  Repeats repeats;
  for (std::size_t i = 0; i <= kMaxRepeatKeys; ++i) repeats.note(std::to_string(i), kStart);
  EXPECT_EQ(repeats.size(), kMaxRepeatKeys);
}

}  // namespace
}  // namespace observe
