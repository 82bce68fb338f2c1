// libp2p/traffic_class.hpp: which of several waiting streams of a connection is sent first.
#pragma once

#include <cstdint>

namespace libp2p {

enum class TrafficClass : std::uint8_t {
  urgent,  ///< Before everything else: liveness, votes.
  normal,
  bulk,  ///< Whatever room is left.
};

}  // namespace libp2p
