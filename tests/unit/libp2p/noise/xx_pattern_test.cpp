// Noise XX by the public vector of the cacophony project for this protocol name, which has a prologue and payloads
// of its own.
#include "libp2p/noise/xx_pattern.hpp"

#include "libp2p/noise/session.hpp"
#include "noise_support.hpp"

namespace libp2p::noise {
namespace {

struct Message {
  std::string_view payload;
  std::string_view bytes;
};

constexpr std::string_view kPrologue = "John Galt";
constexpr std::string_view kHash = "c8e5f64e846193be2a834104c2a009868d6c9f3bd3c186299888b488b2f1f58e";
constexpr std::array kHandshake{
    Message{"4c756477696720766f6e204d69736573",
            "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573"},
    Message{
        "4d757272617920526f746862617264",
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381cbad1f276e038c48378ffce2b65285e08d6b68"
        "aaa3629a5a8639392490e5b9bd5269c2f1e4f488ed8831161f19b7815528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23d"
        "bd8d162c9326ad"},
    Message{
        "462e20412e20486179656b",
        "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a80ae475b9df0f169ae80a89be0865b57f58c9fea0"
        "d4ec82a286427402f113e4b6ae769a1d95941d49b25030"},
};
constexpr std::array kTransport{
    Message{"4361726c204d656e676572", "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df"},
    Message{"4a65616e2d426170746973746520536179",
            "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5"},
    Message{"457567656e2042f6686d20766f6e2042617765726b",
            "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f"},
};

crypto::DhKeyPair pair_of(std::string_view secret) { return crypto::DhKeyPair{crypto::DhSecret{bytes32(secret)}}; }

class Cacophony : public ::testing::Test {
 protected:
  const crypto::DhKeyPair initiator_key_ =
      pair_of("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1");
  const crypto::DhKeyPair responder_key_ =
      pair_of("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
  ScriptedRng initiator_rng_{bytes32("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a")};
  ScriptedRng responder_rng_{bytes32("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b")};
  XxPattern initiator_{Role::initiator, initiator_key_, initiator_rng_, base::as_bytes(kPrologue)};
  XxPattern responder_{Role::responder, responder_key_, responder_rng_, base::as_bytes(kPrologue)};
};

TEST_F(Cacophony, WritesAndReadsEveryByteOfTheVector) {
  for (std::size_t i = 0; i < kHandshake.size(); ++i) {
    XxPattern& writer = i % 2 == 0 ? initiator_ : responder_;
    XxPattern& reader = i % 2 == 0 ? responder_ : initiator_;
    ASSERT_TRUE(writer.our_turn());
    ASSERT_FALSE(reader.our_turn());
    ASSERT_EQ(reader.min_message_bytes(), (kHandshake[i].bytes.size() - kHandshake[i].payload.size()) / 2);
    base::Bytes message;
    ASSERT_TRUE(writer.write(hex(kHandshake[i].payload), message));
    EXPECT_EQ(base::to_hex(message), kHandshake[i].bytes);
    const auto payload = reader.read(message);
    ASSERT_TRUE(payload);
    EXPECT_EQ(base::to_hex(*payload), kHandshake[i].payload);
  }
  ASSERT_TRUE(initiator_.done() && responder_.done());
  EXPECT_FALSE(initiator_.our_turn() || responder_.our_turn());
  EXPECT_EQ(responder_.remote_static(), initiator_key_.public_key());
  EXPECT_EQ(initiator_.remote_static(), responder_key_.public_key());

  Session initiator{initiator_.session_keys()};
  Session responder{responder_.session_keys()};
  EXPECT_EQ(base::to_hex(initiator.handshake_hash()), kHash);
  EXPECT_EQ(responder.handshake_hash(), initiator.handshake_hash());
  crypto::Aead aead;
  for (std::size_t i = 0; i < kTransport.size(); ++i) {
    Session& writer = i % 2 == 0 ? responder : initiator;
    Session& reader = i % 2 == 0 ? initiator : responder;
    const base::Bytes plain = hex(kTransport[i].payload);
    base::Bytes frame(kLengthBytes + plain.size() + crypto::kTagBytes);
    ASSERT_TRUE(writer.seal(aead, std::array{base::ByteSpan{plain}}, frame));
    EXPECT_EQ(base::to_hex(base::ByteSpan{frame}.subspan(kLengthBytes)), kTransport[i].bytes);
    const auto opened = reader.open(aead, frame);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(std::ranges::equal(*opened, plain));
  }
}

TEST_F(Cacophony, AnotherPrologueFailsAtTheFirstSealedMessage) {
  XxPattern stranger{Role::responder, responder_key_, responder_rng_, {}};
  base::Bytes first;
  ASSERT_TRUE(initiator_.write({}, first));
  ASSERT_TRUE(stranger.read(first));
  base::Bytes second;
  ASSERT_TRUE(stranger.write({}, second));
  const auto payload = initiator_.read(second);
  ASSERT_FALSE(payload);
  EXPECT_EQ(payload.error(), NoiseErrc::decrypt_failed);
}

TEST_F(Cacophony, AMessageOneByteTooShortIsRefused) {
  base::Bytes first;
  ASSERT_TRUE(initiator_.write({}, first));
  first.pop_back();
  const auto payload = responder_.read(first);
  ASSERT_FALSE(payload);
  EXPECT_EQ(payload.error(), NoiseErrc::bad_message);
}

}  // namespace
}  // namespace libp2p::noise
