// libp2p/crypto/hash.hpp: SHA-256 (FIPS 180-4) over one or several pieces. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"

namespace libp2p::crypto {

using Digest = std::array<std::uint8_t, 32>;

/// The digest of the concatenation of `pieces`.
Digest sha256(std::initializer_list<base::ByteSpan> pieces);
inline Digest sha256(base::ByteSpan bytes) { return sha256({bytes}); }

}  // namespace libp2p::crypto
