// libp2p/crypto/spki.hpp: the fixed DER openings of a SubjectPublicKeyInfo per key type.
// Spec: RFC 5280 section 4.1, RFC 3279, RFC 5480.
#pragma once

#include <array>
#include <cstdint>

namespace libp2p::crypto {

/// AlgorithmIdentifier { rsaEncryption, NULL }.
inline constexpr std::array<std::uint8_t, 15> kRsaAlgorithm{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                                            0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

/// A whole key on P-256 up to and including the 04 that opens its uncompressed point.
inline constexpr std::array<std::uint8_t, 27> kP256Prefix{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                          0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                          0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

/// A whole key on secp256k1 up to its compressed point of 33 bytes.
inline constexpr std::array<std::uint8_t, 23> kSecp256k1Prefix{0x30, 0x36, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                                               0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                                               0x81, 0x04, 0x00, 0x0a, 0x03, 0x22, 0x00};

}  // namespace libp2p::crypto
