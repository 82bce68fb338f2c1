// libp2p/key.hpp: public keys of all four libp2p types, and the Ed25519 identity of this process.
// Spec: libp2p peer-ids "Keys"; RFC 8032. Thread rules: values; const use from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"

namespace libp2p {

enum class KeyType : std::uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2, ecdsa = 3 };

/// A peer's public key as the libp2p `PublicKey` protobuf carries it. Only made by `decode` or `from_ed25519`,
/// so its bytes are always canonical.
class PublicKey {
 public:
  /// From the protobuf. Errors: KeyErrc::bad_encoding (not canonical), unsupported_type, bad_length
  /// (Ed25519 32 bytes, secp256k1 33, RSA 2048 to 8192 bits; checked before any arithmetic).
  static base::Result<PublicKey> decode(base::ByteSpan protobuf);
  /// From the 32 raw bytes. Whether they are a point of the curve shows at `verify`.
  static PublicKey from_ed25519(std::span<const std::uint8_t, 32> raw);

  KeyType type() const { return type_; }
  /// The `Data` field: 32 raw bytes for Ed25519, 33 for secp256k1, DER SubjectPublicKeyInfo otherwise.
  base::ByteSpan data() const { return data_; }
  /// The canonical protobuf: what a peer id is made from.
  base::Bytes encode() const;
  /// True if `signature` over `message` is this key's. Never throws; a malformed signature or key is false.
  bool verify(base::ByteSpan message, base::ByteSpan signature) const;

  bool operator==(const PublicKey&) const = default;

 private:
  PublicKey(KeyType type, base::Bytes data) : type_{type}, data_{std::move(data)} {}

  KeyType type_;
  base::Bytes data_;
};

enum class KeyErrc : std::uint8_t {
  bad_encoding = 1,
  unsupported_type,
  bad_length,
  key_mismatch,  ///< The public half of a private key does not belong to its seed.
};
base::ErrorCode make_error_code(KeyErrc code);

/// The process's Ed25519 key pair. The secret half lives in memory that is locked as far as the system allows,
/// left out of core dumps and wiped on destruction; it cannot be printed. Copies share it.
class Identity {
 public:
  static Identity generate(base::Rng& rng);
  static Identity generate();  ///< From the system's randomness.
  /// From 64 bytes (seed, public key) or 96 (seed, public key twice). Errors: bad_length, key_mismatch.
  static base::Result<Identity> from_private_key(base::ByteSpan raw);
  static Identity from_seed(std::span<const std::uint8_t, 32> seed);

  const PublicKey& public_key() const;
  /// False where the system lets the process lock no memory: then the secret half may come to stand on a swap
  /// disk.
  bool locked() const;
  std::array<std::uint8_t, 64> sign(base::ByteSpan message) const;
  /// Seed and public key, for the caller to store in a file of mode 0600 and then to wipe.
  std::array<std::uint8_t, 64> private_key_bytes() const;

 private:
  struct Secret;
  explicit Identity(std::shared_ptr<const Secret> secret) : secret_{std::move(secret)} {}

  std::shared_ptr<const Secret> secret_;
};

}  // namespace libp2p

template <>
struct boost::system::is_error_code_enum<libp2p::KeyErrc> : std::true_type {};
