// Multiaddr by the vectors of wire.md section 2 (made with go-multiaddr); every limit and every refusal.
#include "libp2p/multiaddr.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "unit/libp2p/spec_keys.hpp"

namespace libp2p {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }
PeerId spec_peer() { return *PeerId::from_text(testing::kEd25519Key.base58); }
Multiaddr addr(std::string_view text) { return Multiaddr::from_text(text).value(); }

const std::string kPeerHex = "a503260024080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
const std::string kPeerText = std::string{"/p2p/"} + testing::kEd25519Key.base58;
const std::string kOnion = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd";

struct Vector {
  const char* name;
  std::string text;
  std::string binary_hex;
};

class MultiaddrVectors : public ::testing::TestWithParam<Vector> {};

TEST_P(MultiaddrVectors, TextAndBinaryAreInverse) {
  const auto from_text = Multiaddr::from_text(GetParam().text);
  ASSERT_TRUE(from_text) << from_text.error().message();
  EXPECT_EQ(base::to_hex(from_text->bytes()), GetParam().binary_hex);
  const auto from_bytes = Multiaddr::from_bytes(hex(GetParam().binary_hex));
  ASSERT_TRUE(from_bytes) << from_bytes.error().message();
  EXPECT_EQ(from_bytes->to_text(), GetParam().text);
  EXPECT_EQ(*from_text, *from_bytes);
}

TEST_P(MultiaddrVectors, NoProperPrefixOfTheBinaryIsTheSameAddress) {
  const base::Bytes whole = hex(GetParam().binary_hex);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto part = Multiaddr::from_bytes(base::ByteSpan{whole}.first(size));
    if (part) EXPECT_EQ(part->bytes().size(), size);  // a cut between two components
  }
}

INSTANTIATE_TEST_SUITE_P(
    Multiaddr, MultiaddrVectors,
    ::testing::Values(
        Vector{"Ip4", "/ip4/127.0.0.1/tcp/4321", "047f0000010610e1"},
        Vector{"Ip4Unspecified", "/ip4/0.0.0.0/tcp/9000", "0400000000062328"},
        Vector{"Ip6Unspecified", "/ip6/::/tcp/9000", "2900000000000000000000000000000000062328"},
        Vector{"Ip6", "/ip6/2001:db8::1/tcp/9000", "2920010db8000000000000000000000001062328"},
        Vector{"Ip4Mapped", "/ip6/::ffff:1.2.3.4/tcp/80", "2900000000000000000000ffff01020304060050"},
        Vector{"Dns", "/dns/example.com/tcp/9000", "350b6578616d706c652e636f6d062328"},
        Vector{"Dns4", "/dns4/node1.example.com/tcp/9000", "36116e6f6465312e6578616d706c652e636f6d062328"},
        Vector{"Dns6", "/dns6/node1.example.com/tcp/9000", "37116e6f6465312e6578616d706c652e636f6d062328"},
        Vector{"Dnsaddr", "/dnsaddr/example.com", "380b6578616d706c652e636f6d"},
        Vector{"ZoneAndPort", "/ip6zone/eth0/ip6/fe80::1/tcp/9000",
               "2a046574683029fe800000000000000000000000000001062328"},
        Vector{"Zone", "/ip6zone/eth0/ip6/::1", "2a04657468302900000000000000000000000000000001"},
        Vector{"Peer", kPeerText, kPeerHex},
        Vector{"Ip4WithPeer", "/ip4/192.168.1.100/tcp/9000" + kPeerText, "04c0a80164062328" + kPeerHex},
        Vector{"Quic", "/ip4/1.2.3.4/udp/9/quic-v1", "040102030491020009cd03"},
        Vector{"WebSocket", "/dns/a/tcp/443/tls/ws", "3501610601bbc003dd03"},
        Vector{"SecureWebSocket", "/dns/a/tcp/443/wss", "3501610601bbde03"},
        Vector{"Circuit", "/ip4/1.2.3.4/tcp/1" + kPeerText + "/p2p-circuit",
               "0401020304060001" + kPeerHex + "a202"},
        Vector{"Unix", "/unix/var/run/a.sock", "90030f2f7661722f72756e2f612e736f636b"},
        Vector{"Onion3", "/onion3/" + kOnion + ":1234",
               "bd03adadec040be047f9658668b11a504f3155001f231a37f54c4476c07fb4cc139ed7e30304d2"}),
    [](const auto& c) { return std::string{c.param.name}; });

