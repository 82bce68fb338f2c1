// The form of the ids that join log lines.
#include "observe/ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"

namespace observe {
namespace {

TEST(Ids, ARunIdIsEightHexDigitsAndDiffersByStart) {
  base::SeededRng rng{1};
  const std::string first = make_run_id(rng);
  EXPECT_THAT(first, ::testing::MatchesRegex("[0-9a-f]{8}"));
  EXPECT_NE(first, make_run_id(rng));
}

TEST(Ids, ConnectionStreamAndRoundAreShortAndFixed) {
  EXPECT_EQ(connection_id(17), "c17");
  EXPECT_EQ(stream_id(17, 5), "c17.5");
  EXPECT_EQ(round_id(0xab), "00000000000000ab");
}

}  // namespace
}  // namespace observe
