// The transport frames: every size class, both directions, every way to end a session.
#include "libp2p/noise/session.hpp"

#include <limits>
#include <set>
#include <vector>

#include "noise_support.hpp"

namespace libp2p::noise {

struct SessionCounters {
  static void set(Session& session, std::uint64_t sent, std::uint64_t received) {
    session.sent_ = sent;
    session.received_ = received;
  }
};

namespace {

SessionKeys keys(std::uint8_t send, std::uint8_t receive) {
  return {.send = crypto::AeadKey{repeated(send)},
          .receive = crypto::AeadKey{repeated(receive)},
          .handshake_hash = repeated(0x99)};
}

class Sessions : public ::testing::Test {
 protected:
  base::Bytes seal(base::ByteSpan plain) {
    base::Bytes frame(kLengthBytes + plain.size() + crypto::kTagBytes);
    const auto written = ours_.seal(aead_, std::array{plain}, frame);
    EXPECT_TRUE(written);
    EXPECT_EQ(*written, frame.size());
    return frame;
  }

  crypto::Aead aead_;
  Session ours_{keys(1, 2)};
  Session theirs_{keys(2, 1)};
};

TEST_F(Sessions, FrameSizeIsKnownFromTheLengthPrefix) {
  EXPECT_EQ(Session::frame_bytes({}), std::nullopt);
  EXPECT_EQ(Session::frame_bytes(hex("00")), std::nullopt);
  EXPECT_EQ(Session::frame_bytes(hex("0010")), 18U);
  EXPECT_EQ(Session::frame_bytes(hex("ffff00")), kMaxFrameBytes);
}

class FrameSizes : public Sessions, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(FrameSizes, OpenAsTheyWereSealed) {
  base::SeededRng rng{GetParam()};
  base::Bytes plain(GetParam());
  rng.fill(plain);
  for (int round = 0; round < 3; ++round) {
    base::Bytes frame = seal(plain);
    ASSERT_EQ(Session::frame_bytes(frame), frame.size());
    const auto opened = theirs_.open(aead_, frame);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(std::ranges::equal(*opened, plain));
  }
  EXPECT_EQ(ours_.frames_sent(), 3U);
  EXPECT_EQ(theirs_.frames_received(), 3U);
}

TEST_P(FrameSizes, AreTheSameInHowManyPiecesSoever) {
  base::SeededRng rng{GetParam()};
  base::Bytes plain(GetParam());
  rng.fill(plain);
  std::vector<base::ByteSpan> pieces;
  for (base::ByteSpan rest = plain; !rest.empty();) {
    const auto take = std::min(rest.size(), static_cast<std::size_t>(1 + rng.below(3000)));
    pieces.push_back(rest.first(take));
    rest = rest.subspan(take);
  }
  Session gathered{keys(1, 2)};
  base::Bytes frame(kMaxFrameBytes);
  const auto written = gathered.seal(aead_, pieces, frame);
  ASSERT_TRUE(written);
  frame.resize(*written);
  EXPECT_EQ(frame, seal(plain));
}

INSTANTIATE_TEST_SUITE_P(Noise, FrameSizes, ::testing::Values(0, 1, 1023, 1024, 65519),
                         [](const auto& c) { return std::to_string(c.param) + "Bytes"; });

TEST_F(Sessions, BothDirectionsCountForThemselves) {
  base::Bytes ping = seal(base::as_bytes("ping"));
  ASSERT_TRUE(theirs_.open(aead_, ping));
  base::Bytes pong(64);
  const auto written = theirs_.seal(aead_, std::array{base::as_bytes("pong")}, pong);
  ASSERT_TRUE(written);
  pong.resize(*written);
  const auto opened = ours_.open(aead_, pong);
  ASSERT_TRUE(opened);
  EXPECT_EQ(base::as_text(*opened), "pong");
}

TEST_F(Sessions, AnySplitOfTheStreamGivesTheSameFrames) {
  const std::vector<std::string> texts{"", "one", std::string(2000, 'x'), "", "last"};
  base::Bytes stream;
  for (const std::string& text : texts) base::append(stream, seal(base::as_bytes(text)));
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    base::SeededRng rng{seed};
    Session reader{keys(2, 1)};
    std::vector<std::string> got;
    base::Bytes held;
    for (base::ByteSpan rest = stream; !rest.empty();) {
      const auto take = std::min(rest.size(), static_cast<std::size_t>(1 + rng.below(200)));
      base::append(held, rest.first(take));
      rest = rest.subspan(take);
      for (auto size = Session::frame_bytes(held); size && *size <= held.size();
           size = Session::frame_bytes(held)) {
        const auto opened = reader.open(aead_, base::MutableBytes{held}.first(*size));
        ASSERT_TRUE(opened);
        got.emplace_back(base::as_text(*opened));
        held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(*size));
      }
    }
    ASSERT_EQ(got, texts) << "seed " << seed;
    ASSERT_TRUE(held.empty());
  }
}

TEST_F(Sessions, AFrameWithoutRoomForItsTagEndsTheSession) {
  base::Bytes frame = framed(base::Bytes(crypto::kTagBytes - 1));
  const auto opened = theirs_.open(aead_, frame);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), NoiseErrc::frame_too_short);
}

TEST_F(Sessions, NothingOpensAfterAFrameThatDidNot) {
  base::Bytes good = seal(base::as_bytes("text"));
  base::Bytes altered = good;
  altered[5] ^= 1;
  const auto opened = theirs_.open(aead_, altered);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), NoiseErrc::decrypt_failed);
  EXPECT_FALSE(theirs_.open(aead_, good));
  EXPECT_EQ(theirs_.frames_received(), 0U);
}

TEST_F(Sessions, AReplayedFrameIsRefused) {
  base::Bytes frame = seal(base::as_bytes("pay once"));
  base::Bytes again = frame;
  ASSERT_TRUE(theirs_.open(aead_, frame));
  EXPECT_FALSE(theirs_.open(aead_, again));
}

TEST_F(Sessions, AFrameOfOurOwnIsRefused) {
  base::Bytes frame = seal(base::as_bytes("mirror"));
  EXPECT_FALSE(ours_.open(aead_, frame));
}

TEST_F(Sessions, TheLastCounterIsNeverUsed) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max() - 1;
  SessionCounters::set(ours_, kLast, 0);
  SessionCounters::set(theirs_, 0, kLast);
  base::Bytes frame = seal(base::as_bytes("the last one"));
  ASSERT_TRUE(theirs_.open(aead_, frame));

  base::Bytes out(64);
  const auto sealed = ours_.seal(aead_, std::array{base::as_bytes("one more")}, out);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error(), NoiseErrc::nonce_exhausted);
  const auto opened = theirs_.open(aead_, frame);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), NoiseErrc::nonce_exhausted);
}

TEST(NoiseErrc, EveryCodeHasAMessageOfItsOwn) {
  std::set<std::string> messages;
  for (int code = 1; code <= 9; ++code) {
    const std::string message = make_error_code(static_cast<NoiseErrc>(code)).message();
    EXPECT_FALSE(message.starts_with("libp2p.noise error")) << code;
    messages.insert(message);
  }
  EXPECT_EQ(messages.size(), 9U);
}

}  // namespace
}  // namespace libp2p::noise
