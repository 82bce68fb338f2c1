#include "libp2p/crypto/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>

namespace libp2p::crypto {
namespace {

/// From here on OpenSSL is faster, as it uses what the processor has for SHA-256 (six times, where it has it);
/// below, making its context costs more than the whole digest.
constexpr std::size_t kOpensslFromBytes = 1024;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

Digest by_sodium(std::initializer_list<base::ByteSpan> pieces) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const base::ByteSpan piece : pieces) crypto_hash_sha256_update(&state, piece.data(), piece.size());
  Digest digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

Digest by_openssl(std::initializer_list<base::ByteSpan> pieces) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const base::ByteSpan piece : pieces)
    good = good && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
  Digest digest;
  good = good && EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  return good ? digest : by_sodium(pieces);  // It refuses only for want of memory.
}

}  // namespace

Digest sha256(std::initializer_list<base::ByteSpan> pieces) {
  std::size_t bytes = 0;
  for (const base::ByteSpan piece : pieces) bytes += piece.size();
  return bytes < kOpensslFromBytes ? by_sodium(pieces) : by_openssl(pieces);
}

}  // namespace libp2p::crypto
