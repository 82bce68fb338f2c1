// The process's key pair. Vectors: libp2p peer-ids "Test vectors"; RFC 8032 section 7.1, test 2.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/key.hpp"
#include "unit/libp2p/spec_keys.hpp"

namespace libp2p {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

Identity from_seed_hex(std::string_view text) {
  const base::Bytes seed = hex(text);
  return Identity::from_seed(std::span<const std::uint8_t, 32>{seed});
}

const std::string kSeed = testing::kEd25519Seed;
const std::string kPublic = std::string{testing::kEd25519Key.protobuf_hex}.substr(8);

TEST(Identity, TheSeedOfTheSpecGivesItsPublicKey) {
  EXPECT_EQ(base::to_hex(from_seed_hex(kSeed).public_key().encode()), testing::kEd25519Key.protobuf_hex);
}

TEST(Identity, SignsAsRfc8032) {
  const Identity identity = from_seed_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  EXPECT_EQ(base::to_hex(identity.sign(hex("72"))),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Identity, BothPrivateKeyFormsAreRead) {
  const std::string form = kSeed + kPublic;
  for (const std::string& given : {form, form + kPublic}) {
    const auto identity = Identity::from_private_key(hex(given));
    ASSERT_TRUE(identity) << identity.error().message();
    EXPECT_EQ(base::to_hex(identity->private_key_bytes()), form);
  }
}

struct Reject {
  const char* name;
  std::string private_hex;
  KeyErrc want;
};

class IdentityRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(IdentityRejects, WithReason) {
  const auto got = Identity::from_private_key(hex(GetParam().private_hex));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Crypto, IdentityRejects,
    ::testing::Values(Reject{"Empty", "", KeyErrc::bad_length}, Reject{"SeedAlone", kSeed, KeyErrc::bad_length},
                      Reject{"Bytes63", (kSeed + kPublic).substr(2), KeyErrc::bad_length},
                      Reject{"Bytes65", kSeed + kPublic + "00", KeyErrc::bad_length},
                      Reject{"PublicOfAnotherSeed", kSeed + kSeed, KeyErrc::key_mismatch},
                      Reject{"CopiesDiffer", kSeed + kPublic + kSeed, KeyErrc::key_mismatch},
                      Reject{"BothCopiesWrong", kSeed + kSeed + kSeed, KeyErrc::key_mismatch}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Identity, AMismatchIsForTheOperatorToMend) {
  EXPECT_EQ(base::class_of(make_error_code(KeyErrc::key_mismatch)), base::ErrorClass::configuration);
  EXPECT_EQ(base::class_of(make_error_code(KeyErrc::bad_encoding)), base::ErrorClass::recoverable);
}

TEST(Identity, GenerateFollowsTheRandomSource) {
  base::SeededRng one{1};
  base::SeededRng same{1};
  base::SeededRng other{2};
  const PublicKey key = Identity::generate(one).public_key();
  EXPECT_EQ(Identity::generate(same).public_key(), key);
  EXPECT_NE(Identity::generate(other).public_key(), key);
  EXPECT_NE(Identity::generate(one).public_key(), key);
}

TEST(Identity, ACopyOutlivesItsOriginal) {
  base::SeededRng rng{9};
  auto original = std::make_unique<Identity>(Identity::generate(rng));
  const Identity copy = *original;
  const PublicKey key = original->public_key();
  original.reset();
  EXPECT_TRUE(key.verify(hex("01"), copy.sign(hex("01"))));
}

}  // namespace
}  // namespace libp2p
