// Peers, connections and addresses for the tests of the node's parts.
#pragma once

#include <array>

#include "libp2p/connection.hpp"
#include "libp2p/key.hpp"
#include "libp2p/multiaddr.hpp"

namespace node {

inline libp2p::Identity identity(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return libp2p::Identity::from_seed(bytes);
}

inline libp2p::PeerId peer(std::uint8_t seed) { return libp2p::PeerId::of(identity(seed).public_key()); }

inline libp2p::Multiaddr addr(std::string_view text) { return *libp2p::Multiaddr::from_text(text); }

inline libp2p::ConnectionInfo connection(libp2p::ConnectionId id, const libp2p::PeerId& to,
                                         libp2p::Direction direction, const libp2p::Multiaddr& remote) {
  return {.id = id,
          .peer = to,
          .direction = direction,
          .remote_addr = remote,
          .local_addr = addr("/ip4/10.0.0.100/tcp/9000")};
}

inline constexpr base::TimePoint kStart{std::chrono::hours{1}};

}  // namespace node
