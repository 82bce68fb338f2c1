// ChaCha20-Poly1305 by RFC 8439 appendix A.5, and both implementations against each other.
#include "libp2p/crypto/aead.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"

namespace libp2p::crypto {
namespace {

AeadKey key_of(std::string_view hex) {
  AeadKey key;
  std::ranges::copy(*base::from_hex(hex), key.fill().begin());
  return key;
}

base::Bytes random_bytes(base::Rng& rng, std::size_t size) {
  base::Bytes bytes(size);
  rng.fill(bytes);
  return bytes;
}

/// `bytes` in pieces of random sizes, empty ones among them.
std::vector<base::ByteSpan> cut(base::Rng& rng, base::ByteSpan bytes) {
  std::vector<base::ByteSpan> pieces;
  while (!bytes.empty()) {
    const std::int64_t most = rng.below(2) == 0 ? 20 : 4000;
    const std::size_t take = std::min(bytes.size(), static_cast<std::size_t>(rng.below(most)));
    pieces.push_back(bytes.first(take));
    bytes = bytes.subspan(take);
  }
  return pieces;
}

// RFC 8439 A.5. Its nonce has the form that Noise uses: four zero bytes and a little-endian counter.
constexpr std::uint64_t kRfcCounter = 0x0807060504030201;
constexpr std::string_view kRfcKey = "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0";
constexpr std::string_view kRfcAd = "f33388860000000000004e91";
constexpr std::string_view kRfcPlain =
    "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74732076616c696420666f722061206d6178696d756"
    "d"
    "206f6620736978206d6f6e74687320616e64206d617920626520757064617465642c207265706c616365642c206f72206f62736f6c65"
    "746564206279206f7468657220646f63756d656e747320617420616e792074696d652e20497420697320696e617070726f7072696174"
    "6520746f2075736520496e7465726e65742d447261667473206173207265666572656e6365206d6174657269616c206f7220746f2063"
    "697465207468656d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67726573732e2fe2809d";
constexpr std::string_view kRfcSealed =
    "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b"
    "0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e"
    "2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf45"
    "34d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a10"
    "73a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709b"
    "eead9d67890cbb22392336fea1851f38";

TEST(Aead, SealsAndOpensTheRfcVector) {
  Aead aead;
  const base::Bytes plain = *base::from_hex(kRfcPlain);
  const base::Bytes ad = *base::from_hex(kRfcAd);
  const std::array<base::ByteSpan, 2> pieces{base::ByteSpan{plain}.first(100), base::ByteSpan{plain}.subspan(100)};
  base::Bytes sealed(plain.size() + kTagBytes);
  aead.seal(key_of(kRfcKey), kRfcCounter, ad, pieces, sealed.data());
  EXPECT_EQ(base::to_hex(sealed), kRfcSealed);
  const auto opened = aead.open(key_of(kRfcKey), kRfcCounter, ad, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(base::to_hex(*opened), kRfcPlain);
}

class AeadSizes : public ::testing::TestWithParam<std::size_t> {
 protected:
  base::SeededRng rng_{GetParam()};
  const AeadKey key_ = key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const base::Bytes plain_ = random_bytes(rng_, GetParam());
  const base::Bytes ad_ = random_bytes(rng_, 32);
  Aead aead_;
};

TEST_P(AeadSizes, AnyGatheringSealsToTheBytesOfThePlainCall) {
  base::Bytes reference(plain_.size() + kTagBytes);
  seal_once(key_, 7, ad_, plain_, reference.data());
  for (int round = 0; round < 20; ++round) {
    base::Bytes sealed(plain_.size() + kTagBytes);
    aead_.seal(key_, 7, ad_, cut(rng_, plain_), sealed.data());
    ASSERT_EQ(sealed, reference) << "round " << round;
  }
}

TEST_P(AeadSizes, OpenIsTheInverseInPlace) {
  base::Bytes sealed(plain_.size() + kTagBytes);
  seal_once(key_, 7, ad_, plain_, sealed.data());
  base::Bytes copy = sealed;
  const auto opened = aead_.open(key_, 7, ad_, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->data(), sealed.data());
  EXPECT_TRUE(std::ranges::equal(*opened, plain_));
  const auto by_once = open_once(key_, 7, ad_, copy);
  ASSERT_TRUE(by_once);
  EXPECT_TRUE(std::ranges::equal(*by_once, plain_));
}

TEST_P(AeadSizes, OpenRefusesWhateverDiffers) {
  base::Bytes sealed(plain_.size() + kTagBytes);
  seal_once(key_, 7, ad_, plain_, sealed.data());
  const auto refused = [&](const AeadKey& key, std::uint64_t counter, base::ByteSpan ad, base::Bytes bytes) {
    const auto opened = aead_.open(key, counter, ad, bytes);
    return !opened && opened.error() == CryptoErrc::bad_tag;
  };
  EXPECT_TRUE(refused(key_of(kRfcKey), 7, ad_, sealed));
  EXPECT_TRUE(refused(key_, 8, ad_, sealed));
  EXPECT_TRUE(refused(key_, 7, {}, sealed));
  for (int round = 0; round < 16; ++round) {
    base::Bytes flipped = sealed;
    flipped[static_cast<std::size_t>(rng_.below(static_cast<std::int64_t>(sealed.size())))] ^= 0x10;
    EXPECT_TRUE(refused(key_, 7, ad_, flipped));
  }
  sealed.pop_back();
  EXPECT_TRUE(refused(key_, 7, ad_, sealed));
  EXPECT_TRUE(refused(key_, 7, ad_, base::Bytes(kTagBytes - 1)));
}

INSTANTIATE_TEST_SUITE_P(BothImplementations, AeadSizes,
                         ::testing::Values(0, 1, 63, 64, 1023, 1024, 1025, 16384, 65519),
                         [](const auto& c) { return std::to_string(c.param) + "Bytes"; });

TEST(Aead, OneContextServesManyKeysInTurn) {
  Aead aead;
  base::SeededRng rng{3};
  const base::Bytes plain = random_bytes(rng, 3000);
  for (int round = 0; round < 10; ++round) {
    AeadKey key;
    rng.fill(key.fill());
    const auto counter = rng.next_u64();
    base::Bytes sealed(plain.size() + kTagBytes);
    aead.seal(key, counter, {}, std::array{base::ByteSpan{plain}}, sealed.data());
    sealed.back() ^= 1;
    base::Bytes damaged = sealed;
    ASSERT_FALSE(aead.open(key, counter, {}, damaged));  // a failure leaves nothing behind for the next call
    sealed.back() ^= 1;
    const auto opened = aead.open(key, counter, {}, sealed);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(std::ranges::equal(*opened, plain));
  }
}

}  // namespace
}  // namespace libp2p::crypto
