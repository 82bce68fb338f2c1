// The exchange at the size of a whole federation: 512 nodes that know one, in virtual time (50 s of CPU at -O1).
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "support/exchange_network.hpp"

namespace exchange::test {
namespace {

class ExchangeScale : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(ExchangeScale, AStarJoinsIntoAFullMesh) {
  const std::uint32_t nodes = GetParam();
  Network network{{.seed = nodes}};
  for (std::uint32_t i = 0; i < nodes; ++i) network.add();
  network.run(100ms);
  for (std::uint32_t i = 1; i < nodes; ++i) network.introduce(i, 0);
  const base::TimePoint start = network.now();
  EXPECT_TRUE(network.within(5min, [&] { return network.meshed(); }));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(network.now() - start);
  const double per_record = static_cast<double>(network.messages()) / nodes / nodes;
  std::printf("meshed after %lld ms, %.1f n messages per record, hellos and first rounds included\n",
              static_cast<long long>(took.count()), per_record);
  EXPECT_LE(per_record, 12);
}

// Instrumented, the large one would take minutes of CPU and tell nothing more.
#ifdef BF_INSTRUMENTED
constexpr std::array kSizes{128U};
#else
constexpr std::array kSizes{128U, 512U};
#endif

INSTANTIATE_TEST_SUITE_P(Exchange, ExchangeScale, ::testing::ValuesIn(kSizes),
                         [](const auto& c) { return std::to_string(c.param) + "Nodes"; });

}  // namespace
}  // namespace exchange::test
