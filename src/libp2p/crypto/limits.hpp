// libp2p/crypto/limits.hpp: sizes of keys, checked before any arithmetic with them.
#pragma once

#include <cstddef>

namespace libp2p::crypto {

inline constexpr std::size_t kEd25519Bytes = 32;  ///< RFC 8032. Test: PublicKeyRejects/Ed25519Short, Long.
inline constexpr std::size_t kEd25519SignatureBytes =
    64;                                             ///< Test: PublicKeyVerify.RejectsSignaturesOfAnotherLength.
inline constexpr std::size_t kSecp256k1Bytes = 33;  ///< A compressed point. Test: PublicKeyRejects/Secp256k1Short.
inline constexpr std::size_t kP256SpkiBytes = 91;   ///< Test: PublicKeyRejects/EcdsaLong.

/// Larger RSA keys burn CPU in a handshake, smaller ones can be broken. Test: RsaSizes.
inline constexpr std::size_t kMinRsaBits = 2048;
inline constexpr std::size_t kMaxRsaBits = 8192;
/// A long exponent makes a verification as dear as a signature. Test: RsaExponents.
inline constexpr std::size_t kMaxRsaExponentBits = 31;

}  // namespace libp2p::crypto
