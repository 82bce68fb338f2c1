// From the first byte to an authenticated, multiplexed connection: by both roles, with the muxer agreed inside the
// handshake and without, split anywhere, and against peers that are wrong.
#include "libp2p/conn/upgrade.hpp"

#include <gtest/gtest.h>

#include "base/seeded_rng.hpp"

namespace libp2p::conn {
namespace {

using multistream::NegotiationErrc;
using noise::NoiseErrc;
using noise::Role;

Identity identity_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Identity::from_seed(bytes);
}

class UpgradeTest : public ::testing::Test {
 protected:
  Upgrade dialer(std::optional<PeerId> expected = {}, bool probe = false) {
    return Upgrade{{.role = Role::initiator, .expected = expected, .probe = probe}, dialer_key_, rng_};
  }
  Upgrade listener() {
    return Upgrade{{.role = Role::responder, .expected = {}, .probe = false}, listener_key_, rng_};
  }

  /// Feeds `bytes` in pieces that `rng` chooses. What the upgrade leaves is in `left`.
  base::Result<bool> feed(Upgrade& to, base::ByteSpan bytes, base::Bytes& out, base::Bytes& left, base::Rng& rng) {
    base::Result<bool> done = false;
    while (!bytes.empty()) {
      const auto size = std::min<std::size_t>(static_cast<std::size_t>(rng.below(50)) + 1, bytes.size());
      base::append(left, bytes.first(size));
      bytes = bytes.subspan(size);
      if (done && *done) continue;  // what comes behind belongs to the next layer
      base::MutableBytes in{left};
      done = to.feed(aead_, in, out);
      left = base::Bytes(in.begin(), in.end());
      if (!done) return done;
    }
    return done;
  }

  base::SeededRng rng_{42};
  crypto::Aead aead_;
  const Identity dialer_identity_ = identity_of(1);
  const Identity listener_identity_ = identity_of(2);
  const PeerId dialer_id_ = PeerId::of(dialer_identity_.public_key());
  const PeerId listener_id_ = PeerId::of(listener_identity_.public_key());
  const noise::StaticKey dialer_key_ = noise::StaticKey::generate(dialer_identity_, rng_);
  const noise::StaticKey listener_key_ = noise::StaticKey::generate(listener_identity_, rng_);
};

TEST_F(UpgradeTest, AnySplitEndsInOneSessionAndKeepsTheBytesBehind) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    base::SeededRng split{seed};
    Upgrade a = dialer(listener_id_);
    Upgrade b = listener();
    base::Bytes to_b, to_a, left_a, left_b;
    a.start(to_b);
    b.start(to_a);
    EXPECT_TRUE(to_a.empty()) << "a listener waits";
    base::Result<bool> a_done = false, b_done = false;
    for (int round = 0; round < 10 && !(*a_done && *b_done); ++round) {
      const base::Bytes for_b = std::exchange(to_b, {});
      if (!for_b.empty()) b_done = feed(b, for_b, to_a, left_b, split);
      ASSERT_TRUE(b_done) << b_done.error().message();
      const base::Bytes for_a = std::exchange(to_a, {});
      if (!for_a.empty()) a_done = feed(a, for_a, to_b, left_a, split);
      ASSERT_TRUE(a_done) << a_done.error().message();
    }
    ASSERT_TRUE(*a_done && *b_done) << "seed " << seed;
    EXPECT_TRUE(a.early_muxer() && b.early_muxer());
    EXPECT_EQ(a.remote()->id, listener_id_);
    EXPECT_EQ(b.remote()->id, dialer_id_);
    EXPECT_TRUE(a.committed());
    EXPECT_TRUE(b.heard());
    EXPECT_EQ(a.stage(), Upgrade::Stage::done);

    noise::Session ours = a.take_session();
    noise::Session theirs = b.take_session();
    EXPECT_EQ(ours.handshake_hash(), theirs.handshake_hash());
  }
}

TEST_F(UpgradeTest, FramesGluedToTheLastHandshakeMessageStay) {
  Upgrade a = dialer();
  Upgrade b = listener();
  base::Bytes to_b, to_a;
  a.start(to_b);
  base::MutableBytes in{to_b};
  ASSERT_TRUE(b.feed(aead_, in, to_a));
  base::MutableBytes back{to_a};
  base::Bytes third;
  ASSERT_TRUE(*a.feed(aead_, back, third));
  base::append(third, base::as_bytes("behind"));
  base::MutableBytes last{third};
  base::Bytes nothing;
  ASSERT_TRUE(*b.feed(aead_, last, nothing));
  EXPECT_EQ(base::as_text(last), "behind");
}

