// What a handshake refuses: forged identities, altered bytes, impossible sizes. A forger here speaks the Noise
// pattern correctly and lies only in its payload.
#include "libp2p/noise/handshake.hpp"
#include "libp2p/noise/limits.hpp"
#include "libp2p/noise/payload.hpp"
#include "libp2p/noise/xx_pattern.hpp"
#include "noise_support.hpp"

namespace libp2p::noise {
namespace {

void append_field(base::Bytes& out, std::uint8_t number, base::ByteSpan value) {
  out.push_back(static_cast<std::uint8_t>(number << 3 | 2));
  base::append_varint(out, value.size());
  base::append(out, value);
}

base::Bytes muxer_list(int entries, std::string_view name) {
  base::Bytes extensions;
  for (int i = 0; i < entries; ++i) append_field(extensions, 2, base::as_bytes(name));
  return extensions;
}

/// The three fields of a payload, to be bent before they are put together.
struct Parts {
  base::Bytes key;
  base::Bytes signature;
  base::Bytes extensions;

  base::Bytes encode() const {
    base::Bytes out;
    if (!key.empty()) append_field(out, 1, key);
    if (!signature.empty()) append_field(out, 2, signature);
    if (!extensions.empty()) append_field(out, 4, extensions);
    return out;
  }
};

Parts genuine_parts(const StaticKey& key) {
  const base::ByteSpan signature = key.identity_signature();
  return {.key = key.identity_key().encode(),
          .signature = {signature.begin(), signature.end()},
          .extensions = muxer_list(1, kYamux)};
}

struct Outcome {
  base::Result<bool> done;
  bool silent = false;    ///< Nothing was sent in answer.
  bool believed = false;  ///< A remote was reported.
};

/// Offers the payload to an honest side of `role`; it is sealed by a forger with the static key of `node`.
Outcome offer(Role role, Node& node, base::ByteSpan payload) {
  base::SeededRng rng{9};
  const StaticKey key = StaticKey::generate(Identity::from_seed(repeated(0x77)), rng);
  Handshake honest{{.role = role, .muxers = {kYamux}}, key, rng};
  XxPattern forger{role == Role::initiator ? Role::responder : Role::initiator, node.key.pair(), node.rng, {}};
  base::Bytes message;
  if (role == Role::initiator) {
    EXPECT_TRUE(forger.read(base::ByteSpan{started(honest)}.subspan(2)));
  } else {
    EXPECT_TRUE(forger.write({}, message));
    const Fed answer = feed(honest, framed(message));
    EXPECT_TRUE(forger.read(base::ByteSpan{answer.sent}.subspan(2)));
    message.clear();
  }
  EXPECT_TRUE(forger.write(payload, message));
  const Fed fed = feed(honest, framed(message));
  return {.done = fed.done, .silent = fed.sent.empty(), .believed = honest.remote().has_value()};
}

struct Forgery {
  const char* name;
  base::Bytes (*payload)(const Node& forger);
  base::ErrorCode want;
};

base::Bytes with(const Node& node, void (*bend)(Parts&)) {
  Parts parts = genuine_parts(node.key);
  bend(parts);
  return parts.encode();
}

const Forgery kForgeries[] = {
    {"NothingAtAll", [](const Node&) { return base::Bytes{}; }, NoiseErrc::bad_payload},
    {"NotProtobuf", [](const Node&) { return hex("0affffffff"); }, NoiseErrc::bad_payload},
    {"NoIdentityKey", [](const Node& n) { return with(n, [](Parts& p) { p.key.clear(); }); },
     NoiseErrc::bad_payload},
    {"NoSignature", [](const Node& n) { return with(n, [](Parts& p) { p.signature.clear(); }); },
     NoiseErrc::bad_signature},
    {"AlteredSignature", [](const Node& n) { return with(n, [](Parts& p) { p.signature[10] ^= 1; }); },
     NoiseErrc::bad_signature},
    {"ShortSignature", [](const Node& n) { return with(n, [](Parts& p) { p.signature.pop_back(); }); },
     NoiseErrc::bad_signature},
    {"SignatureOfAnotherIdentity",
     [](const Node& n) {
       Parts parts = genuine_parts(n.key);
       parts.key = Identity::from_seed(repeated(0x01)).public_key().encode();
       return parts.encode();
     },
     NoiseErrc::bad_signature},
    {"SignatureOverAnotherStaticKey",
     [](const Node& n) { return genuine_parts(StaticKey::from_private(n.identity, repeated(0x02))).encode(); },
     NoiseErrc::bad_signature},
    {"SignatureWithoutThePrefix",
     [](const Node& n) {
       Parts parts = genuine_parts(n.key);
       const auto signature = n.identity.sign(n.key.public_bytes());
       parts.signature.assign(signature.begin(), signature.end());
       return parts.encode();
     },
     NoiseErrc::bad_signature},
    {"IdentityKeyNotCanonical",
     [](const Node& n) { return with(n, [](Parts& p) { base::append(p.key, hex("1800")); }); },
     KeyErrc::bad_encoding},
    {"IdentityKeyOfUnknownType", [](const Node& n) { return with(n, [](Parts& p) { p.key[1] = 9; }); },
     KeyErrc::unsupported_type},
    {"OneMuxerTooMany",
     [](const Node& n) { return with(n, [](Parts& p) { p.extensions = muxer_list(kMaxMuxers + 1, kYamux); }); },
     NoiseErrc::bad_payload},
};

class ForgedPayload : public ::testing::TestWithParam<std::tuple<Role, Forgery>> {};

TEST_P(ForgedPayload, IsRefused) {
  const auto& [role, forgery] = GetParam();
  Node forger = initiator_node();
  const Outcome outcome = offer(role, forger, forgery.payload(forger));
  ASSERT_FALSE(outcome.done);
  EXPECT_EQ(outcome.done.error(), forgery.want) << outcome.done.error().message();
  EXPECT_TRUE(outcome.silent);
  EXPECT_FALSE(outcome.believed);
}

INSTANTIATE_TEST_SUITE_P(Noise, ForgedPayload,
                         ::testing::Combine(::testing::Values(Role::initiator, Role::responder),
                                            ::testing::ValuesIn(kForgeries)),
                         [](const auto& c) {
                           const bool initiator = std::get<0>(c.param) == Role::initiator;
                           return std::string{std::get<1>(c.param).name} +
                                  (initiator ? "ToInitiator" : "ToResponder");
                         });

class Payload : public ::testing::TestWithParam<Role> {};

TEST_P(Payload, MayCarryFieldsThatWeDoNotKnow) {
  Node remote = initiator_node();
  Parts parts = genuine_parts(remote.key);
  append_field(parts.extensions, 3, base::as_bytes("experiment"));
  base::Bytes payload = parts.encode();
  append_field(payload, 3, base::as_bytes("the old data field"));
  const Outcome outcome = offer(GetParam(), remote, payload);
  EXPECT_TRUE(outcome.done && *outcome.done);
}

TEST_P(Payload, MayNameAsManyMuxersAsAllowed) {
  Node remote = initiator_node();
  Parts parts = genuine_parts(remote.key);
  parts.extensions = muxer_list(kMaxMuxers, kYamux);
  const Outcome outcome = offer(GetParam(), remote, parts.encode());
  EXPECT_TRUE(outcome.done && *outcome.done);
}

TEST_P(Payload, WithForeignMuxersOnlyIsRefused) {
  Node remote = initiator_node();
  Parts parts = genuine_parts(remote.key);
  parts.extensions = muxer_list(2, "/mplex/6.7.0");
  const Outcome outcome = offer(GetParam(), remote, parts.encode());
  ASSERT_FALSE(outcome.done);
  EXPECT_EQ(outcome.done.error(), NoiseErrc::no_common_muxer);
  EXPECT_TRUE(outcome.silent);
}

INSTANTIATE_TEST_SUITE_P(Noise, Payload, ::testing::Values(Role::initiator, Role::responder), [](const auto& c) {
  return std::string{c.param == Role::initiator ? "ToInitiator" : "ToResponder"};
});

/// A dialogue up to the message that is bent: 0, 1 or 2.
class Dialogue : public ::testing::TestWithParam<std::size_t> {
 protected:
  /// The message of that number, framed, and who is to read it next.
  base::Bytes genuine() {
    base::Bytes bytes = started(initiator_);
    for (std::size_t i = 0; i < GetParam(); ++i) bytes = feed(reader(i), bytes).sent;
    return bytes;
  }
  Handshake& reader(std::size_t message) { return message % 2 == 0 ? responder_ : initiator_; }
  Handshake& victim() { return reader(GetParam()); }

