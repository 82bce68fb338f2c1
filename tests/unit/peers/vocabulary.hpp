// tests/unit/peers/vocabulary.hpp: peers, addresses and errors by number, for the tests of the peer manager.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "peers/peer_manager.hpp"

namespace peers {

using libp2p::Multiaddr;
using libp2p::PeerId;

inline PeerId id_of(std::uint32_t number) {
  std::array<std::uint8_t, 32> raw{};
  for (std::size_t i = 0; i < 4; ++i) raw[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return PeerId::of(libp2p::PublicKey::from_ed25519(raw));
}
inline Multiaddr address(const std::string& ip, int port = 9000) {
  return *Multiaddr::from_text("/ip4/" + ip + "/tcp/" + std::to_string(port));
}
inline base::ErrorCode refused() { return make_error_code(boost::system::errc::connection_refused); }
inline const base::TimePoint kStart{std::chrono::hours{1}};

}  // namespace peers
