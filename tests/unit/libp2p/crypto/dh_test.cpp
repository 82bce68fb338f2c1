// X25519 by the vectors of RFC 7748 sections 5.2 and 6.1.
#include "libp2p/crypto/dh.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"

namespace libp2p::crypto {
namespace {

DhPublic bytes32(std::string_view hex) {
  DhPublic out{};
  std::ranges::copy(*base::from_hex(hex), out.begin());
  return out;
}

DhSecret secret32(std::string_view hex) { return DhSecret{bytes32(hex)}; }

struct ScalarCase {
  const char* name;
  const char* scalar;
  const char* point;
  const char* product;
};

class X25519Vectors : public ::testing::TestWithParam<ScalarCase> {};

TEST_P(X25519Vectors, MultiplyAsTheRfc) {
  const auto shared = x25519(secret32(GetParam().scalar), bytes32(GetParam().point));
  ASSERT_TRUE(shared);
  EXPECT_EQ(base::to_hex(shared->view()), GetParam().product);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc7748, X25519Vectors,
    ::testing::Values(ScalarCase{"First", "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                                 "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                                 "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
                      ScalarCase{"HighBitOfThePointIsIgnored",
                                 "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                                 "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                                 "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(DhKeyPair, AgreesFromBothSidesAsInTheRfc) {
  const DhKeyPair alice{secret32("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")};
  const DhKeyPair bob{secret32("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")};
  EXPECT_EQ(base::to_hex(alice.public_key()), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(base::to_hex(bob.public_key()), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const auto one = x25519(alice.secret(), bob.public_key());
  const auto other = x25519(bob.secret(), alice.public_key());
  ASSERT_TRUE(one && other);
  EXPECT_EQ(base::to_hex(one->view()), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  EXPECT_EQ(base::to_hex(other->view()), base::to_hex(one->view()));
}

TEST(DhKeyPair, IsGeneratedFromTheInjectedRandomness) {
  base::SeededRng first{1};
  base::SeededRng again{1};
  base::SeededRng other{2};
  const DhPublic key = DhKeyPair::generate(first).public_key();
  EXPECT_EQ(key, DhKeyPair::generate(again).public_key());
  EXPECT_NE(key, DhKeyPair::generate(other).public_key());
}

class WeakPoints : public ::testing::TestWithParam<const char*> {};

TEST_P(WeakPoints, AreRefused) {
  const auto shared = x25519(secret32(std::string(64, '7')), bytes32(GetParam()));
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error(), CryptoErrc::weak_public_key);
  EXPECT_EQ(base::class_of(shared.error()), base::ErrorClass::recoverable);
}

INSTANTIATE_TEST_SUITE_P(SmallOrder, WeakPoints,
                         ::testing::Values("0000000000000000000000000000000000000000000000000000000000000000",
                                           "0100000000000000000000000000000000000000000000000000000000000000",
                                           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                                           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
                         [](const auto& c) { return "Point" + std::to_string(c.index); });

}  // namespace
}  // namespace libp2p::crypto
