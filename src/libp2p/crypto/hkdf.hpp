// libp2p/crypto/hkdf.hpp: the key derivation of Noise: HKDF-SHA256 (RFC 5869) with empty info and two outputs.
// Spec: Noise Protocol Framework rev 34, section 4.3. Pure.
#pragma once

#include "base/bytes.hpp"
#include "libp2p/crypto/secret.hpp"

namespace libp2p::crypto {

struct HkdfOutput {
  Secret<32> first;
  Secret<32> second;
};

/// HKDF(chaining_key, input_key_material, 2) in the words of Noise.
HkdfOutput hkdf(const Secret<32>& chaining_key, base::ByteSpan input_key_material);

}  // namespace libp2p::crypto
