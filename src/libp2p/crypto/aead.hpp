// libp2p/crypto/aead.hpp: ChaCha20-Poly1305 (RFC 8439) for Noise, one context per thread, re-keyed per call.
// libsodium under 1 KiB (lower call cost), OpenSSL from there (twice the throughput); same bytes either way.
// Thread rules: an Aead belongs to one thread at a time; it holds no key between calls that matters to anyone.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/crypto/errc.hpp"
#include "libp2p/crypto/secret.hpp"

namespace libp2p::crypto {

inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kOpenSslFromBytes = 1024;  ///< Plaintext size from which OpenSSL is the faster one.
using AeadKey = Secret<32>;

class Aead {
 public:
  Aead();  ///< Throws std::bad_alloc without memory for the context.
  ~Aead();
  Aead(const Aead&) = delete;
  Aead& operator=(const Aead&) = delete;

  /// Encrypts the concatenation of `pieces` under nonce (4 zero bytes, little-endian `counter`) into `out`:
  /// sum of sizes + kTagBytes bytes. `out` must not overlap a piece.
  void seal(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad, std::span<const base::ByteSpan> pieces,
            std::uint8_t* out);

  /// Decrypts `sealed` (ciphertext and tag) in place and returns the plaintext part of it.
  /// Errors: CryptoErrc::bad_tag, and then the bytes of `sealed` are unspecified.
  base::Result<base::MutableBytes> open(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad,
                                        base::MutableBytes sealed);

 private:
  void* context_;  // EVP_CIPHER_CTX; void so that no OpenSSL header is needed here
};

/// As Aead::seal over one piece, without a context: for the few messages of a handshake. In place is allowed:
/// `out` may be where `plain` is.
void seal_once(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad, base::ByteSpan plain,
               std::uint8_t* out);

/// As Aead::open, without a context.
base::Result<base::MutableBytes> open_once(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad,
                                           base::MutableBytes sealed);

}  // namespace libp2p::crypto
