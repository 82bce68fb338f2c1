// The order of two writers, for random files and facts.
#include "unit/store/merge/two_writers.hpp"

#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"

namespace store::merge {

void PrintTo(const Standing& standing, std::ostream* out) {
  *out << static_cast<int>(standing.place) << '/' << standing.sequence;
}

namespace {

TEST(TwoWriters, LeaveTheSamePeersWhoeverWritesFirst) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    base::SeededRng rng{seed};
    const TwoWriters writers{rng};
    ASSERT_EQ(writers.first_writes_first(), writers.second_writes_first()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace store::merge