struct Alias {
  const char* name;
  std::string text;
  std::string canonical;
};

class MultiaddrAliases : public ::testing::TestWithParam<Alias> {};

TEST_P(MultiaddrAliases, EqualTheCanonicalForm) {
  EXPECT_EQ(addr(GetParam().text), addr(GetParam().canonical));
  EXPECT_EQ(addr(GetParam().text).to_text(), GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    Multiaddr, MultiaddrAliases,
    ::testing::Values(Alias{"Ipfs", std::string{"/ipfs/"} + testing::kEd25519Key.base58, kPeerText},
                      Alias{"Cid", std::string{"/p2p/"} + testing::kEd25519Key.cid, kPeerText},
                      Alias{"TrailingSlash", "/ip4/1.2.3.4/tcp/80/", "/ip4/1.2.3.4/tcp/80"},
                      Alias{"PortWithLeadingZeros", "/ip4/1.2.3.4/tcp/00080", "/ip4/1.2.3.4/tcp/80"},
                      Alias{"LongIp6", "/ip6/2001:0DB8:0:0:0:0:0:1/tcp/1", "/ip6/2001:db8::1/tcp/1"},
                      Alias{"MappedIp6InHex", "/ip6/::ffff:102:304", "/ip6/::ffff:1.2.3.4"}),
    [](const auto& c) { return std::string{c.param.name}; });

struct TextReject {
  const char* name;
  std::string text;
  MultiaddrErrc want;
};

class MultiaddrTextRejects : public ::testing::TestWithParam<TextReject> {};

TEST_P(MultiaddrTextRejects, WithReason) {
  const auto got = Multiaddr::from_text(GetParam().text);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want) << got.error().message();
}

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

