// Signed peer records by the vector of wire.md section 8 (made with go-libp2p), and every refusal of `open`.
#include "libp2p/peer_record.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/crypto/hash.hpp"
#include "unit/libp2p/spec_keys.hpp"

namespace libp2p {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }
Multiaddr addr(std::string_view text) { return Multiaddr::from_text(text).value(); }

const std::string kKeyHex = testing::kEd25519Key.protobuf_hex;
const std::string kRecordHex =
    "0a260024" + kKeyHex + "10bdaadeec051a0a0a0804c000020006002a1a0a0a0804c633640006002a";
const std::string kSignatureHex =
    "cd5b5255e869b298283b3bb151fc6771ed6f5c60111e8af3d5f4389b1969dd85"
    "84a940389d9e6a649d15e507eae5a1368cefba47a63aab87dcbde191d7eea405";
const std::string kEnvelopeHex = "0a24" + kKeyHex + "120203011a46" + kRecordHex + "2a40" + kSignatureHex;

Identity spec_identity() {
  const base::Bytes seed = hex(testing::kEd25519Seed);
  return Identity::from_seed(std::span<const std::uint8_t, 32>{seed});
}

/// A bytes field of a protobuf message, as hex.
std::string field(int number, std::string_view content_hex) {
  base::Bytes head;
  base::append_varint(head, static_cast<std::uint64_t>(number) << 3 | 2);
  base::append_varint(head, content_hex.size() / 2);
  return base::to_hex(head) + std::string{content_hex};
}

/// An envelope around `record_hex` with a good signature of `identity`.
base::Bytes seal(std::string_view record_hex, const Identity& identity = spec_identity(),
                 std::string_view key_hex = kKeyHex, std::string_view type_hex = "0301") {
  base::Bytes message = hex("126c69627032702d706565722d7265636f7264");
  for (const std::string_view part : {type_hex, record_hex}) {
    base::append_varint(message, part.size() / 2);
    base::append(message, hex(part));
  }
  return hex(field(1, key_hex) + field(2, type_hex) + field(3, record_hex) +
             field(5, base::to_hex(identity.sign(message))));
}

TEST(SignedPeerRecord, SignGivesTheBytesOfTheVector) {
  const auto record = SignedPeerRecord::sign(spec_identity(), 1570215229,
                                             {addr("/ip4/192.0.2.0/tcp/42"), addr("/ip4/198.51.100.0/tcp/42")});
  EXPECT_EQ(base::to_hex(record.envelope()), kEnvelopeHex);
  EXPECT_EQ(record.version().seq, 1570215229U);
  EXPECT_EQ(record.version().hash, crypto::sha256(hex(kRecordHex)));
  EXPECT_EQ(record.peer().to_base58(), testing::kEd25519Key.base58);
}

TEST(SignedPeerRecord, OpenReadsTheVector) {
  const auto record = SignedPeerRecord::open(hex(kEnvelopeHex));
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_EQ(record->peer().to_base58(), testing::kEd25519Key.base58);
  EXPECT_EQ(record->key().encode(), hex(kKeyHex));
  EXPECT_EQ(record->version(), (RecordVersion{1570215229, crypto::sha256(hex(kRecordHex))}));
  EXPECT_EQ(record->addresses(), (std::vector{addr("/ip4/192.0.2.0/tcp/42"), addr("/ip4/198.51.100.0/tcp/42")}));
  EXPECT_EQ(base::to_hex(record->envelope()), kEnvelopeHex);
}

TEST(SignedPeerRecord, AMalleatedEnvelopeIsReEncoded) {
  // Fields in another order, one twice (the last counts), and unknown ones.
  const std::string other = field(5, kSignatureHex) + field(3, "aa") + field(3, kRecordHex) + field(2, "0301") +
                            field(9, "cafe") + field(4, "beef") + field(1, kKeyHex);
  const auto record = SignedPeerRecord::open(hex(other));
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_EQ(base::to_hex(record->envelope()), kEnvelopeHex);
}

TEST(SignedPeerRecord, EveryFlippedBitIsRefused) {
  const base::Bytes good = hex(kEnvelopeHex);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    base::Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(SignedPeerRecord::open(bad)) << "bit " << bit;
  }
}

TEST(SignedPeerRecord, EveryCutIsRefused) {
  const base::Bytes good = hex(kEnvelopeHex);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(SignedPeerRecord::open(base::ByteSpan{good}.first(size))) << size;
  }
}

const std::string kIdField = field(1, "0024" + kKeyHex);
const std::string kAddrField = field(3, field(1, "04c000020006002a"));
const std::string kOtherIdHex = "1220b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd";

struct Reject {
  const char* name;
  base::Bytes envelope;
  RecordErrc want;
};

class SignedPeerRecordRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(SignedPeerRecordRejects, WithReason) {
  const auto got = SignedPeerRecord::open(GetParam().envelope);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want) << got.error().message();
}

Identity other_identity() {
  base::SeededRng rng{5};
  return Identity::generate(rng);
}

