// libp2p/multi/overlap.hpp: whether two addresses to listen on take the same port of the same interface. Pure.
#pragma once

#include "libp2p/multiaddr.hpp"

namespace libp2p::multi {

/// True if two listeners cannot stand beside each other: same family and port, and the same host or a wildcard.
/// Port 0, any free one, overlaps nothing.
bool overlap(const Multiaddr& a, const Multiaddr& b);

}  // namespace libp2p::multi
