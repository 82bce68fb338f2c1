// The frame header by the vectors of wire.md section 6.
#include "libp2p/yamux/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "unit/libp2p/yamux/harness.hpp"

namespace libp2p::yamux {
namespace {

struct Vector {
  const char* name;
  const char* hex;
  Header header;
};

class HeaderVectors : public ::testing::TestWithParam<Vector> {};

TEST_P(HeaderVectors, EncodeAndDecodeAreInverse) {
  const base::Bytes raw = *base::from_hex(GetParam().hex);
  const auto got = decode_header(std::span<const std::uint8_t, kHeaderBytes>{raw});
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, GetParam().header);
  base::Bytes again(kHeaderBytes);
  encode_header(*got, std::span<std::uint8_t, kHeaderBytes>{again});
  EXPECT_EQ(again, raw);
}

constexpr FrameType kWindowUpdate = FrameType::window_update;
INSTANTIATE_TEST_SUITE_P(
    Yamux, HeaderVectors,
    ::testing::Values(Vector{"OpenStream", "000100010000000100000000", {kWindowUpdate, kSyn, 1, 0}},
                      Vector{"Accept", "000100020000000100000000", {kWindowUpdate, kAck, 1, 0}},
                      Vector{"HalfClose", "000100040000000100000000", {kWindowUpdate, kFin, 1, 0}},
                      Vector{"Reset", "000100080000000100000000", {kWindowUpdate, kRst, 1, 0}},
                      Vector{"Ping", "000200010000000000000007", {FrameType::ping, kSyn, 0, 7}},
                      Vector{"Pong", "000200020000000000000007", {FrameType::ping, kAck, 0, 7}},
                      Vector{"GoAwayNormal", "000300000000000000000000", {FrameType::go_away, 0, 0, 0}},
                      Vector{"DataWithoutFlag", "000000000000000100000002", {FrameType::data, 0, 1, 2}},
                      Vector{"OpenWithCredit", "0001000100000001000c0000", {kWindowUpdate, kSyn, 1, 0xc0000}}),
    [](const auto& c) { return std::string{c.param.name}; });

struct Reject {
  const char* name;
  const char* hex;
  SessionErrc want;
};

class DecodeHeaderRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(DecodeHeaderRejects, WithReason) {
  const base::Bytes raw = *base::from_hex(GetParam().hex);
  const auto got = decode_header(std::span<const std::uint8_t, kHeaderBytes>{raw});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Yamux, DecodeHeaderRejects,
    ::testing::Values(Reject{"VersionOne", "010000000000000100000000", SessionErrc::bad_version},
                      Reject{"TypeFour", "000400000000000000000000", SessionErrc::bad_type},
                      Reject{"UndefinedFlag", "000000100000000100000000", SessionErrc::bad_flags},
                      Reject{"UndefinedHighFlag", "000180000000000100000000", SessionErrc::bad_flags},
                      Reject{"SynWithAck", "000100030000000100000000", SessionErrc::bad_flags},
                      Reject{"PingWithoutFlag", "000200000000000000000007", SessionErrc::bad_flags},
                      Reject{"PingWithSynAndAck", "000200030000000000000007", SessionErrc::bad_flags},
                      Reject{"PingWithFin", "000200040000000000000007", SessionErrc::bad_flags},
                      Reject{"GoAwayWithFlag", "000300010000000000000000", SessionErrc::bad_flags},
                      Reject{"DataOnStreamZero", "000000000000000000000000", SessionErrc::bad_stream_id},
                      Reject{"UpdateOnStreamZero", "000100010000000000000000", SessionErrc::bad_stream_id},
                      Reject{"PingOnAStream", "000200010000000100000007", SessionErrc::bad_stream_id},
                      Reject{"GoAwayOnAStream", "000300000000000100000000", SessionErrc::bad_stream_id}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(HeaderReader, GivesTheSameHeaderForEverySplit) {
  const base::Bytes raw = update(kSyn, 7, 99);
  for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
    HeaderReader reader;
    base::ByteSpan first = base::ByteSpan{raw}.first(cut);
    base::ByteSpan rest = base::ByteSpan{raw}.subspan(cut);
    auto got = reader.read(first);
    EXPECT_EQ(got.has_value(), cut == raw.size());
    if (!got) got = reader.read(rest);
    ASSERT_TRUE(got && *got) << cut;
    EXPECT_EQ(describe(**got), "SYN update 7 99");
    EXPECT_TRUE(first.empty());
  }
}

TEST(HeaderReader, LeavesWhatFollowsTheHeader) {
  const base::Bytes raw = data(0, 1, 2);
  base::ByteSpan in = raw;
  HeaderReader reader;
  EXPECT_TRUE(reader.read(in));
  EXPECT_EQ(in.size(), 2U);
}

TEST(SessionErrors, AllHaveAMessageOfTheirOwn) {
  std::vector<std::string> seen;
  for (int code = 1; code <= static_cast<int>(SessionErrc::ids_exhausted); ++code) {
    const base::ErrorCode error = SessionErrc{static_cast<std::uint8_t>(code)};
    EXPECT_THAT(seen, ::testing::Not(::testing::Contains(error.message())));
    EXPECT_THAT(error.message(), ::testing::Not(::testing::HasSubstr("libp2p.yamux error")));
    seen.push_back(error.message());
  }
}

}  // namespace
}  // namespace libp2p::yamux
