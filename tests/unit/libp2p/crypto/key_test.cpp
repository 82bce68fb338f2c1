// Public keys: strict decoding, and sizes before arithmetic. Vectors: libp2p peer-ids "Test vectors".
#include "libp2p/key.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "unit/libp2p/spec_keys.hpp"

namespace libp2p {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

base::Bytes protobuf(std::uint8_t type, base::ByteSpan data) {
  base::Bytes out{0x08, type, 0x12};
  base::append_varint(out, data.size());
  base::append(out, data);
  return out;
}

/// A DER element.
base::Bytes der(std::uint8_t tag, base::ByteSpan content) {
  base::Bytes out{tag};
  if (content.size() >= 0x100) {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(content.size() >> 8)});
  } else if (content.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  base::append(out, content);
  return out;
}

base::Bytes joined(base::Bytes left, base::ByteSpan right) {
  base::append(left, right);
  return left;
}

base::Bytes rsa_spki(base::ByteSpan integers) {
  const base::Bytes bits = der(0x03, joined({0}, der(0x30, integers)));
  return der(0x30, joined(hex("300d06092a864886f70d0101010500"), bits));
}

/// An odd number of `bits` bits as a DER INTEGER.
base::Bytes integer_of_bits(std::size_t bits) {
  base::Bytes magnitude((bits + 7) / 8, 0);
  magnitude.front() = static_cast<std::uint8_t>(1U << (bits - 1) % 8);
  magnitude.back() |= 1;
  if (magnitude.front() >= 0x80) magnitude.insert(magnitude.begin(), 0);
  return der(0x02, magnitude);
}

const base::Bytes kExponent = hex("0203010001");

base::Bytes rsa_of_bits(std::size_t bits) {
  return protobuf(0, rsa_spki(joined(integer_of_bits(bits), kExponent)));
}

base::Bytes rsa_with_exponent(base::ByteSpan exponent) {
  return protobuf(0, rsa_spki(joined(integer_of_bits(2048), exponent)));
}

class PublicKeyVectors : public ::testing::TestWithParam<testing::SpecKey> {};

TEST_P(PublicKeyVectors, DecodeAndEncodeAreInverse) {
  const base::Bytes bytes = hex(GetParam().protobuf_hex);
  const auto key = PublicKey::decode(bytes);
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(key->encode(), bytes);
}

TEST_P(PublicKeyVectors, EveryCutAndEveryTrailingByteIsRefused) {
  base::Bytes bytes = hex(GetParam().protobuf_hex);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(PublicKey::decode(base::ByteSpan{bytes}.first(size))) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(PublicKey::decode(bytes));
}

INSTANTIATE_TEST_SUITE_P(Crypto, PublicKeyVectors, ::testing::ValuesIn(testing::kSpecKeys),
                         [](const auto& c) { return std::string{c.param.name}; });

struct Reject {
  const char* name;
  base::Bytes bytes;
  KeyErrc want;
};

class PublicKeyRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(PublicKeyRejects, WithReason) {
  const auto got = PublicKey::decode(GetParam().bytes);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want) << got.error().message();
}

const base::Bytes kRaw = hex("1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");
const base::Bytes kP256 = hex(testing::kEcdsaKey.protobuf_hex);

base::Bytes with_bit_string_padding() {
  base::Bytes spki = rsa_spki(joined(integer_of_bits(2048), kExponent));
  spki[4 + 15 + 4] = 1;  // outer header, algorithm, bit string header: the count of unused bits
  return protobuf(0, spki);
}