/// A peer that knows no early muxer negotiation: multistream and Noise by hand, then multistream inside Noise.
class PlainPeer {
 public:
  PlainPeer(Role role, const noise::StaticKey& key, base::Rng& rng)
      : role_{role}, handshake_{{.role = role, .expected = {}, .muxers = {}, .probe = false}, key, rng} {
    security_dialer_.start(start_);
    if (role == Role::initiator) handshake_.start(start_);
  }

  base::Bytes start() { return role_ == Role::initiator ? start_ : base::Bytes{}; }

  /// True once the muxer is agreed.
  bool feed(crypto::Aead& aead, base::ByteSpan in, base::Bytes& out) {
    base::append(in_, in);
    base::ByteSpan rest{in_};
    if (!secure_) {
      const auto agreed =
          role_ == Role::initiator ? security_dialer_.feed(rest, out) : security_listener_.feed(rest, out);
      EXPECT_TRUE(agreed);
      secure_ = agreed->has_value();
    }
    if (secure_ && !session_) {
      const auto done = handshake_.feed(rest, out);
      EXPECT_TRUE(done);
      if (*done) {
        EXPECT_EQ(handshake_.muxer(), "");
        session_.emplace(handshake_.take_keys());
        base::Bytes proposal;
        if (role_ == Role::initiator) {
          muxer_dialer_.start(proposal);
          seal(aead, proposal, out);
        }
      }
    }
    base::Bytes sealed{rest.begin(), rest.end()};
    base::MutableBytes frames{sealed};
    bool agreed = false;
    while (session_ && !agreed) {
      const auto size = noise::Session::frame_bytes(frames);
      if (!size || *size > frames.size()) break;
      const auto plain = session_->open(aead, frames.first(*size));
      EXPECT_TRUE(plain);
      frames = frames.subspan(*size);
      base::ByteSpan text = *plain;
      base::Bytes answer;
      const auto muxer =
          role_ == Role::initiator ? muxer_dialer_.feed(text, answer) : muxer_listener_.feed(text, answer);
      EXPECT_TRUE(muxer);
      if (!answer.empty()) {
        if (muxer->has_value()) base::append(answer, behind);
        seal(aead, answer, out);
      }
      agreed = muxer->has_value();
    }
    in_.assign(frames.begin(), frames.end());
    return agreed;
  }

  void seal(crypto::Aead& aead, base::ByteSpan plain, base::Bytes& out) {
    base::Bytes frame(noise::kLengthBytes + plain.size() + crypto::kTagBytes);
    const std::array pieces{plain};
    EXPECT_TRUE(session_->seal(aead, pieces, frame));
    base::append(out, frame);
  }

  base::Bytes behind;  ///< Yamux bytes glued to the muxer's echo.

 private:
  Role role_;
  noise::Handshake handshake_;
  base::Bytes start_;
  base::Bytes in_;
  bool secure_ = false;
  multistream::Dialer security_dialer_{{"/noise"}};
  multistream::Listener security_listener_{[](std::string_view p) { return p == "/noise"; }};
  multistream::Dialer muxer_dialer_{{"/mplex/6.7.0", "/yamux/1.0.0"}};
  multistream::Listener muxer_listener_{[](std::string_view p) { return p == "/yamux/1.0.0"; }};
  std::optional<noise::Session> session_;
};

TEST_F(UpgradeTest, ADialerNegotiatesTheMuxerWithAPeerThatSentNoList) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    base::SeededRng split{seed};
    Upgrade a = dialer(listener_id_);
    PlainPeer b{Role::responder, listener_key_, rng_};
    b.behind = {1, 2, 3};
    base::Bytes to_b, left;
    a.start(to_b);
    base::Result<bool> done = false;
    for (int round = 0; round < 10 && !*done; ++round) {
      base::Bytes to_a;
      b.feed(aead_, std::exchange(to_b, {}), to_a);
      done = feed(a, to_a, to_b, left, split);
      ASSERT_TRUE(done) << done.error().message();
    }
    ASSERT_TRUE(*done);
    EXPECT_FALSE(a.early_muxer());
    EXPECT_EQ(a.take_plaintext(), (base::Bytes{1, 2, 3})) << "what came behind the echo belongs to yamux";
  }
}

TEST_F(UpgradeTest, AListenerNegotiatesTheMuxerAndDeclinesOthers) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    base::SeededRng split{seed};
    PlainPeer a{Role::initiator, dialer_key_, rng_};
    Upgrade b = listener();
    base::Bytes to_b = a.start(), left;
    base::Result<bool> b_done = false;
    bool a_done = false;
    for (int round = 0; round < 10 && !(*b_done && a_done); ++round) {
      base::Bytes to_a;
      if (!to_b.empty()) b_done = feed(b, std::exchange(to_b, {}), to_a, left, split);
      ASSERT_TRUE(b_done) << b_done.error().message();
      if (*b_done || b.stage() == Upgrade::Stage::mux) EXPECT_TRUE(b.committed());
      a_done = a.feed(aead_, to_a, to_b) || a_done;
    }
    EXPECT_TRUE(*b_done && a_done) << "seed " << seed;
    EXPECT_FALSE(b.early_muxer());
  }
}