  /// True once somebody refuses: the victim at once, or the other side what the victim answers.
  bool refused(base::ByteSpan bytes) {
    for (std::size_t i = GetParam(); i < 3; ++i) {
      const Fed fed = feed(reader(i), bytes);
      if (!fed.done) return true;
      bent_ = fed.sent;
      bytes = bent_;
    }
    return false;
  }

  base::SeededRng rng_{5};
  StaticKey initiator_key_ = StaticKey::generate(Identity::from_seed(repeated(1)), rng_);
  StaticKey responder_key_ = StaticKey::generate(Identity::from_seed(repeated(2)), rng_);
  Handshake initiator_{{.role = Role::initiator, .muxers = {kYamux}}, initiator_key_, rng_};
  Handshake responder_{{.role = Role::responder, .muxers = {kYamux}}, responder_key_, rng_};
  base::Bytes bent_;
};

TEST_P(Dialogue, EndsWellWhenNobodyBendsIt) { EXPECT_FALSE(refused(genuine())); }

TEST_P(Dialogue, RefusesALengthOverTheLimitBeforeTheBytesArrive) {
  genuine();
  base::Bytes prefix(2);
  base::store_be16(prefix.data(), kMaxMessageBytes + 1);
  const Fed fed = feed(victim(), prefix);
  ASSERT_FALSE(fed.done);
  EXPECT_EQ(fed.done.error(), NoiseErrc::bad_message);
}

TEST_P(Dialogue, RefusesALengthTooShortForItsKeys) {
  static constexpr std::array<std::uint16_t, 3> kLeast{32, 96, 64};
  genuine();
  base::Bytes prefix(2);
  base::store_be16(prefix.data(), static_cast<std::uint16_t>(kLeast[GetParam()] - 1));
  const Fed fed = feed(victim(), prefix);
  ASSERT_FALSE(fed.done);
  EXPECT_EQ(fed.done.error(), NoiseErrc::bad_message);
}

TEST_P(Dialogue, ReturnsItsErrorForEver) {
  const base::Bytes good = genuine();
  ASSERT_FALSE(feed(victim(), hex("ffff")).done);
  const Fed fed = feed(victim(), good);
  ASSERT_FALSE(fed.done);
  EXPECT_EQ(fed.done.error(), NoiseErrc::bad_message);
  EXPECT_TRUE(fed.sent.empty());
}

TEST_P(Dialogue, WaitsForTheLastByte) {
  const base::Bytes good = genuine();
  const Fed waiting = feed(victim(), base::ByteSpan{good}.first(good.size() - 1));
  ASSERT_TRUE(waiting.done);
  EXPECT_FALSE(*waiting.done);
  EXPECT_TRUE(waiting.sent.empty() && waiting.left.empty());
  EXPECT_FALSE(refused(base::ByteSpan{good}.last(1)));
}

INSTANTIATE_TEST_SUITE_P(Noise, Dialogue, ::testing::Values(0, 1, 2),
                         [](const auto& c) { return "Message" + std::to_string(c.param + 1); });

class AlteredByte : public ::testing::TestWithParam<std::size_t> {};

TEST_P(AlteredByte, IsNoticedWhereverItIs) {
  const std::size_t message = GetParam();
  static constexpr std::array<std::size_t, 3> kSizes{32, 216, 184};
  for (std::size_t at = 0; at < kSizes[message]; ++at) {
    Node dialer = initiator_node();
    Node listener = responder_node();
    Handshake initiator = dialer.handshake({.role = Role::initiator, .muxers = {kYamux}});
    Handshake responder = listener.handshake({.role = Role::responder, .muxers = {kYamux}});
    base::Bytes bytes = started(initiator);
    bool refused = false;
    for (std::size_t i = 0; i < 3 && !refused; ++i) {
      if (i == message) bytes[2 + at] ^= 0x80;
      const Fed fed = feed(i % 2 == 0 ? responder : initiator, bytes);
      refused = !fed.done;
      bytes = fed.sent;
    }
    ASSERT_TRUE(refused) << "byte " << at;
  }
}

INSTANTIATE_TEST_SUITE_P(Noise, AlteredByte, ::testing::Values(0, 1, 2),
                         [](const auto& c) { return "InMessage" + std::to_string(c.param + 1); });

TEST(Handshake, RefusesAPayloadInMessage1) {
  Node node = responder_node();
  Handshake responder = node.handshake({.role = Role::responder});
  const Fed fed = feed(responder, framed(base::Bytes(33, 1)));
  ASSERT_FALSE(fed.done);
  EXPECT_EQ(fed.done.error(), NoiseErrc::bad_message);
}

TEST(Handshake, RefusesAnEphemeralKeyOfZeros) {
  Node listener = responder_node();
  Handshake responder = listener.handshake({.role = Role::responder});
  const Fed answered = feed(responder, framed(base::Bytes(32)));
  ASSERT_FALSE(answered.done);
  EXPECT_EQ(answered.done.error(), NoiseErrc::bad_dh);
  EXPECT_TRUE(answered.sent.empty());

  Node dialer = initiator_node();
  Handshake initiator = dialer.handshake({.role = Role::initiator});
  started(initiator);
  const Fed read = feed(initiator, framed(base::Bytes(96)));
  ASSERT_FALSE(read.done);
  EXPECT_EQ(read.done.error(), NoiseErrc::bad_dh);
}

}  // namespace
}  // namespace libp2p::noise
