#include <utility>

#include "libp2p/noise/handshake.hpp"
#include "libp2p/noise/payload.hpp"

namespace libp2p::noise {

StaticKey::StaticKey(crypto::DhKeyPair pair, const Identity& identity)
    : pair_{std::move(pair)},
      identity_{identity.public_key()},
      signature_{identity.sign(signed_message(pair_.public_key()))} {}

StaticKey StaticKey::generate(const Identity& identity, base::Rng& rng) {
  return {crypto::DhKeyPair::generate(rng), identity};
}

StaticKey StaticKey::from_private(const Identity& identity, std::span<const std::uint8_t, 32> secret) {
  return {crypto::DhKeyPair{crypto::DhSecret{secret}}, identity};
}

}  // namespace libp2p::noise