TEST_F(UpgradeTest, AProbeIsDoneWithMessageTwoAndSendsNoThird) {
  Upgrade a = dialer(listener_id_, /*probe=*/true);
  Upgrade b = listener();
  base::Bytes to_b, to_a;
  a.start(to_b);
  base::MutableBytes in{to_b};
  ASSERT_TRUE(b.feed(aead_, in, to_a));
  base::MutableBytes back{to_a};
  base::Bytes third;
  const base::Result<bool> done = a.feed(aead_, back, third);
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
  EXPECT_TRUE(third.empty());
  EXPECT_EQ(a.remote()->id, listener_id_);
}

TEST_F(UpgradeTest, SomebodyElseIsNamedBeforeWeNameOurselves) {
  Upgrade a = dialer(dialer_id_);
  Upgrade b = listener();
  base::Bytes to_b, to_a;
  a.start(to_b);
  base::MutableBytes in{to_b};
  ASSERT_TRUE(b.feed(aead_, in, to_a));
  base::MutableBytes back{to_a};
  base::Bytes third;
  const base::Result<bool> done = a.feed(aead_, back, third);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), NoiseErrc::peer_id_mismatch);
  EXPECT_EQ(a.remote()->id, listener_id_);
  EXPECT_TRUE(third.empty());
  EXPECT_FALSE(a.committed());
}

TEST_F(UpgradeTest, TwoDialersNotice) {
  Upgrade a = dialer();
  Upgrade b = dialer();
  base::Bytes from_a, from_b, out;
  a.start(from_a);
  b.start(from_b);
  // Only the proposal: what follows it in a real stream is never looked at.
  base::MutableBytes in{from_b};
  const base::Result<bool> done = a.feed(aead_, in, out);
  // A proposal of the very protocol that we propose reads like an echo; then Noise message 1 stands where message
  // 2 is due, and is too short for it.
  EXPECT_TRUE(!done || !*done);
}

TEST_F(UpgradeTest, ADialerThatProposesSomethingElseIsAnswered) {
  Upgrade b = listener();
  base::Bytes proposal;
  multistream::append_token(proposal, "/multistream/1.0.0");
  multistream::append_token(proposal, "/tls/1.0.0");
  base::MutableBytes in{proposal};
  base::Bytes out;
  const base::Result<bool> done = b.feed(aead_, in, out);
  ASSERT_TRUE(done);
  EXPECT_FALSE(*done);
  EXPECT_NE(base::as_text(out).find("na\n"), std::string_view::npos);
}

TEST_F(UpgradeTest, AListenerWithoutNoiseEndsTheDial) {
  Upgrade a = dialer();
  base::Bytes hello, answer;
  a.start(hello);
  multistream::append_token(answer, "/multistream/1.0.0");
  multistream::append_token(answer, "na");
  base::MutableBytes in{answer};
  base::Bytes out;
  const base::Result<bool> done = a.feed(aead_, in, out);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), NegotiationErrc::not_supported);
}

TEST_F(UpgradeTest, GarbageIsAnErrorInEveryStage) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    base::SeededRng rng{seed};
    for (const bool as_dialer : {true, false}) {
      Upgrade victim = as_dialer ? dialer() : listener();
      base::Bytes out;
      victim.start(out);
      base::Bytes in;
      if (rng.below(2) == 0) {  // past the first stage
        multistream::append_token(in, "/multistream/1.0.0");
        multistream::append_token(in, "/noise");
      }
      base::Bytes garbage(70'000);
      rng.fill(garbage);
      base::append(in, garbage);
      base::MutableBytes rest{in};
      const base::Result<bool> done = victim.feed(aead_, rest, out);
      EXPECT_FALSE(done) << "seed " << seed;
    }
  }
}

TEST_F(UpgradeTest, GarbageInsideTheMuxerNegotiationIsAnError) {
  Upgrade b = listener();
  PlainPeer a{Role::initiator, dialer_key_, rng_};
  base::Bytes to_b = a.start(), to_a;
  base::MutableBytes in{to_b};
  ASSERT_TRUE(b.feed(aead_, in, to_a));
  base::Bytes third;
  a.feed(aead_, to_a, third);
  third.back() ^= 1;  // the seal of the muxer proposal
  base::MutableBytes last{third};
  const base::Result<bool> done = b.feed(aead_, last, to_a);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), NoiseErrc::decrypt_failed);
}

}  // namespace
}  // namespace libp2p::conn
