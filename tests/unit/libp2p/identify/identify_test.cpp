// Identify, both ways: the bytes of one message, splitting over messages, limits, whose addresses are believed.
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/identify/info.hpp"
#include "libp2p/identify/limits.hpp"
#include "libp2p/identify/reader.hpp"
#include "libp2p/wire/identify.pb.h"

namespace libp2p::identify {
namespace {

// Seed, key and record of libp2p peer-ids "Test vectors" and RFC 0003 (made with go-libp2p).
constexpr const char* kSeed = "7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d";
constexpr const char* kKey = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
constexpr const char* kEnvelope =
    "0a24080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e120203011a46"
    "0a260024080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e10bdaadeec05"
    "1a0a0a0804c000020006002a1a0a0a0804c633640006002a"
    "2a40cd5b5255e869b298283b3bb151fc6771ed6f5c60111e8af3d5f4389b1969dd85"
    "84a940389d9e6a649d15e507eae5a1368cefba47a63aab87dcbde191d7eea405";

Identity identity() {
  const base::Bytes seed = *base::from_hex(kSeed);
  return Identity::from_seed(std::span<const std::uint8_t, 32>{seed});
}

Identity stranger() { return Identity::from_seed(std::array<std::uint8_t, 32>{1}); }

Multiaddr addr(std::string_view text) { return *Multiaddr::from_text(text); }

std::string text_of(base::ByteSpan bytes) { return std::string{base::as_text(bytes)}; }

std::vector<std::string> texts(const std::vector<Multiaddr>& addrs) {
  std::vector<std::string> all;
  for (const Multiaddr& each : addrs) all.push_back(each.to_text());
  return all;
}

Info small_info() {
  return {.public_key = identity().public_key(),
          .listen_addrs = {addr("/ip4/127.0.0.1/tcp/4321")},
          .protocols = {"/ipfs/id/1.0.0", "/x"},
          .observed_addr = addr("/ip4/1.2.3.4/tcp/80"),
          .protocol_version = "p/1",
          .agent_version = "a/1"};
}

base::Bytes framed(const wire::pb::Identify& message) {
  base::Bytes out;
  wire::append_framed(out, base::as_bytes(message.SerializeAsString()));
  return out;
}

base::Result<Info> read(const base::Bytes& stream, const PublicKey& key = identity().public_key()) {
  Reader reader{key};
  if (const auto fed = reader.feed(stream); !fed) return fed.error();
  return reader.finish();
}

void expect_equal(const Info& got, const Info& want) {
  EXPECT_EQ(got.public_key, want.public_key);
  EXPECT_EQ(texts(got.listen_addrs), texts(want.listen_addrs));
  EXPECT_EQ(got.protocols, want.protocols);
  EXPECT_EQ(got.observed_addr, want.observed_addr);
  EXPECT_EQ(got.protocol_version, want.protocol_version);
  EXPECT_EQ(got.agent_version, want.agent_version);
  ASSERT_EQ(got.record.has_value(), want.record.has_value());
  if (got.record) EXPECT_EQ(got.record->envelope(), want.record->envelope());
}

/// The sizes of the messages of an encoded stream.
std::vector<std::size_t> message_sizes(base::ByteSpan stream) {
  std::vector<std::size_t> sizes;
  while (!stream.empty()) {
    const base::Varint length = base::read_varint(stream);
    sizes.push_back(static_cast<std::size_t>(length.value));
    stream = stream.subspan(length.size + sizes.back());
  }
  return sizes;
}

TEST(IdentifyEncode, WritesTheFieldsOfTheSpecification) {
  std::string want = "580a24";  // the length of all, then public_key
  want += kKey;
  want += "2a03702f313203612f31";                      // protocol_version, agent_version
  want += "22080401020304060050";                      // observed_addr
  want += "1a0e2f697066732f69642f312e302e301a022f78";  // protocols
  want += "1208047f0000010610e1";                      // listen_addrs
  EXPECT_EQ(base::to_hex(*encode(small_info())), want);
}

TEST(Identify, EncodeAndReadAreInverse) {
  Info info = small_info();
  info.record = SignedPeerRecord::sign(identity(), 7, info.listen_addrs);
  const auto got = read(*encode(info));
  ASSERT_TRUE(got) << got.error().message();
  expect_equal(*got, info);
}

TEST(Identify, AnySplitOfTheStreamGivesTheSame) {
  base::SeededRng rng{1};
  Info info = small_info();
  for (int i = 0; i < 300; ++i) info.protocols.push_back("/a/protocol/number/" + std::to_string(i));
  info.record = SignedPeerRecord::sign(identity(), 7, info.listen_addrs);
  const base::Bytes stream = *encode(info);
  const PublicKey key = identity().public_key();
  for (int run = 0; run < 50; ++run) {
    Reader reader{key};
    base::ByteSpan rest{stream};
    while (!rest.empty()) {
      const auto most = std::min<std::size_t>(rest.size(), run < 5 ? 1 : 3000);
      const auto size = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(most))) + 1;
      ASSERT_TRUE(reader.feed(rest.first(size)));
      rest = rest.subspan(size);
    }
    const auto got = reader.finish();
    ASSERT_TRUE(got);
    expect_equal(*got, info);
  }
}