INSTANTIATE_TEST_SUITE_P(
    Multiaddr, MultiaddrTextRejects,
    ::testing::Values(
        TextReject{"Empty", "", MultiaddrErrc::empty}, TextReject{"Slash", "/", MultiaddrErrc::empty},
        TextReject{"NoLeadingSlash", "ip4/1.2.3.4", MultiaddrErrc::no_leading_slash},
        TextReject{"UpperCaseName", "/IP4/1.2.3.4", MultiaddrErrc::unknown_protocol},
        TextReject{"UnknownName", "/sctp/1", MultiaddrErrc::unknown_protocol},
        TextReject{"EmptyComponent", "/ip4/1.2.3.4//tcp/1", MultiaddrErrc::empty},
        TextReject{"PortMissing", "/ip4/1.2.3.4/tcp/", MultiaddrErrc::missing_value},
        TextReject{"EmptyName", "/dns4//tcp/1", MultiaddrErrc::empty},
        TextReject{"PortTooLarge", "/tcp/65536", MultiaddrErrc::bad_port},
        TextReject{"PortWithPlus", "/tcp/+80", MultiaddrErrc::bad_port},
        TextReject{"PortNegative", "/tcp/-1", MultiaddrErrc::bad_port},
        TextReject{"PortWithSpace", "/tcp/ 80", MultiaddrErrc::bad_port},
        TextReject{"PortWithSpaceAfter", "/tcp/80 ", MultiaddrErrc::bad_port},
        TextReject{"PortHex", "/tcp/0x50", MultiaddrErrc::bad_port},
        TextReject{"ZoneInIp6", "/ip6/::1%lo/tcp/1", MultiaddrErrc::bad_ip6},
        TextReject{"Ip4Short", "/ip4/127.1", MultiaddrErrc::bad_ip4},
        TextReject{"Ip4LeadingZero", "/ip4/01.2.3.4", MultiaddrErrc::bad_ip4},
        TextReject{"Ip4TooLarge", "/ip4/256.2.3.4", MultiaddrErrc::bad_ip4},
        TextReject{"Ip4FiveParts", "/ip4/1.2.3.4.5", MultiaddrErrc::bad_ip4},
        TextReject{"PeerIdTruncated", "/p2p/12D3KooW", MultiaddrErrc::bad_peer_id},
        TextReject{"PeerIdMissing", "/ip4/1.2.3.4/tcp/1/p2p", MultiaddrErrc::missing_value},
        TextReject{"NameWithControlCharacter", "/dns/a\nb/tcp/1", MultiaddrErrc::bad_name},
        TextReject{"NameNotUtf8", "/dns/a\xff/tcp/1", MultiaddrErrc::bad_name},
        TextReject{"ZoneWithSpace", "/ip6zone/a b/ip6/::1", MultiaddrErrc::bad_zone},
        TextReject{"OnionWithoutPort", "/onion3/" + kOnion, MultiaddrErrc::bad_port},
        TextReject{"OnionPortZero", "/onion3/" + kOnion + ":0", MultiaddrErrc::bad_port},
        TextReject{"OnionShort", "/onion3/vww6ybal:1", MultiaddrErrc::bad_name},
        TextReject{"UnixWithoutPath", "/unix", MultiaddrErrc::missing_value},
        TextReject{"SixteenComponentsWithoutPeer", repeated("/ws", 16), MultiaddrErrc::too_many_components},
        TextReject{"SeventeenComponents", repeated("/ws", 16) + kPeerText, MultiaddrErrc::too_many_components},
        TextReject{"NameOverTheBuffer", "/dns/" + std::string(1100, 'a'), MultiaddrErrc::too_long},
        TextReject{"NoRoomForAPeer", "/dns/" + std::string(975, 'a'), MultiaddrErrc::too_long},
        TextReject{"TextOverTheBound", std::string(5000, '/'), MultiaddrErrc::too_long}),
    [](const auto& c) { return std::string{c.param.name}; });

struct BytesReject {
  const char* name;
  std::string binary_hex;
  MultiaddrErrc want;
};

class MultiaddrBytesRejects : public ::testing::TestWithParam<BytesReject> {};

TEST_P(MultiaddrBytesRejects, WithReason) {
  const auto got = Multiaddr::from_bytes(hex(GetParam().binary_hex));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want) << got.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Multiaddr, MultiaddrBytesRejects,
    ::testing::Values(BytesReject{"Empty", "", MultiaddrErrc::empty},
                      BytesReject{"UnknownCode", "047f00000121", MultiaddrErrc::unknown_protocol},
                      BytesReject{"CodeNotMinimal", "84007f000001", MultiaddrErrc::truncated},
                      BytesReject{"CodeCut", "047f000001a5", MultiaddrErrc::truncated},
                      BytesReject{"Ip4Cut", "047f0000", MultiaddrErrc::truncated},
                      BytesReject{"PortCut", "047f0000010610", MultiaddrErrc::truncated},
                      BytesReject{"LengthNotMinimal", "35810061", MultiaddrErrc::truncated},
                      BytesReject{"LengthOverTheRest", "350261", MultiaddrErrc::truncated},
                      BytesReject{"LengthHuge", "35ffffffffffffffff7f61", MultiaddrErrc::truncated},
                      BytesReject{"NameEmpty", "3500", MultiaddrErrc::bad_name},
                      BytesReject{"NameWithSlash", "3503612f62", MultiaddrErrc::bad_name},
                      BytesReject{"NameWithNul", "350161350100", MultiaddrErrc::bad_name},
                      BytesReject{"ZoneEmpty", "2a00", MultiaddrErrc::bad_zone},
                      BytesReject{"PeerNotAMultihash", "a5030411020304", MultiaddrErrc::bad_peer_id},
                      BytesReject{"PathWithoutSlash", "90030161", MultiaddrErrc::bad_name},
                      BytesReject{"PathWithSlashAtEnd", "9003032f612f", MultiaddrErrc::bad_name},
                      BytesReject{"BehindAPath", "9003022f61060050", MultiaddrErrc::bad_name},
                      BytesReject{"OverOneKibibyte", std::string(2050, '0'), MultiaddrErrc::too_long}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Multiaddr, TheLongestAddressStillTakesAPeer) {
  const Multiaddr longest = addr("/dns/" + std::string(974, 'a'));
  const PeerId large = *PeerId::from_bytes([] {
    base::Bytes bytes(PeerId::kMaxBytes, 7);
    bytes[0] = 0, bytes[1] = 42;
    return bytes;
  }());
  const Multiaddr with_peer = longest.with_peer(large);
  EXPECT_EQ(with_peer.bytes().size(), Multiaddr::kMaxBytes);
  EXPECT_EQ(Multiaddr::from_bytes(with_peer.bytes()).value(), with_peer);
}

