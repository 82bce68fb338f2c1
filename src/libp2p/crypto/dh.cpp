#include "libp2p/crypto/dh.hpp"

#include <sodium.h>

#include "libp2p/crypto/sodium_ready.hpp"

namespace libp2p::crypto {

static_assert(kDhBytes == crypto_scalarmult_BYTES);
static_assert(kDhBytes == crypto_scalarmult_SCALARBYTES);

DhKeyPair::DhKeyPair(const DhSecret& secret) : secret_{secret} {
  ensure_sodium();
  crypto_scalarmult_base(public_.data(), secret_.view().data());
}

DhKeyPair DhKeyPair::generate(base::Rng& rng) {
  DhSecret secret;
  rng.fill(secret.fill());
  return DhKeyPair{secret};
}

base::Result<DhSecret> x25519(const DhSecret& secret, std::span<const std::uint8_t, kDhBytes> public_key) {
  ensure_sodium();
  DhSecret shared;
  if (crypto_scalarmult(shared.fill().data(), secret.view().data(), public_key.data()) != 0) {
    return CryptoErrc::weak_public_key;
  }
  return shared;
}

}  // namespace libp2p::crypto