TEST(IdentifyEncode, PutsASmallRecordIntoTheFirstMessage) {
  Info info = small_info();
  info.record = SignedPeerRecord::sign(identity(), 7, info.listen_addrs);
  EXPECT_EQ(message_sizes(*encode(info)).size(), 1U);
}

TEST(IdentifyEncode, PutsALargeRecordIntoASecondMessage) {
  Info info = small_info();
  for (int i = 0; i < 40; ++i) info.listen_addrs.push_back(addr("/ip6/2001:db8::1/tcp/" + std::to_string(i)));
  info.record = SignedPeerRecord::sign(identity(), 7, info.listen_addrs);
  const auto sizes = message_sizes(*encode(info));
  ASSERT_EQ(sizes.size(), 2U);
  const auto got = read(*encode(info));
  ASSERT_TRUE(got);
  expect_equal(*got, info);
}

TEST(IdentifyEncode, KeepsTheFirstMessageUnder2KiB) {
  Info info = small_info();
  for (int i = 0; i < 900; ++i) info.protocols.push_back("/a/protocol/number/" + std::to_string(i));
  const auto sizes = message_sizes(*encode(info));
  ASSERT_GT(sizes.size(), 2U);
  EXPECT_LE(sizes.front(), kFirstMessageBytes);
  EXPECT_GT(sizes.front(), kFirstMessageBytes - 30) << "and fills it";
  for (const std::size_t size : sizes) EXPECT_LE(size, kMaxMessageBytes);
  const auto got = read(*encode(info));
  ASSERT_TRUE(got);
  expect_equal(*got, info);
}

TEST(IdentifyEncode, RefusesWhatNobodyWouldRead) {
  Info info = small_info();
  info.protocols.assign(1000, "/" + std::string(99, 'x'));
  const auto many = encode(info);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error(), IdentifyErrc::too_large);
  EXPECT_EQ(many.error(), base::ErrorClass::configuration);
  info.protocols = {std::string(kMaxMessageBytes, 'x')};
  EXPECT_FALSE(encode(info));
}

TEST(IdentifyReader, TakesTheRecordOfGoLibp2pAndItsAddresses) {
  wire::pb::Identify message;
  message.add_listen_addrs(text_of(addr("/ip4/127.0.0.1/tcp/4321").bytes()));
  message.set_signed_peer_record(text_of(*base::from_hex(kEnvelope)));
  const auto got = read(framed(message));
  ASSERT_TRUE(got);
  ASSERT_TRUE(got->record);
  EXPECT_EQ(got->record->version().seq, 1570215229U);
  EXPECT_EQ(texts(got->listen_addrs),
            (std::vector<std::string>{"/ip4/192.0.2.0/tcp/42", "/ip4/198.51.100.0/tcp/42"}));
  EXPECT_EQ(got->public_key, std::nullopt) << "the key may be missing";
}

