// Signatures of all four key types: Ed25519 by libsodium, the others by OpenSSL, which reads each key as a
// SubjectPublicKeyInfo. Spec: libp2p peer-ids "Key Types".
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <memory>

#include "libp2p/crypto/limits.hpp"
#include "libp2p/crypto/spki.hpp"
#include "libp2p/key.hpp"

namespace libp2p {
namespace {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using EvpKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using EvpContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

bool verify_ed25519(base::ByteSpan key, base::ByteSpan message, base::ByteSpan signature) {
  return signature.size() == crypto::kEd25519SignatureBytes &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

/// RSA PKCS#1 v1.5 or ECDSA in strict DER, both over SHA-256: OpenSSL's defaults for these key types.
bool verify_by_openssl(base::ByteSpan spki, base::ByteSpan message, base::ByteSpan signature) {
  const unsigned char* at = spki.data();
  const EvpKey key{d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size()))};
  const EvpContext context{EVP_MD_CTX_new()};
  const bool valid =
      key && context && at == spki.data() + spki.size() &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  if (!valid) ERR_clear_error();  // a peer's bad bytes must not show up as the error of a later, unrelated call
  return valid;
}

base::Bytes spki_of_secp256k1(base::ByteSpan point) {
  base::Bytes spki(crypto::kSecp256k1Prefix.begin(), crypto::kSecp256k1Prefix.end());
  base::append(spki, point);
  return spki;
}

}  // namespace

bool PublicKey::verify(base::ByteSpan message, base::ByteSpan signature) const {
  switch (type_) {
    case KeyType::ed25519: return verify_ed25519(data_, message, signature);
    case KeyType::secp256k1: return verify_by_openssl(spki_of_secp256k1(data_), message, signature);
    case KeyType::rsa:
    case KeyType::ecdsa: return verify_by_openssl(data_, message, signature);
  }
  return false;
}

}  // namespace libp2p
