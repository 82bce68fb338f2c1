// libp2p/policy/conn_id.hpp: how the host's decisions name a connection. Vocabulary only.
#pragma once

#include <cstdint>

namespace libp2p::policy {

using ConnId = std::uint64_t;  ///< Of a connection, for its life; never used twice in a process.

}  // namespace libp2p::policy