TEST(IdentifyReader, DoesNotVerifyAHeldRecordAgain) {
  const auto held = SignedPeerRecord::sign(identity(), 7, {addr("/ip4/127.0.0.1/tcp/4321")});
  Info info = small_info();
  info.record = held;
  const PublicKey key = identity().public_key();
  Reader reader{key, &held};
  ASSERT_TRUE(reader.feed(*encode(info)));
  const auto got = reader.finish();
  ASSERT_TRUE(got && got->record);
  EXPECT_EQ(got->record->version(), held.version());
}

TEST(IdentifyReader, LeavesOutTheRecordOfAnotherPeer) {
  Info info = small_info();
  info.record = SignedPeerRecord::sign(stranger(), 7, {addr("/ip4/9.9.9.9/tcp/9")});
  const PublicKey key = identity().public_key();
  Reader reader{key};
  ASSERT_TRUE(reader.feed(*encode(info)));
  const auto got = reader.finish();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->record);
  EXPECT_EQ(reader.record_error(), RecordErrc::peer_mismatch);
  EXPECT_EQ(texts(got->listen_addrs), std::vector<std::string>{"/ip4/127.0.0.1/tcp/4321"});
}

TEST(IdentifyReader, LeavesOutABrokenRecord) {
  base::Bytes envelope = *base::from_hex(kEnvelope);
  envelope.back() ^= 1;
  wire::pb::Identify message;
  message.set_signed_peer_record(text_of(envelope));
  const PublicKey key = identity().public_key();
  Reader reader{key};
  ASSERT_TRUE(reader.feed(framed(message)));
  ASSERT_TRUE(reader.finish());
  EXPECT_EQ(reader.record_error(), RecordErrc::bad_signature);
}

TEST(IdentifyReader, RefusesAnotherKeyThanTheHandshakes) {
  const auto got = read(*encode(small_info()), stranger().public_key());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), IdentifyErrc::key_mismatch);
  wire::pb::Identify message;
  message.set_public_key("no key");
  EXPECT_EQ(read(framed(message)).error(), IdentifyErrc::key_mismatch);
}

TEST(IdentifyReader, BelievesOnlyTheSendersPeerIdInAnAddress) {
  wire::pb::Identify message;
  const Multiaddr plain = addr("/ip4/127.0.0.1/tcp/4321");
  message.add_listen_addrs(text_of(plain.with_peer(PeerId::of(identity().public_key())).bytes()));
  message.add_listen_addrs(text_of(plain.with_peer(PeerId::of(stranger().public_key())).bytes()));
  message.add_listen_addrs("");              // empty
  message.add_listen_addrs("\xff\xff\x03");  // unknown code
  message.set_observed_addr(text_of(plain.with_peer(PeerId::of(stranger().public_key())).bytes()));
  const PublicKey key = identity().public_key();
  Reader reader{key};
  ASSERT_TRUE(reader.feed(framed(message)));
  const auto got = reader.finish();
  ASSERT_TRUE(got);
  EXPECT_EQ(texts(got->listen_addrs), std::vector<std::string>{"/ip4/127.0.0.1/tcp/4321"});
  EXPECT_EQ(got->observed_addr, plain) << "js appends the reader's id";
  EXPECT_EQ(reader.skipped(), 3U);
}

TEST(IdentifyReader, SkipsAnUnparsableObservedAddress) {
  wire::pb::Identify message;
  message.set_observed_addr("?");
  const auto got = read(framed(message));
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->observed_addr);
}

TEST(IdentifyReader, RefusesAMessageOver8KiB) {
  wire::pb::Identify message;
  message.set_agent_version(std::string(kMaxMessageBytes - 3, 'x'));
  ASSERT_EQ(message.ByteSizeLong(), kMaxMessageBytes);
  EXPECT_TRUE(read(framed(message)));
  message.set_agent_version(std::string(kMaxMessageBytes - 2, 'x'));
  const auto got = read(framed(message));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), wire::FramingErrc::too_long);
}

TEST(IdentifyReader, RefusesTheEleventhMessage) {
  base::Bytes stream;
  for (std::size_t i = 0; i < kMaxMessages; ++i) base::append(stream, framed(wire::pb::Identify{}));
  EXPECT_TRUE(read(stream));
  base::append(stream, framed(wire::pb::Identify{}));
  const auto got = read(stream);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), IdentifyErrc::too_many_messages);
}

