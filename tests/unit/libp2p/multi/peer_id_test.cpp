// Peer ids by the vectors of libp2p peer-ids and RFC 0001.
#include "libp2p/peer_id.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <unordered_set>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/multi/base_text.hpp"
#include "unit/libp2p/spec_keys.hpp"

namespace libp2p {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }
PeerId id_of(const testing::SpecKey& key) { return *PeerId::from_text(key.base58); }

class PeerIdVectors : public ::testing::TestWithParam<testing::SpecKey> {};

TEST_P(PeerIdVectors, TheIdOfAKeyIsTheOneOfTheSpec) {
  const auto key = PublicKey::decode(hex(GetParam().protobuf_hex));
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(PeerId::of(*key).to_base58(), GetParam().base58);
  EXPECT_EQ(PeerId::of(*key).to_cid(), GetParam().cid);
}

TEST_P(PeerIdVectors, EveryTextFormGivesTheSameId) {
  const PeerId id = id_of(GetParam());
  const base::Bytes cid = *multi::from_base32(std::string_view{GetParam().cid}.substr(1));
  EXPECT_EQ(PeerId::from_text(GetParam().cid).value(), id);
  EXPECT_EQ(PeerId::from_text('k' + multi::to_base36(cid)).value(), id);
  EXPECT_EQ(PeerId::from_text('z' + multi::to_base58(cid)).value(), id);
}

TEST_P(PeerIdVectors, BytesAndIdAreInverse) {
  const PeerId id = id_of(GetParam());
  EXPECT_EQ(PeerId::from_bytes(id.bytes()).value(), id);
}

TEST_P(PeerIdVectors, OnlyShortKeysAreInlined) {
  const auto key = id_of(GetParam()).inline_key();
  const base::Bytes protobuf = hex(GetParam().protobuf_hex);
  if (protobuf.size() <= 42) {
    ASSERT_TRUE(key);
    EXPECT_EQ(key->encode(), protobuf);
  } else {
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error(), PeerIdErrc::no_inline_key);
  }
}

INSTANTIATE_TEST_SUITE_P(PeerId, PeerIdVectors, ::testing::ValuesIn(testing::kSpecKeys),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(PeerId, ParsesTheBase36CidOfTheSpecKey) {
  EXPECT_EQ(PeerId::from_text("k51qzi5uqu5dgy8qsq67hbz73jqkw87l3fgf4a91qb0d9b5173tir7n4vxk1oe").value(),
            id_of(testing::kEd25519Key));
}

TEST(PeerId, ParsesTheExamplesOfTheSpecText) {
  for (const char* text : {"bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe",
                           "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
                           "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"}) {
    const auto id = PeerId::from_text(text);
    ASSERT_TRUE(id) << text;
    EXPECT_TRUE(id->to_base58() == text || id->to_cid() == text) << id->to_base58();
  }
  EXPECT_EQ(PeerId::from_text("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe")->to_base58(),
            "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
}

struct TextReject {
  const char* name;
  std::string text;
  PeerIdErrc want;
};

class PeerIdTextRejects : public ::testing::TestWithParam<TextReject> {};

TEST_P(PeerIdTextRejects, WithReason) {
  const auto got = PeerId::from_text(GetParam().text);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want);
}

std::string cid_text(std::string_view cid_hex) { return 'b' + multi::to_base32(hex(cid_hex)); }

INSTANTIATE_TEST_SUITE_P(
    PeerId, PeerIdTextRejects,
    ::testing::Values(
        TextReject{"Empty", "", PeerIdErrc::bad_text}, TextReject{"OnlyAPrefix", "b", PeerIdErrc::bad_text},
        TextReject{"Truncated", "12D3KooW", PeerIdErrc::bad_multihash},
        TextReject{"CharacterNotInBase58", "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p0",
                   PeerIdErrc::bad_text},
        TextReject{"TrailingSpace", "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq ", PeerIdErrc::bad_text},
        TextReject{"UnknownMultibase", "mAXIA", PeerIdErrc::bad_text},
        TextReject{"UpperCaseBase32", "BAFZAAJAIAEJCAHWR5D5OFRFBIS4L5D6UWR57HU5TJODRYPFM6YAQ6DSC2R2PZYT6",
                   PeerIdErrc::bad_text},
        TextReject{"CidOfAnotherCodec",
                   cid_text("01551220b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd"),
                   PeerIdErrc::bad_text},
        TextReject{"CidOfAnotherVersion",
                   cid_text("02721220b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd"),
                   PeerIdErrc::bad_text},
        TextReject{"CidWithAnotherHash",
                   cid_text("01721320b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd"),
                   PeerIdErrc::bad_multihash},
        TextReject{"Base58OverTheBound", std::string(101, '1'), PeerIdErrc::bad_text},
        TextReject{"Base32OverTheBound", 'b' + std::string(1 << 20, 'a'), PeerIdErrc::bad_text}),
    [](const auto& c) { return std::string{c.param.name}; });

struct BytesReject {
  const char* name;
  base::Bytes bytes;
};

base::Bytes identity_multihash(std::size_t size) {
  base::Bytes out{0, static_cast<std::uint8_t>(size)};
  out.insert(out.end(), size, 7);
  return out;
}

class PeerIdBytesRejects : public ::testing::TestWithParam<BytesReject> {};

TEST_P(PeerIdBytesRejects, AsBadMultihash) {
  const auto got = PeerId::from_bytes(GetParam().bytes);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), PeerIdErrc::bad_multihash);
}