TEST(Multiaddr, TheDeepestAddressStillTakesAPeer) {
  const Multiaddr deepest = addr(repeated("/ws", 15));
  EXPECT_EQ(Multiaddr::from_text(deepest.with_peer(spec_peer()).to_text()).value().components().size(),
            Multiaddr::kMaxComponents);
}

TEST(Multiaddr, WithPeerAppendsKeepsAndReplaces) {
  const Multiaddr plain = addr("/ip4/1.2.3.4/tcp/1");
  const Multiaddr whole = plain.with_peer(spec_peer());
  EXPECT_EQ(whole, addr("/ip4/1.2.3.4/tcp/1" + kPeerText));
  EXPECT_EQ(whole.with_peer(spec_peer()), whole);
  const PeerId other = *PeerId::from_text(testing::kRsaKey.base58);
  EXPECT_EQ(whole.with_peer(other).peer(), other);
  EXPECT_EQ(whole.with_peer(other).without_peer(), plain);
}

TEST(Multiaddr, NothingCanStandBehindAPath) {
  const Multiaddr path = addr("/unix/a/b");
  EXPECT_EQ(path.with_peer(spec_peer()), path);
}

TEST(Multiaddr, PeerIsOnlyTheLastComponent) {
  EXPECT_EQ(addr("/ip4/1.2.3.4/tcp/1").peer(), std::nullopt);
  EXPECT_EQ(addr("/ip4/1.2.3.4/tcp/1" + kPeerText).peer(), spec_peer());
  EXPECT_EQ(addr("/ip4/1.2.3.4/tcp/1" + kPeerText + "/p2p-circuit").peer(), std::nullopt);
}

TEST(Multiaddr, WithoutPeerOfAPeerAloneIsNothing) {
  EXPECT_EQ(addr(kPeerText).without_peer(), std::nullopt);
  EXPECT_EQ(addr("/tcp/1").without_peer(), addr("/tcp/1"));
}

struct TcpCase {
  const char* name;
  std::string ip;
  std::string zone;
  std::string want;  ///< Empty: refused with `error`.
  MultiaddrErrc error = MultiaddrErrc::empty;
};

class MultiaddrTcp : public ::testing::TestWithParam<TcpCase> {};

TEST_P(MultiaddrTcp, ComposesOrSaysWhyNot) {
  const TcpCase& given = GetParam();
  const auto got = Multiaddr::tcp(given.ip, 9000, given.zone);
  if (given.want.empty()) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error(), given.error);
  } else {
    ASSERT_TRUE(got);
    EXPECT_EQ(got->to_text(), given.want);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Multiaddr, MultiaddrTcp,
    ::testing::Values(TcpCase{"Ip4", "1.2.3.4", "", "/ip4/1.2.3.4/tcp/9000"},
                      TcpCase{"Ip6", "FE80::1", "", "/ip6/fe80::1/tcp/9000"},
                      TcpCase{"Ip6Zone", "fe80::1", "eth0", "/ip6zone/eth0/ip6/fe80::1/tcp/9000"},
                      TcpCase{"Ip4Zone", "1.2.3.4", "eth0", "", MultiaddrErrc::bad_zone},
                      TcpCase{"BadZone", "fe80::1", "a/b", "", MultiaddrErrc::bad_zone},
                      TcpCase{"ZoneTooLong", "fe80::1", std::string(2000, 'z'), "", MultiaddrErrc::too_long},
                      TcpCase{"BadIp4", "1.2.3", "", "", MultiaddrErrc::bad_ip4},
                      TcpCase{"BadIp6", "fe80::g", "", "", MultiaddrErrc::bad_ip6}),
    [](const auto& c) { return std::string{c.param.name}; });