INSTANTIATE_TEST_SUITE_P(
    Wire, SignedPeerRecordRejects,
    ::testing::Values(
        Reject{"OverFourKibibytes", seal(kIdField + "1001" + kAddrField + field(9, std::string(8000, '0'))),
               RecordErrc::too_large},
        Reject{"NotProtobuf", hex("ffffff"), RecordErrc::bad_envelope},
        Reject{"NoKey", hex(field(2, "0301") + field(3, kRecordHex) + field(5, kSignatureHex)),
               RecordErrc::bad_envelope},
        Reject{"KeyNotCanonical", seal(kRecordHex, spec_identity(), "0881001220" + kKeyHex.substr(8)),
               RecordErrc::bad_envelope},
        Reject{"Empty", {}, RecordErrc::wrong_payload_type},
        Reject{"OtherPayloadType", seal(kRecordHex, spec_identity(), kKeyHex, "0302"),
               RecordErrc::wrong_payload_type},
        Reject{
            "LegacyPayloadType",
            seal(kRecordHex, spec_identity(), kKeyHex, "2f6c69627032702f726f7574696e672d73746174652d7265636f7264"),
            RecordErrc::wrong_payload_type},
        Reject{"NoSignature", hex(field(1, kKeyHex) + field(2, "0301") + field(3, kRecordHex)),
               RecordErrc::bad_signature},
        Reject{"SignedByAnother", seal(kRecordHex, other_identity()), RecordErrc::bad_signature},
        Reject{"PayloadNotProtobuf", seal("ffff"), RecordErrc::bad_record},
        Reject{"PayloadEmpty", seal(""), RecordErrc::bad_record},
        Reject{"PeerIdMalformed", seal(field(1, "0024") + "1001" + kAddrField), RecordErrc::bad_record},
        Reject{"PeerIdOfAnother", seal(field(1, kOtherIdHex) + "1001" + kAddrField), RecordErrc::peer_mismatch},
        Reject{"PeerIdOfAnotherKey",
               seal(kRecordHex, other_identity(), base::to_hex(other_identity().public_key().encode())),
               RecordErrc::peer_mismatch},
        Reject{"LargestSequence", seal(kIdField + "10ffffffffffffffffff01" + kAddrField),
               RecordErrc::bad_sequence},
        Reject{"NoAddress", seal(kIdField + "1001"), RecordErrc::no_address},
        Reject{"OnlyUnusableAddresses",
               seal(kIdField + "1001" + field(3, "") + field(3, field(1, "")) + field(3, field(1, "21"))),
               RecordErrc::no_address}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(SignedPeerRecord, AcceptsTheLargestUsableSequence) {
  const auto record = SignedPeerRecord::open(seal(kIdField + "10feffffffffffffffff01" + kAddrField));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->version().seq, ~std::uint64_t{1});
}

TEST(SignedPeerRecord, SkipsAddressesThatItCannotUseButKeepsThePayload) {
  const std::string self =
      base::to_hex(addr("/ip4/192.0.2.0/tcp/42/p2p/" + std::string{testing::kEd25519Key.base58}).bytes());
  const std::string other =
      base::to_hex(addr("/ip4/192.0.2.1/tcp/42/p2p/" + std::string{testing::kRsaKey.base58}).bytes());
  const std::string payload =
      kIdField + "1001" + field(3, field(1, "ffff7f")) + field(3, field(1, other)) + field(3, field(1, self));
  const auto record = SignedPeerRecord::open(seal(payload));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->addresses(), std::vector{addr("/ip4/192.0.2.0/tcp/42")});
  EXPECT_EQ(record->envelope(), seal(payload));
}

TEST(SignedPeerRecord, CountsTheFirstSixtyFourAddresses) {
  std::string payload = kIdField + "1001";
  for (int i = 0; i < 70; ++i) payload += kAddrField;
  const auto record = SignedPeerRecord::open(seal(payload));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->addresses().size(), SignedPeerRecord::kMaxAddresses);
}

TEST(SignedPeerRecord, SignLeavesOutWhatDoesNotFit) {
  const std::string long_name(900, 'a');
  std::vector<Multiaddr> many(10, addr("/dns/" + long_name + "/tcp/1"));
  many.resize(200, addr("/ip4/192.0.2.0/tcp/42"));
  const auto record = SignedPeerRecord::sign(spec_identity(), 1, many);
  EXPECT_LE(record.envelope().size(), SignedPeerRecord::kMaxEnvelopeBytes);
  EXPECT_LE(record.addresses().size(), SignedPeerRecord::kMaxAddresses);
  const auto opened = SignedPeerRecord::open(record.envelope());
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->addresses(), record.addresses());
}

TEST(SignedPeerRecord, SignAndOpenAreInverse) {
  base::SeededRng rng{11};
  for (int i = 0; i < 200; ++i) {
    const Identity identity = Identity::generate(rng);
    std::vector<Multiaddr> addresses;
    for (std::int64_t n = rng.below(20) + 1; n > 0; --n) {
      addresses.push_back(
          addr("/ip4/192.0.2." + std::to_string(rng.below(256)) + "/tcp/" + std::to_string(rng.below(65536))));
    }
    const auto signed_record = SignedPeerRecord::sign(identity, rng.next_u64() >> 1, addresses);
    const auto opened = SignedPeerRecord::open(signed_record.envelope());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->version(), signed_record.version());
    EXPECT_EQ(opened->addresses(), addresses);
    EXPECT_EQ(opened->peer(), PeerId::of(identity.public_key()));
    EXPECT_EQ(opened->envelope(), signed_record.envelope());
  }
}

TEST(RecordVersion, IsOrderedBySequenceThenHash) {
  EXPECT_LT((RecordVersion{1, {9}}), (RecordVersion{2, {0}}));
  EXPECT_LT((RecordVersion{2, {0, 9}}), (RecordVersion{2, {1}}));
}

}  // namespace
}  // namespace libp2p
