#include "libp2p-peer/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace libp2p_peer {
namespace {

struct Rank {
  const char* name;
  std::vector<double> samples;
  double percent;
  double want;
};

class Percentile : public ::testing::TestWithParam<Rank> {};

TEST_P(Percentile, IsTheNearestRank) {
  EXPECT_DOUBLE_EQ(percentile(GetParam().samples, GetParam().percent), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Of, Percentile,
    ::testing::Values(Rank{"OneSample", {7}, 50, 7}, Rank{"TheLowerMiddleOfFour", {4, 1, 3, 2}, 50, 2},
                      Rank{"TheMiddleOfThree", {3, 1, 2}, 50, 2}, Rank{"TheMinimum", {3, 1, 2}, 0, 1},
                      Rank{"TheMaximum", {3, 1, 2}, 100, 3}, Rank{"TheLargestOfFewAt99", {1, 2, 3, 4, 5}, 99, 5}),
    [](const auto& test) { return std::string{test.param.name}; });

TEST(Percentile, OfAHundredAt99IsTheSecondLargest) {
  std::vector<double> samples;
  for (int i = 100; i > 0; --i) samples.push_back(i);
  EXPECT_DOUBLE_EQ(percentile(samples, 99), 99);
}

TEST(Percentile, OfNothingIsNotANumber) { EXPECT_TRUE(std::isnan(percentile({}, 50))); }

TEST(Summary, NamesMedianTailAndMinimum) {
  EXPECT_EQ(summary({2.5, 1, 4}).line(), R"({"p50_ms":2.5,"p99_ms":4,"min_ms":1})");
}

}  // namespace
}  // namespace libp2p_peer
