// exchange/gossip.hpp: to whom a new record is forwarded. Pure, apart from chance.
// Spec: docs/protocol.md#announcements.
#pragma once

#include <functional>
#include <vector>

#include "base/rng.hpp"
#include "libp2p/peer_id.hpp"

namespace exchange {

/// At most `count` of `peers`, drawn evenly from those for which `has_it` is false.
std::vector<libp2p::PeerId> choose_listeners(const std::vector<libp2p::PeerId>& peers,
                                             const std::function<bool(const libp2p::PeerId&)>& has_it,
                                             std::size_t count, base::Rng& rng);

}  // namespace exchange