struct TargetCase {
  const char* name;
  std::string text;
  TcpTarget want;
};

class MultiaddrTargets : public ::testing::TestWithParam<TargetCase> {};

TEST_P(MultiaddrTargets, NameWhatADialNeeds) {
  const auto got = addr(GetParam().text).tcp_target();
  ASSERT_TRUE(got) << got.error().message();
  const TcpTarget& want = GetParam().want;
  EXPECT_EQ(got->host_kind, want.host_kind);
  EXPECT_EQ(got->host, want.host);
  EXPECT_EQ(got->zone, want.zone);
  EXPECT_EQ(got->port, want.port);
  EXPECT_EQ(got->peer, want.peer);
}

INSTANTIATE_TEST_SUITE_P(
    Multiaddr, MultiaddrTargets,
    ::testing::Values(
        TargetCase{"Ip4", "/ip4/1.2.3.4/tcp/80", {Proto::ip4, "1.2.3.4", "", 80, {}}},
        TargetCase{"Ip6Zone", "/ip6zone/eth0/ip6/fe80::1/tcp/1", {Proto::ip6, "fe80::1", "eth0", 1, {}}},
        TargetCase{"Dns", "/dns/a.example/tcp/65535", {Proto::dns, "a.example", "", 65535, {}}},
        TargetCase{"Dns4", "/dns4/a/tcp/0", {Proto::dns4, "a", "", 0, {}}},
        TargetCase{"Dns6WithPeer", "/dns6/a/tcp/1" + kPeerText, {Proto::dns6, "a", "", 1, spec_peer()}}),
    [](const auto& c) { return std::string{c.param.name}; });

class MultiaddrNotDialable : public ::testing::TestWithParam<std::string> {};

TEST_P(MultiaddrNotDialable, IsRecognisedAndRefused) {
  const auto got = addr(GetParam()).tcp_target();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), MultiaddrErrc::not_dialable);
}

INSTANTIATE_TEST_SUITE_P(Multiaddr, MultiaddrNotDialable,
                         ::testing::Values("/ip4/1.2.3.4/udp/9/quic-v1", "/ip4/1.2.3.4", "/tcp/80",
                                           "/dns/a/tcp/1/ws", "/ip4/1.2.3.4/tcp/1" + kPeerText + "/p2p-circuit",
                                           "/unix/a", kPeerText, "/dnsaddr/a", "/dnsaddr/a/tcp/1",
                                           "/ip6zone/a/tcp/1", "/onion3/" + kOnion + ":1"));

TEST(Multiaddr, AZoneBeforeAnIp4AddressIsNotDialled) {
  const auto got = addr("/ip6zone/eth0/ip4/1.2.3.4/tcp/1").tcp_target();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), MultiaddrErrc::bad_zone);
}

TEST(Multiaddr, OrderIsThatOfTheBytesAndEqualOnesHashAlike) {
  EXPECT_LT(addr("/ip4/1.2.3.4"), addr("/ip4/1.2.3.4/tcp/1"));
  EXPECT_LT(addr("/ip4/1.2.3.4"), addr("/ip4/1.2.3.5"));
  EXPECT_EQ(std::hash<Multiaddr>{}(addr("/ipfs/" + kPeerText.substr(5))), std::hash<Multiaddr>{}(addr(kPeerText)));
}

}  // namespace
}  // namespace libp2p
