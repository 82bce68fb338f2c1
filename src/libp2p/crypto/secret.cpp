#include "libp2p/crypto/secret.hpp"

#include <sodium.h>

namespace libp2p::crypto {

void wipe(std::span<std::uint8_t> bytes) noexcept { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace libp2p::crypto
