#include "libp2p/crypto/point.hpp"

#include <sodium.h>

#include "libp2p/crypto/sodium_ready.hpp"

namespace libp2p::crypto {

bool is_ed25519_point(std::span<const std::uint8_t, 32> raw) {
  ensure_sodium();
  return crypto_core_ed25519_is_valid_point(raw.data()) == 1;
}

}  // namespace libp2p::crypto
