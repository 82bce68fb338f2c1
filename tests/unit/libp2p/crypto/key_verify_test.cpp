// Signatures of all four key types. Keys other than Ed25519 are made here, with OpenSSL.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <map>
#include <memory>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/key.hpp"
#include "unit/libp2p/spec_keys.hpp"

namespace libp2p {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

base::Bytes joined(base::Bytes left, base::ByteSpan right) {
  base::append(left, right);
  return left;
}

base::Bytes protobuf(std::uint8_t type, base::ByteSpan data) {
  base::Bytes out{0x08, type, 0x12};
  base::append_varint(out, data.size());
  base::append(out, data);
  return out;
}

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using EvpKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

base::Bytes spki_of(EVP_PKEY* key) {
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(key, &encoded);
  base::Bytes bytes(encoded, encoded + size);
  OPENSSL_free(encoded);
  return bytes;
}

base::Bytes sign_sha256(EVP_PKEY* key, base::ByteSpan message) {
  std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
  std::size_t size = 0;
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size());
  base::Bytes signature(size);
  EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size());
  signature.resize(size);
  return signature;
}

base::Bytes compress(base::ByteSpan spki) {
  // 02 or 03 by the parity of y, then x.
  const base::ByteSpan point = spki.last(64);
  return joined({static_cast<std::uint8_t>(2 + (point.back() & 1))}, point.first(32));
}

struct Signer {
  const char* name;
  EvpKey (*make)();
  KeyType type;
};

class PublicKeySignatures : public ::testing::TestWithParam<Signer> {
 protected:
  /// Two key pairs per type, made once: an RSA key takes a while.
  static EVP_PKEY* secret(int which) {
    static std::map<std::pair<KeyType, int>, EvpKey> made;
    EvpKey& key = made[{GetParam().type, which}];
    if (!key) key = GetParam().make();
    return key.get();
  }

  static PublicKey decode(EVP_PKEY* secret) {
    base::Bytes data = spki_of(secret);
    if (GetParam().type == KeyType::secp256k1) data = compress(data);
    return PublicKey::decode(protobuf(static_cast<std::uint8_t>(GetParam().type), data)).value();
  }

  EVP_PKEY* const secret_ = secret(0);
  const PublicKey key_ = decode(secret_);
};

const base::Bytes kMessage = hex("6e6f6973652d6c69627032702d7374617469632d6b65793a");

TEST_P(PublicKeySignatures, VerifyAcceptsTheOwnersSignature) {
  EXPECT_EQ(key_.type(), GetParam().type);
  EXPECT_TRUE(key_.verify(kMessage, sign_sha256(secret_, kMessage)));
  EXPECT_TRUE(key_.verify({}, sign_sha256(secret_, {})));
}

TEST_P(PublicKeySignatures, VerifyRefusesAnythingElse) {
  const base::Bytes good = sign_sha256(secret_, kMessage);
  EXPECT_FALSE(key_.verify(kMessage, sign_sha256(secret(1), kMessage)));
  EXPECT_FALSE(key_.verify(base::ByteSpan{kMessage}.subspan(1), good));
  EXPECT_FALSE(key_.verify(kMessage, {}));
  EXPECT_FALSE(key_.verify(kMessage, base::ByteSpan{good}.first(good.size() - 1)));
  EXPECT_FALSE(key_.verify(kMessage, joined(good, hex("00"))));
  for (std::size_t at = 0; at < good.size(); ++at) {
    base::Bytes bad = good;
    bad[at] ^= 1;
    EXPECT_FALSE(key_.verify(kMessage, bad)) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Crypto, PublicKeySignatures,
    ::testing::Values(Signer{"Rsa2048", [] { return EvpKey{EVP_RSA_gen(2048)}; }, KeyType::rsa},
                      Signer{"EcdsaP256", [] { return EvpKey{EVP_EC_gen("P-256")}; }, KeyType::ecdsa},
                      Signer{"Secp256k1", [] { return EvpKey{EVP_EC_gen("secp256k1")}; }, KeyType::secp256k1}),
    [](const auto& c) { return std::string{c.param.name}; });

/// The other signature of the same message: s replaced by n - s.
base::Bytes negate_s(base::ByteSpan der_signature) {
  using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
  const unsigned char* at = der_signature.data();
  std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>> pair{
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der_signature.size()))};
  std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>> group{EC_GROUP_new_by_curve_name(NID_secp256k1)};
  Number r{BN_dup(ECDSA_SIG_get0_r(pair.get()))};
  Number s{BN_new()};
  BN_sub(s.get(), EC_GROUP_get0_order(group.get()), ECDSA_SIG_get0_s(pair.get()));
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  unsigned char* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &encoded);
  base::Bytes bytes(encoded, encoded + size);
  OPENSSL_free(encoded);
  return bytes;
}

TEST(PublicKeyVerify, WantsStrictDerOfEcdsa) {
  const EvpKey secret{EVP_EC_gen("P-256")};
  const PublicKey key = PublicKey::decode(protobuf(3, spki_of(secret.get()))).value();
  base::Bytes signature = sign_sha256(secret.get(), kMessage);
  ASSERT_TRUE(key.verify(kMessage, signature));
  signature.insert(signature.begin() + 1, 0x81);  // the length in its long form, which DER forbids here
  EXPECT_FALSE(key.verify(kMessage, signature));
}

TEST(PublicKeyVerify, AcceptsHighAndLowSOfSecp256k1) {
  const EvpKey secret{EVP_EC_gen("secp256k1")};
  const PublicKey key = PublicKey::decode(protobuf(2, compress(spki_of(secret.get())))).value();
  const base::Bytes one = sign_sha256(secret.get(), kMessage);
  const base::Bytes two = negate_s(one);
  EXPECT_NE(one, two);
  EXPECT_TRUE(key.verify(kMessage, one));
  EXPECT_TRUE(key.verify(kMessage, two));
}

TEST(PublicKeyVerify, APointOffTheCurveVerifiesNothing) {
  const base::Bytes p256 = hex(testing::kEcdsaKey.protobuf_hex);
  base::Bytes spki(p256.begin() + 4, p256.end());
  spki.back() ^= 1;
  EXPECT_FALSE(PublicKey::decode(protobuf(3, spki))->verify(kMessage, hex("3006020101020101")));
  const base::Bytes x_off_curve = joined({2}, base::Bytes(32, 0xff));
  EXPECT_FALSE(PublicKey::decode(protobuf(2, x_off_curve))->verify(kMessage, hex("3006020101020101")));
  EXPECT_FALSE(PublicKey::from_ed25519(std::array<std::uint8_t, 32>{}).verify(kMessage, base::Bytes(64, 0)));
}

TEST(PublicKeyVerify, RejectsSignaturesOfAnotherLength) {
  base::SeededRng rng{3};
  const Identity identity = Identity::generate(rng);
  const auto signature = identity.sign(kMessage);
  EXPECT_TRUE(identity.public_key().verify(kMessage, signature));
  EXPECT_FALSE(identity.public_key().verify(kMessage, std::span{signature}.first(63)));
  EXPECT_FALSE(identity.public_key().verify(kMessage, joined({signature.begin(), signature.end()}, hex("00"))));
  EXPECT_FALSE(identity.public_key().verify(kMessage, {}));
}

}  // namespace
}  // namespace libp2p
