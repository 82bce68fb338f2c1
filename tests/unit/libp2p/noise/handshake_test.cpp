// Noise XX with the libp2p payload: the vector that Go and Python agree on, byte for byte in both roles, and what
// the handshake tells its owner.
#include "libp2p/noise/handshake.hpp"

#include "libp2p/noise/limits.hpp"
#include "libp2p/noise/session.hpp"
#include "noise_support.hpp"

namespace libp2p::noise {
namespace {

constexpr std::string_view kMessage1 = "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14";
constexpr std::string_view kMessage2 =
    "ff2ee45601ec1b67310c7790404585ae697331eee1c1f8cf2419731c1fff3e6bfcadb15080d9fd0434a18565751d3b6022bec571f33b6"
    "212"
    "486a1bffa54d1a1ee7712455070d4e3666e35c1eca6c109ed4e7d1b5c88b66d7b04b00b9209e36980893c7fbbd45758379f76a0b00daf"
    "e95"
    "e28bf6840135a5268f3d73e36fba6f83d08fb646a18802e99a1a926e26d5d3e032ffdb4bee3c555d989b941010cb680b6d10f58cdff40"
    "757"
    "459be51360d16d579e2a80c2b119cdd0acf2365a8c57d730cbff4ff1920ce3c75fd093210b3367ef487cf1b35604c93a";
constexpr std::string_view kMessage3 =
    "a7ea7dd47dddbcfcd736b91b174c6107b2ad26c161965a119a7b644e0c6b3d062f8a026691be19d10e6735d557b3a4da7b9e4620d57df"
    "03d"
    "f52c5ec73786a7ca7f6939e6b5f347697b1532d188097171c8321e2c35a0d95b0e77c25e3696bec9fbfe3a27b8c5bc2651400603f3bfe"
    "ee8"
    "72e8d21837073667cc7229d41a04d4df603980dbd9e4e235a4332ac8d7c38a3a3c8feff2b302a4cc1f922b4ac4def4088ea98448d7f9e"
    "c92"
    "b7d0fe20a5b445b1d6653634e28161e5";
constexpr std::string_view kHash = "b9ba6d48df0c9579c949acce248f5171867556317d94b78d0532f6c6c8d345ae";
constexpr std::string_view kInitiatorId = "12D3KooWPBFzpNemfrwjMSTSENKAC6cDHxE2RXojcMJRwMtitDms";
constexpr std::string_view kResponderId = "12D3KooWDN7K2vo9rDBdpWGjDwMsQJaWvSqJxKZKg5ywyS42P8aq";

std::string first_frame(Session& session, std::string_view text) {
  crypto::Aead aead;
  base::Bytes frame(kLengthBytes + text.size() + crypto::kTagBytes);
  EXPECT_TRUE(session.seal(aead, std::array{base::as_bytes(text)}, frame));
  return base::to_hex(base::ByteSpan{frame}.subspan(kLengthBytes));
}

TEST(Handshake, WritesTheVectorAsInitiator) {
  Node node = initiator_node();
  EXPECT_EQ(base::to_hex(node.key.public_bytes()),
            "7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13");
  Handshake handshake = node.handshake({.role = Role::initiator, .muxers = {kYamux}});
  EXPECT_EQ(started(handshake), framed(hex(kMessage1)));
  const Fed fed = feed(handshake, framed(hex(kMessage2)));
  ASSERT_TRUE(fed.done && *fed.done);
  EXPECT_EQ(fed.sent, framed(hex(kMessage3)));
  ASSERT_TRUE(handshake.remote());
  EXPECT_EQ(handshake.remote()->id.to_base58(), kResponderId);
  EXPECT_EQ(handshake.remote()->muxers, std::vector<std::string>{kYamux});
  EXPECT_EQ(handshake.muxer(), kYamux);
  Session session{handshake.take_keys()};
  EXPECT_EQ(base::to_hex(session.handshake_hash()), kHash);
  EXPECT_EQ(first_frame(session, "hello"), "ba55be97fa66e48a762932740de22240fe3f66270c");
}

TEST(Handshake, WritesTheVectorAsResponder) {
  Node node = responder_node();
  EXPECT_EQ(base::to_hex(node.key.public_bytes()),
            "0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20");
  Handshake handshake = node.handshake({.role = Role::responder, .muxers = {kYamux}});
  EXPECT_TRUE(started(handshake).empty());
  const Fed answered = feed(handshake, framed(hex(kMessage1)));
  ASSERT_TRUE(answered.done);
  EXPECT_FALSE(*answered.done);
  EXPECT_EQ(answered.sent, framed(hex(kMessage2)));
  EXPECT_FALSE(handshake.remote());
  const Fed finished = feed(handshake, framed(hex(kMessage3)));
  ASSERT_TRUE(finished.done && *finished.done);
  EXPECT_TRUE(finished.sent.empty());
  EXPECT_EQ(handshake.remote()->id.to_base58(), kInitiatorId);
  EXPECT_EQ(handshake.muxer(), kYamux);
  Session session{handshake.take_keys()};
  EXPECT_EQ(base::to_hex(session.handshake_hash()), kHash);
  EXPECT_EQ(first_frame(session, "world"), "638f8a7cd0f5ef74f6817cf13c08d796ad1620b062");
}

TEST(Handshake, LeavesTheTransportsBytesBehindTheLastMessage) {
  Node node = responder_node();
  Handshake handshake = node.handshake({.role = Role::responder, .muxers = {kYamux}});
  feed(handshake, framed(hex(kMessage1)));
  base::Bytes stream = framed(hex(kMessage3));
  base::append(stream, base::as_bytes("first frame"));
  const Fed fed = feed(handshake, stream);
  ASSERT_TRUE(fed.done && *fed.done);
  EXPECT_EQ(base::as_text(fed.left), "first frame");
  const Fed after = feed(handshake, fed.left);
  EXPECT_TRUE(after.done && *after.done);
  EXPECT_EQ(after.left, fed.left);
}

class AnySplit : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(AnySplit, GivesTheSameBytesAndTheSameEnd) {
  base::SeededRng rng{GetParam()};
  Node node = responder_node();
  Handshake handshake = node.handshake({.role = Role::responder, .muxers = {kYamux}});
  base::Bytes stream = framed(hex(kMessage1));
  base::append(stream, framed(hex(kMessage3)));
  base::append(stream, base::as_bytes("tail"));
  base::Bytes sent;
  base::ByteSpan rest = stream;
  bool done = false;
  while (!done) {
    ASSERT_FALSE(rest.empty());
    const auto most = static_cast<std::int64_t>(1 + GetParam() * 3);
    const std::size_t take = std::min(rest.size(), static_cast<std::size_t>(1 + rng.below(most)));
    base::ByteSpan in = rest.first(take);
    const auto fed = handshake.feed(in, sent);
    ASSERT_TRUE(fed);
    done = *fed;
    ASSERT_TRUE(done || in.empty());
    rest = rest.subspan(take - in.size());
  }
  EXPECT_EQ(sent, framed(hex(kMessage2)));
  EXPECT_EQ(base::as_text(rest), "tail");
}

INSTANTIATE_TEST_SUITE_P(Noise, AnySplit, ::testing::Range<std::uint64_t>(0, 60));

TEST(Handshake, InitiatorComparesThePeerBeforeItShowsItself) {
  Node node = initiator_node();
  const PeerId wanted = node.id();  // anybody but the responder
  Handshake handshake = node.handshake({.role = Role::initiator, .expected = wanted, .muxers = {kYamux}});
  started(handshake);
  const Fed fed = feed(handshake, framed(hex(kMessage2)));
  ASSERT_FALSE(fed.done);
  EXPECT_EQ(fed.done.error(), NoiseErrc::peer_id_mismatch);
  EXPECT_TRUE(fed.sent.empty());
  ASSERT_TRUE(handshake.remote());
  EXPECT_EQ(handshake.remote()->id.to_base58(), kResponderId);
}

TEST(Handshake, AcceptsTheExpectedPeer) {
  Node node = initiator_node();
  Handshake handshake =
      node.handshake({.role = Role::initiator, .expected = responder_node().id(), .muxers = {kYamux}});
  started(handshake);
  const Fed fed = feed(handshake, framed(hex(kMessage2)));
  EXPECT_TRUE(fed.done && *fed.done);
}

TEST(Handshake, AProbeLearnsThePeerAndSendsNothingMore) {
  Node node = initiator_node();
  Handshake handshake = node.handshake(
      {.role = Role::initiator, .expected = responder_node().id(), .muxers = {kYamux}, .probe = true});
  EXPECT_EQ(started(handshake).size(), 34U);
  const Fed fed = feed(handshake, framed(hex(kMessage2)));
  ASSERT_TRUE(fed.done && *fed.done);
  EXPECT_TRUE(fed.sent.empty());
  EXPECT_EQ(handshake.remote()->id.to_base58(), kResponderId);
}

TEST(Handshake, AProbeRefusesAnotherPeer) {
  Node node = initiator_node();
  Handshake handshake = node.handshake({.role = Role::initiator, .expected = node.id(), .probe = true});
  started(handshake);
  const Fed fed = feed(handshake, framed(hex(kMessage2)));
  ASSERT_FALSE(fed.done);
  EXPECT_EQ(fed.done.error(), NoiseErrc::peer_id_mismatch);
}

struct MuxerCase {
  const char* name;
  std::vector<std::string> initiator;
  std::vector<std::string> responder;
  const char* want;  ///< The agreed one, empty for a second negotiation, nullptr for no_common_muxer.
};

class Muxers : public ::testing::TestWithParam<MuxerCase> {};

TEST_P(Muxers, AreAgreedAlikeOnBothSides) {
  Node dialer = initiator_node();
  Node listener = responder_node();
  Handshake initiator = dialer.handshake({.role = Role::initiator, .muxers = GetParam().initiator});
  Handshake responder = listener.handshake({.role = Role::responder, .muxers = GetParam().responder});
  const Fed second = feed(responder, started(initiator));
  ASSERT_TRUE(second.done);
  const Fed third = feed(initiator, second.sent);
  if (GetParam().want == nullptr) {
    ASSERT_FALSE(third.done);
    EXPECT_EQ(third.done.error(), NoiseErrc::no_common_muxer);
    EXPECT_TRUE(third.sent.empty());
    return;
  }
  ASSERT_TRUE(third.done && *third.done);
  const Fed last = feed(responder, third.sent);
  ASSERT_TRUE(last.done && *last.done);
  EXPECT_EQ(initiator.muxer(), GetParam().want);
  EXPECT_EQ(responder.muxer(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Noise, Muxers,
    ::testing::Values(MuxerCase{"TheOneThatBothHave", {kYamux}, {kYamux}, kYamux},
                      MuxerCase{"TheInitiatorsOrderWins", {"/b", "/a"}, {"/a", "/b"}, "/b"},
                      MuxerCase{"ForeignOnesAreSkipped", {"/x", kYamux}, {"/y", kYamux}, kYamux},
                      MuxerCase{"NoListOfTheInitiator", {}, {kYamux}, ""},
                      MuxerCase{"NoListOfTheResponder", {kYamux}, {}, ""}, MuxerCase{"NoListAtAll", {}, {}, ""},
                      MuxerCase{"NothingInCommon", {kYamux}, {"/mplex/6.7.0"}, nullptr}),
    [](const auto& c) { return std::string{c.param.name}; });

struct FrameSizes {
  const char* name;
  std::vector<std::string> muxers;
  std::array<std::size_t, 3> want;  ///< Of messages 1 to 3 on the wire, length prefix included.
};

class HandshakeFrames : public ::testing::TestWithParam<FrameSizes> {};

TEST_P(HandshakeFrames, AreAsLongAsTheSpecificationMakesThem) {
  Node dialer = initiator_node();
  Node listener = responder_node();
  Handshake initiator = dialer.handshake({.role = Role::initiator, .muxers = GetParam().muxers});
  Handshake responder = listener.handshake({.role = Role::responder, .muxers = GetParam().muxers});
  const base::Bytes first = started(initiator);
  const Fed second = feed(responder, first);
  const Fed third = feed(initiator, second.sent);
  EXPECT_EQ((std::array{first.size(), second.sent.size(), third.sent.size()}), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Noise, HandshakeFrames,
                         ::testing::Values(FrameSizes{"WithoutExtensions", {}, {34, 202, 170}},
                                           FrameSizes{"WithTheYamuxExtension", {kYamux}, {34, 218, 186}}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(StaticKey, IsMadeFromTheInjectedRandomnessAndSignedByTheIdentity) {
  const Identity identity = Identity::from_seed(repeated(0x55));
  base::SeededRng rng{1};
  base::SeededRng same{1};
  const StaticKey key = StaticKey::generate(identity, rng);
  const StaticKey again = StaticKey::generate(identity, same);
  EXPECT_TRUE(std::ranges::equal(key.public_bytes(), again.public_bytes()));
  base::Bytes message;
  base::append(message, base::as_bytes("noise-libp2p-static-key:"));
  base::append(message, key.public_bytes());
  EXPECT_TRUE(identity.public_key().verify(message, key.identity_signature()));
  EXPECT_EQ(key.identity_key(), identity.public_key());
}

}  // namespace
}  // namespace libp2p::noise