INSTANTIATE_TEST_SUITE_P(
    Crypto, PublicKeyRejects,
    ::testing::Values(
        Reject{"Empty", {}, KeyErrc::bad_encoding},
        Reject{"FieldsSwapped", joined(joined({0x12, 0x20}, kRaw), hex("0801")), KeyErrc::bad_encoding},
        Reject{"TypeMissing", joined({0x12, 0x20}, kRaw), KeyErrc::bad_encoding},
        Reject{"DataMissing", hex("0801"), KeyErrc::bad_encoding},
        Reject{"TypeNotMinimal", joined(hex("0881001220"), kRaw), KeyErrc::bad_encoding},
        Reject{"LengthNotMinimal", joined(hex("080112a000"), kRaw), KeyErrc::bad_encoding},
        Reject{"TypeTwice", joined(hex("080108011220"), kRaw), KeyErrc::bad_encoding},
        Reject{"UnknownField", joined(protobuf(1, kRaw), hex("1801")), KeyErrc::bad_encoding},
        Reject{"UnknownType", protobuf(4, kRaw), KeyErrc::unsupported_type},
        Reject{"LargeType", joined(hex("0880011220"), kRaw), KeyErrc::unsupported_type},
        Reject{"Ed25519Short", protobuf(1, base::ByteSpan{kRaw}.first(31)), KeyErrc::bad_length},
        Reject{"Ed25519Long", protobuf(1, joined(kRaw, hex("00"))), KeyErrc::bad_length},
        Reject{"Secp256k1Short", protobuf(2, kRaw), KeyErrc::bad_length},
        Reject{"Secp256k1Uncompressed", protobuf(2, joined({4}, base::Bytes(64, 1))), KeyErrc::bad_length},
        Reject{"Secp256k1BadPrefix", protobuf(2, joined({5}, kRaw)), KeyErrc::bad_encoding},
        Reject{"EcdsaEmpty", protobuf(3, {}), KeyErrc::unsupported_type},
        Reject{"EcdsaOtherCurve", protobuf(3, hex("3076301006072a8648ce3d020106052b8104002203620004")),
               KeyErrc::unsupported_type},
        Reject{"EcdsaShort", protobuf(3, base::ByteSpan{kP256}.subspan(4, 90)), KeyErrc::bad_length},
        Reject{"EcdsaLong", protobuf(3, joined(base::Bytes(kP256.begin() + 4, kP256.end()), hex("00"))),
               KeyErrc::bad_length},
        Reject{"RsaEmpty", protobuf(0, {}), KeyErrc::bad_encoding},
        Reject{"RsaOtherAlgorithm", protobuf(0, base::ByteSpan{kP256}.subspan(4)), KeyErrc::bad_encoding},
        Reject{"RsaTrailingByte",
               protobuf(0, joined(rsa_spki(joined(integer_of_bits(2048), kExponent)), hex("00"))),
               KeyErrc::bad_encoding},
        Reject{"RsaThreeNumbers",
               protobuf(0, rsa_spki(joined(joined(integer_of_bits(2048), kExponent), kExponent))),
               KeyErrc::bad_encoding},
        Reject{"RsaOneNumber", protobuf(0, rsa_spki(integer_of_bits(2048))), KeyErrc::bad_encoding},
        Reject{"RsaUnusedBits", with_bit_string_padding(), KeyErrc::bad_encoding},
        Reject{"RsaModulusNegative", protobuf(0, rsa_spki(joined(der(0x02, base::Bytes(256, 0xff)), kExponent))),
               KeyErrc::bad_encoding},
        Reject{"RsaModulusPadded",
               protobuf(0, rsa_spki(joined(der(0x02, joined({0}, base::Bytes(256, 0x7f))), kExponent))),
               KeyErrc::bad_encoding},
        Reject{"RsaModulusEven", protobuf(0, rsa_spki(joined(der(0x02, base::Bytes(256, 0x7e)), kExponent))),
               KeyErrc::bad_length},
        Reject{"RsaModulusEvenOfGoodSize",
               protobuf(0, rsa_spki(joined(der(0x02, joined({0}, base::Bytes(256, 0xfe))), kExponent))),
               KeyErrc::bad_encoding}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(RsaSizes, FromTheSmallestToTheLargest) {
  EXPECT_TRUE(PublicKey::decode(rsa_of_bits(2048)));
  EXPECT_TRUE(PublicKey::decode(rsa_of_bits(8192)));
  for (const std::size_t bits : {512U, 1024U, 2047U, 8193U, 16384U}) {
    const auto key = PublicKey::decode(rsa_of_bits(bits));
    ASSERT_FALSE(key) << bits;
    EXPECT_EQ(key.error(), KeyErrc::bad_length) << bits;
  }
}

TEST(RsaExponents, AreOddAndShort) {
  EXPECT_TRUE(PublicKey::decode(rsa_with_exponent(hex("020103"))));
  EXPECT_TRUE(PublicKey::decode(rsa_with_exponent(hex("02047fffffff"))));
  EXPECT_EQ(PublicKey::decode(rsa_with_exponent(hex("02050080000001"))).error(), KeyErrc::bad_length);
  EXPECT_EQ(PublicKey::decode(rsa_with_exponent(hex("020101"))).error(), KeyErrc::bad_encoding);
  EXPECT_EQ(PublicKey::decode(rsa_with_exponent(hex("020104"))).error(), KeyErrc::bad_encoding);
  EXPECT_EQ(PublicKey::decode(rsa_with_exponent(hex("020100"))).error(), KeyErrc::bad_encoding);
  EXPECT_EQ(PublicKey::decode(rsa_with_exponent(hex("0200"))).error(), KeyErrc::bad_encoding);
}

TEST(PublicKey, RandomBytesEitherFailOrComeBackUnchanged) {
  base::SeededRng rng{4};
  for (int i = 0; i < 20000; ++i) {
    base::Bytes bytes(static_cast<std::size_t>(rng.below(60)));
    rng.fill(bytes);
    if (bytes.size() > 4)
      bytes = protobuf(static_cast<std::uint8_t>(rng.below(5)), base::ByteSpan{bytes}.subspan(4));
    const auto key = PublicKey::decode(bytes);
    if (key) EXPECT_EQ(key->encode(), bytes);
  }
}

}  // namespace
}  // namespace libp2p
