// libp2p/crypto/dh.hpp: X25519 key agreement (RFC 7748). Pure, constant time in the secret.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "base/rng.hpp"
#include "libp2p/crypto/errc.hpp"
#include "libp2p/crypto/secret.hpp"

namespace libp2p::crypto {

inline constexpr std::size_t kDhBytes = 32;
using DhSecret = Secret<kDhBytes>;
using DhPublic = std::array<std::uint8_t, kDhBytes>;

/// A secret and the public key that belongs to it.
class DhKeyPair {
 public:
  explicit DhKeyPair(const DhSecret& secret);
  static DhKeyPair generate(base::Rng& rng);

  const DhSecret& secret() const { return secret_; }
  const DhPublic& public_key() const { return public_; }

 private:
  DhSecret secret_;
  DhPublic public_{};
};

/// The shared secret. Errors: CryptoErrc::weak_public_key if it would be all zero (RFC 7748 section 6.1).
base::Result<DhSecret> x25519(const DhSecret& secret, std::span<const std::uint8_t, kDhBytes> public_key);

}  // namespace libp2p::crypto
