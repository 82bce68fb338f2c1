#include "store/text/peer_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "libp2p/key.hpp"

namespace store::text {
namespace {

using testing::ElementsAre;

RawKey key_of(std::uint8_t number) {
  RawKey seed{};
  seed.fill(number);
  RawKey key{};
  std::ranges::copy(libp2p::Identity::from_seed(seed).public_key().data(), key.begin());
  return key;
}
std::string base64_of(std::uint8_t number) { return base::to_base64(key_of(number)); }
std::string id_of(std::uint8_t number) { return peer_id({.key = key_of(number)}).to_base58(); }
libp2p::Multiaddr addr(const std::string& text) { return *libp2p::Multiaddr::from_text(text); }

const std::string kPlain = "/ip4/192.0.2.1/tcp/9000";

TEST(PeerWordsTest, AnAddressThatEndsInAPeerIdIsEnough) {
  const auto entry = entry_of({.addresses = {addr(kPlain + "/p2p/" + id_of(1)), addr("/dns4/a.example/tcp/1")}});
  ASSERT_TRUE(entry) << entry.error().message();
  EXPECT_EQ(entry->key, key_of(1));
  EXPECT_EQ(entry->source, Source::operator_entry);
  EXPECT_THAT(entry->addresses, ElementsAre(addr(kPlain), addr("/dns4/a.example/tcp/1")));
}

TEST(PeerWordsTest, AKeyMakesPlainAddressesEnough) {
  const auto entry = entry_of({.addresses = {addr(kPlain)}, .key = base64_of(1), .name = "second, of Zug"});
  ASSERT_TRUE(entry) << entry.error().message();
  EXPECT_EQ(entry->key, key_of(1));
  EXPECT_EQ(entry->name, "second, of Zug");
}

struct Refused {
  const char* name;
  PeerWords words;
  WordsErrc why;
};
class PeerWordsRefused : public ::testing::TestWithParam<Refused> {};

TEST_P(PeerWordsRefused, WithTheReason) {
  const auto entry = entry_of(GetParam().words);
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error(), make_error_code(GetParam().why));
  EXPECT_FALSE(entry.error().message().empty());
}

RawKey no_point() {
  RawKey key{};
  key.front() = 2;
  return key;
}

INSTANTIATE_TEST_SUITE_P(
    Words, PeerWordsRefused,
    ::testing::Values(
        Refused{"ShortKey", {.addresses = {addr(kPlain)}, .key = "c2hvcnQ="}, WordsErrc::bad_key},
        Refused{"NobodyNamed", {.addresses = {addr(kPlain)}}, WordsErrc::no_key},
        Refused{"NoAddress", {.key = base64_of(1)}, WordsErrc::no_address},
        Refused{"OnlyAnId", {.addresses = {addr("/p2p/" + id_of(1))}}, WordsErrc::no_address},
        Refused{"HashedId",
                {.addresses = {addr(kPlain + "/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N")}},
                WordsErrc::no_inline_key},
        Refused{"TwoIds",
                {.addresses = {addr(kPlain + "/p2p/" + id_of(1)), addr(kPlain + "/p2p/" + id_of(2))}},
                WordsErrc::two_keys},
        Refused{"OtherKey",
                {.addresses = {addr(kPlain + "/p2p/" + id_of(1))}, .key = base64_of(2)},
                WordsErrc::two_keys},
        Refused{
            "NoPoint", {.addresses = {addr(kPlain)}, .key = base::to_base64(no_point())}, WordsErrc::not_a_point},
        Refused{"LineBreakInName",
                {.addresses = {addr(kPlain)}, .key = base64_of(1), .name = "a\nb"},
                WordsErrc::bad_name},
        Refused{"SixtyFiveAddresses",
                {.addresses = std::vector(65, addr(kPlain)), .key = base64_of(1)},
                WordsErrc::too_many_addresses}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PeerWordsTest, AKeyIsKnownByItsBase64AndByThePeerId) {
  EXPECT_EQ(key_named(base64_of(3)), key_of(3));
  EXPECT_EQ(key_named(id_of(3)), key_of(3));
  EXPECT_EQ(key_named("third"), std::nullopt);
  EXPECT_EQ(key_named("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"), std::nullopt);
}

}  // namespace
}  // namespace store::text
