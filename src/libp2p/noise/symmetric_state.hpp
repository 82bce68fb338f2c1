// libp2p/noise/symmetric_state.hpp: the running hash, chaining key and cipher of a Noise handshake.
// Machine code. Spec: Noise Protocol Framework rev 34, section 5.2, for 25519_ChaChaPoly_SHA256.
// Invariant: every byte that either side sent is in the hash before the next key is derived.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/crypto/aead.hpp"
#include "libp2p/crypto/dh.hpp"
#include "libp2p/crypto/hash.hpp"
#include "libp2p/crypto/hkdf.hpp"

namespace libp2p::noise {

class SymmetricState {
 public:
  /// `protocol_name` of exactly 32 bytes; it is the first hash and chaining key, then the prologue is mixed in.
  SymmetricState(std::string_view protocol_name, base::ByteSpan prologue);

  void mix_hash(base::ByteSpan data);
  void mix_key(const crypto::DhSecret& shared);

  /// Appends `plain` to `out`: sealed once there is a key, as it is before.
  void encrypt_and_hash(base::ByteSpan plain, base::Bytes& out);
  /// The inverse. Errors: NoiseErrc::decrypt_failed.
  base::Result<base::Bytes> decrypt_and_hash(base::ByteSpan received);

  /// By how much `encrypt_and_hash` lengthens its input at present.
  std::size_t overhead() const { return key_ ? crypto::kTagBytes : 0; }

  const crypto::Digest& hash() const { return hash_; }
  /// The transport keys: `first` seals what the initiator sends.
  crypto::HkdfOutput split() const { return crypto::hkdf(chaining_key_, {}); }

 private:
  crypto::Digest hash_{};
  crypto::Secret<32> chaining_key_;
  std::optional<crypto::AeadKey> key_;
  std::uint64_t counter_ = 0;
};

}  // namespace libp2p::noise
