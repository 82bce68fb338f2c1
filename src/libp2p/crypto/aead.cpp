#include "libp2p/crypto/aead.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "libp2p/crypto/sodium_ready.hpp"

namespace libp2p::crypto {
namespace {

using Nonce = std::array<std::uint8_t, 12>;
static_assert(kTagBytes == crypto_aead_chacha20poly1305_ietf_ABYTES);
static_assert(Nonce{}.size() == crypto_aead_chacha20poly1305_ietf_NPUBBYTES);

/// Pieces under this size are copied together first: a call into OpenSSL costs more than moving them (a full frame
/// of 1 KiB pieces and their headers: 36 us copied, 53 us piece by piece).
constexpr std::size_t kGatherBelowBytes = 2048;

enum class Direction : int { decrypt = 0, encrypt = 1 };

/// The encoding that Noise prescribes for ChaChaPoly (revision 34, section 12.3).
Nonce nonce_of(std::uint64_t counter) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(counter >> 8 * i);
  return nonce;
}

/// OpenSSL refuses these calls only for want of memory or through a bug of ours, never because of a peer's bytes;
/// going on would put plaintext on the wire.
void must_succeed(int openssl_result) {
  if (openssl_result != 1) std::abort();
}

void rekey(EVP_CIPHER_CTX* context, Direction direction, const AeadKey& key, std::uint64_t counter,
           base::ByteSpan ad) {
  const Nonce nonce = nonce_of(counter);
  // No cipher is named: the one of the constructor stays, and nothing is looked up again.
  must_succeed(
      EVP_CipherInit_ex(context, nullptr, nullptr, key.view().data(), nonce.data(), static_cast<int>(direction)));
  int written = 0;
  if (!ad.empty()) {
    must_succeed(EVP_CipherUpdate(context, nullptr, &written, ad.data(), static_cast<int>(ad.size())));
  }
}

void update(EVP_CIPHER_CTX* context, base::ByteSpan in, std::uint8_t* out) {
  int written = 0;
  must_succeed(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())));
}

/// Encrypts `pieces` back to back into `out`, long ones straight from where they are; returns the end of them.
std::uint8_t* encrypt_pieces(EVP_CIPHER_CTX* context, std::span<const base::ByteSpan> pieces, std::uint8_t* out) {
  std::uint8_t* run = out;  // start of the small pieces that are copied but not yet encrypted
  const auto flush = [&] {
    if (run != out) update(context, {run, out}, run);
  };
  for (const base::ByteSpan piece : pieces) {
    if (piece.size() < kGatherBelowBytes) {
      out = std::ranges::copy(piece, out).out;
      continue;
    }
    flush();
    update(context, piece, out);
    out += piece.size();
    run = out;
  }
  flush();
  return out;
}

EVP_CIPHER_CTX* openssl(void* context) { return static_cast<EVP_CIPHER_CTX*>(context); }

}  // namespace

Aead::Aead() : context_{EVP_CIPHER_CTX_new()} {
  ensure_sodium();
  if (context_ == nullptr) throw std::bad_alloc{};
  if (EVP_CipherInit_ex(openssl(context_), EVP_chacha20_poly1305(), nullptr, nullptr, nullptr, 1) != 1) {
    EVP_CIPHER_CTX_free(openssl(context_));
    throw std::bad_alloc{};
  }
}

Aead::~Aead() { EVP_CIPHER_CTX_free(openssl(context_)); }

void Aead::seal(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad,
                std::span<const base::ByteSpan> pieces, std::uint8_t* out) {
  std::size_t total = 0;
  for (const base::ByteSpan piece : pieces) total += piece.size();
  if (total < kOpenSslFromBytes) {
    std::uint8_t* end = out;
    for (const base::ByteSpan piece : pieces) end = std::ranges::copy(piece, end).out;
    seal_once(key, counter, ad, {out, end}, out);
    return;
  }
  rekey(openssl(context_), Direction::encrypt, key, counter, ad);
  std::uint8_t* const tag = encrypt_pieces(openssl(context_), pieces, out);
  int written = 0;
  must_succeed(EVP_CipherFinal_ex(openssl(context_), tag, &written));
  must_succeed(EVP_CIPHER_CTX_ctrl(openssl(context_), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag));
}

base::Result<base::MutableBytes> Aead::open(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad,
                                            base::MutableBytes sealed) {
  if (sealed.size() < kOpenSslFromBytes + kTagBytes) return open_once(key, counter, ad, sealed);
  const base::MutableBytes text = sealed.first(sealed.size() - kTagBytes);
  const base::MutableBytes tag = sealed.last(kTagBytes);
  rekey(openssl(context_), Direction::decrypt, key, counter, ad);
  must_succeed(EVP_CIPHER_CTX_ctrl(openssl(context_), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()));
  update(openssl(context_), text, text.data());
  int written = 0;
  if (EVP_CipherFinal_ex(openssl(context_), tag.data(), &written) != 1) return CryptoErrc::bad_tag;
  return text;
}

void seal_once(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad, base::ByteSpan plain,
               std::uint8_t* out) {
  ensure_sodium();
  const Nonce nonce = nonce_of(counter);
  crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plain.data(), plain.size(), ad.data(), ad.size(),
                                            nullptr, nonce.data(), key.view().data());
}

base::Result<base::MutableBytes> open_once(const AeadKey& key, std::uint64_t counter, base::ByteSpan ad,
                                           base::MutableBytes sealed) {
  ensure_sodium();
  if (sealed.size() < kTagBytes) return CryptoErrc::bad_tag;
  const Nonce nonce = nonce_of(counter);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(sealed.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                ad.data(), ad.size(), nonce.data(), key.view().data()) != 0) {
    return CryptoErrc::bad_tag;
  }
  return sealed.first(sealed.size() - kTagBytes);
}

}  // namespace libp2p::crypto
