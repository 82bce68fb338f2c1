// The exchange at the size of a whole federation: 512 nodes that know one, in virtual time.
#include <gtest/gtest.h>

#include <cstdio>

#include "support/exchange_network.hpp"

namespace exchange::test {
namespace {

TEST(ExchangeScale, StarOf512JoinsIntoAFullMesh) {
  Network network{{.seed = 512}};
  for (std::uint32_t i = 0; i < 512; ++i) network.add();
  network.run(100ms);
  for (std::uint32_t i = 1; i < network.size(); ++i) network.introduce(i, 0);
  const base::TimePoint start = network.now();
  EXPECT_TRUE(network.within(5min, [&] { return network.meshed(); }));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(network.now() - start);
  const double per_record = static_cast<double>(network.messages()) / 512;
  std::printf("meshed after %lld ms, %.1f n messages per record, hellos and first rounds included\n",
              static_cast<long long>(took.count()), per_record / 512);
  EXPECT_LE(per_record, 14.0 * 512);
}

}  // namespace
}  // namespace exchange::test