TEST(IdentifyReader, RefusesAnEndInsideAMessageAndAnEmptyStream) {
  base::Bytes stream = *encode(small_info());
  EXPECT_EQ(read({}).error(), IdentifyErrc::no_message);
  while (stream.size() > 1) {
    stream.pop_back();
    ASSERT_EQ(read(stream).error(), IdentifyErrc::truncated);
  }
}

TEST(IdentifyReader, RefusesWhatIsNotProtobuf) {
  base::Bytes stream;
  wire::append_framed(stream, *base::from_hex("0aff"));
  EXPECT_EQ(read(stream).error(), IdentifyErrc::bad_message);
}

TEST(IdentifyReader, KeepsAtMost1024Protocols) {
  wire::pb::Identify message;
  for (std::size_t i = 0; i < kMaxProtocols + 1; ++i) message.add_protocols("/x");
  const PublicKey key = identity().public_key();
  Reader reader{key};
  ASSERT_TRUE(reader.feed(framed(message)));
  EXPECT_EQ(reader.skipped(), 1U);
  EXPECT_EQ(reader.finish()->protocols.size(), kMaxProtocols);
}

TEST(IdentifyReader, KeepsAtMost500Addresses) {
  wire::pb::Identify message;
  for (std::size_t i = 0; i < kMaxAddresses + 1; ++i) {
    message.add_listen_addrs(text_of(addr("/ip4/127.0.0.1/tcp/4321").bytes()));
  }
  const PublicKey key = identity().public_key();
  Reader reader{key};
  ASSERT_TRUE(reader.feed(framed(message)));
  EXPECT_EQ(reader.skipped(), 1U);
  EXPECT_EQ(reader.finish()->listen_addrs.size(), kMaxAddresses);
}

TEST(IdentifyReader, KeepsNoMoreThanItHasRoomFor) {
  wire::pb::Identify message;
  for (const char* protocol : {"/a", "/b", "/c"}) message.add_protocols(protocol);
  for (const char* at : {"/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/2"}) {
    message.add_listen_addrs(text_of(addr(at).bytes()));
  }
  const PublicKey key = identity().public_key();
  Reader reader{key, nullptr, {.protocols = 2, .addresses = 1}};
  ASSERT_TRUE(reader.feed(framed(message)));
  EXPECT_EQ(reader.skipped(), 2U);
  const Info info = *reader.finish();
  EXPECT_EQ(info.protocols, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(info.listen_addrs, (std::vector<Multiaddr>{addr("/ip4/127.0.0.1/tcp/1")}));
}

TEST(IdentifyReader, SkipsAnOverlongProtocol) {
  wire::pb::Identify message;
  message.add_protocols("");
  message.add_protocols(std::string(kMaxProtocolBytes, 'x'));
  message.add_protocols(std::string(kMaxProtocolBytes + 1, 'y'));
  EXPECT_EQ(read(framed(message))->protocols, std::vector<std::string>{std::string(kMaxProtocolBytes, 'x')});
}

TEST(IdentifyReader, CutsVersionsAt256Bytes) {
  wire::pb::Identify message;
  message.set_agent_version(std::string(300, 'x'));
  message.set_protocol_version(std::string(300, 'y'));
  const auto got = read(framed(message));
  EXPECT_EQ(got->agent_version, std::string(kMaxVersionBytes, 'x'));
  EXPECT_EQ(got->protocol_version, std::string(kMaxVersionBytes, 'y'));
}

TEST(IdentifyPush, MissingFieldsStay) {
  Info known = small_info();
  merge(known, Info{.agent_version = "a/2"});
  Info want = small_info();
  want.agent_version = "a/2";
  expect_equal(known, want);
  merge(known, Info{});
  expect_equal(known, want);
}

TEST(IdentifyPush, SentFieldsReplace) {
  Info known;
  Info want = small_info();
  want.record = SignedPeerRecord::sign(identity(), 7, want.listen_addrs);
  merge(known, want);
  expect_equal(known, want);
  merge(known, Info{.protocols = {"/y"}});
  EXPECT_EQ(known.protocols, std::vector<std::string>{"/y"});
}

}  // namespace
}  // namespace libp2p::identify