INSTANTIATE_TEST_SUITE_P(
    PeerId, PeerIdBytesRejects,
    ::testing::Values(
        BytesReject{"Empty", {}}, BytesReject{"CodeOnly", {0x12}}, BytesReject{"EmptyIdentity", {0, 0}},
        BytesReject{"IdentityOver42", identity_multihash(43)}, BytesReject{"IdentityTooShort", hex("000301")},
        BytesReject{"IdentityTrailing", hex("00010101")},
        BytesReject{"Sha256Short", hex("121fb6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04c")},
        BytesReject{"Sha256Truncated", hex("1220b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04c")},
        BytesReject{"Sha512Code", hex("1320b6c8a8c0a3105fc27afca4fb1173791f038e4343fd56b7c67b616dbc30a04ccd")}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PeerId, AcceptsAnIdentityOfExactly42Bytes) { EXPECT_TRUE(PeerId::from_bytes(identity_multihash(42))); }

TEST(PeerId, AnInlinedNonKeyIsAnErrorOfTheKey) {
  const auto key = PeerId::from_bytes(identity_multihash(5))->inline_key();
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error(), KeyErrc::bad_encoding);
}

TEST(PeerId, OrderIsThatOfTheMultihashBytes) {
  const std::array sorted{*PeerId::from_bytes(hex("000101")), *PeerId::from_bytes(hex("00020001")),
                          *PeerId::from_bytes(hex("00020100")), id_of(testing::kEd25519Key),
                          id_of(testing::kRsaKey)};
  EXPECT_TRUE(std::ranges::is_sorted(sorted));
  EXPECT_EQ(std::ranges::adjacent_find(sorted), sorted.end());
}

TEST(PeerId, DistinctIdsHashApart) {
  base::SeededRng rng{1};
  std::unordered_set<PeerId> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(PeerId::of(Identity::generate(rng).public_key()));
  EXPECT_EQ(ids.size(), 1000U);
  std::unordered_set<std::size_t> hashes;
  for (const PeerId& id : ids) hashes.insert(std::hash<PeerId>{}(id));
  EXPECT_EQ(hashes.size(), 1000U);
}

TEST(PeerId, RandomBytesEitherFailOrComeBackUnchanged) {
  base::SeededRng rng{2};
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    base::Bytes bytes(static_cast<std::size_t>(rng.below(50)));
    rng.fill(bytes);
    if (bytes.size() > 2) {
      bytes[0] = rng.below(2) == 0 ? 0 : 0x12;
      bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2);
    }
    const auto id = PeerId::from_bytes(bytes);
    if (!id) continue;
    ++accepted;
    EXPECT_TRUE(std::ranges::equal(id->bytes(), bytes));
    if (bytes[0] == 0 && !id->to_base58().starts_with('1')) ADD_FAILURE();
    EXPECT_EQ(PeerId::from_text(id->to_base58()).value(), *id);
    EXPECT_EQ(PeerId::from_text(id->to_cid()).value(), *id);
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace libp2p
