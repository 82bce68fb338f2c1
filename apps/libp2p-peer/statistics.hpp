// libp2p-peer/statistics.hpp: what is told of a series of measured times.
#pragma once

#include <vector>

#include "libp2p-peer/json.hpp"

namespace libp2p_peer {

/// The smallest sample that at least `percent` % of all are not above (nearest rank). Not a number without
/// samples.
double percentile(std::vector<double> samples, double percent);

/// `p50_ms`, `p99_ms`, `min_ms`.
JsonObject summary(const std::vector<double>& times_ms);

}  // namespace libp2p_peer
