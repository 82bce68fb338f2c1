#include "libp2p/crypto/hash.hpp"

#include <sodium.h>

namespace libp2p::crypto {

Digest sha256(std::initializer_list<base::ByteSpan> pieces) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const base::ByteSpan piece : pieces) crypto_hash_sha256_update(&state, piece.data(), piece.size());
  Digest digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

}  // namespace libp2p::crypto
