// libp2p/policy/rebind.hpp: from the sockets that listen to those that are wanted: which stay, which come, which
// go, and which of those that go stand in the way of one that comes. Pure.
// Invariant: an address that is served already keeps its very socket.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libp2p/multiaddr.hpp"

namespace libp2p::policy {

/// A socket that listens.
struct Listening {
  Multiaddr asked;       ///< What it was made for; port 0 is any free one.
  Multiaddr bound;       ///< With the real port.
  bool leaving = false;  ///< It gives way to an earlier change, and cannot be kept any more.
};

struct Rebind {
  struct Place {
    /// The socket that serves the address already. Nothing: one has to come.
    std::optional<std::size_t> stays;
    /// Sockets that go, or are leaving, and hold the port of the one that comes: the two have to share it for the
    /// hand-over.
    std::vector<std::size_t> beside;
  };
  std::vector<Place> places;    ///< One for each wanted address, in their order.
  std::vector<std::size_t> go;  ///< Sockets that are not wanted any more; the leaving are not named again.
};

/// `present` and `wanted` are named by their index in the answer. No two of `wanted` overlap.
Rebind plan_rebind(std::span<const Listening> present, std::span<const Multiaddr> wanted);

}  // namespace libp2p::policy
