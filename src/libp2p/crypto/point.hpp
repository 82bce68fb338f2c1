// libp2p/crypto/point.hpp: whether 32 bytes can be an Ed25519 public key at all. Pure; about 90 us.
#pragma once

#include <cstdint>
#include <span>

namespace libp2p::crypto {

/// True if the bytes are the canonical form of a point of the curve's main subgroup (RFC 8032, section 5.1.3):
/// every honest key is one, and no signature of another can be made.
bool is_ed25519_point(std::span<const std::uint8_t, 32> raw);

}  // namespace libp2p::crypto
