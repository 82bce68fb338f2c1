#include "libp2p-peer/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace libp2p_peer {

double percentile(std::vector<double> samples, double percent) {
  if (samples.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<double>(samples.size());
  const double rank = std::clamp(std::ceil(percent / 100 * count), 1.0, count);
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

JsonObject summary(const std::vector<double>& times_ms) {
  JsonObject out;
  out.number("p50_ms", percentile(times_ms, 50));
  out.number("p99_ms", percentile(times_ms, 99));
  out.number("min_ms", percentile(times_ms, 0));
  return out;
}

}  // namespace libp2p_peer
