// Length-prefixed messages: any split of the stream gives the same messages; a length is judged before its bytes.
#include "libp2p/wire/framing.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"

namespace libp2p::wire {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

/// All messages of `stream`, handed over in pieces of at most `piece` bytes.
base::Result<std::vector<base::Bytes>> read_all(MessageReader& reader, base::ByteSpan stream, std::size_t piece) {
  std::vector<base::Bytes> messages;
  while (!stream.empty()) {
    base::ByteSpan part = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(part.size());
    while (!part.empty()) {
      auto next = reader.next(part);
      if (!next) return next.error();
      if (*next) messages.push_back(std::move(**next));
    }
  }
  return messages;
}

TEST(Framing, WritesTheLengthBeforeTheMessage) {
  base::Bytes out{0xff};
  append_framed(out, hex("aabb"));
  append_framed(out, {});
  append_framed(out, base::Bytes(300, 0));
  EXPECT_EQ(base::to_hex(base::ByteSpan{out}.first(7)), "ff02aabb00ac02");
  EXPECT_EQ(out.size(), 307U);
}

TEST(Framing, EverySplitGivesTheSameMessages) {
  base::SeededRng rng{7};
  std::vector<base::Bytes> want;
  base::Bytes stream;
  for (const std::size_t size : {0U, 1U, 127U, 128U, 300U, 0U, 5U}) {
    want.emplace_back(size);
    rng.fill(want.back());
    append_framed(stream, want.back());
  }
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    MessageReader reader{300};
    const auto got = read_all(reader, stream, piece);
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, want) << "pieces of " << piece;
    EXPECT_TRUE(reader.at_boundary());
  }
}

TEST(Framing, TakesNothingBehindTheFirstMessage) {
  const base::Bytes stream = hex("01aa02bbcc");
  base::ByteSpan rest{stream};
  MessageReader reader{10};
  const auto first = reader.next(rest);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(**first, hex("aa"));
  EXPECT_EQ(rest.size(), 3U);
}

TEST(Framing, IsOnlyAtABoundaryBetweenMessages) {
  base::Bytes stream;
  append_framed(stream, base::Bytes(200, 1));
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    MessageReader reader{200};
    base::ByteSpan part = base::ByteSpan{stream}.first(cut);
    ASSERT_TRUE(reader.next(part));
    EXPECT_EQ(reader.at_boundary(), cut == 0 || cut == stream.size()) << cut;
  }
}

struct Reject {
  const char* name;
  const char* stream_hex;
  FramingErrc want;
};

class FramingRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(FramingRejects, InOnePieceAndByteByByte) {
  const base::Bytes stream = hex(GetParam().stream_hex);
  for (const std::size_t piece : {std::size_t{1}, stream.size()}) {
    MessageReader reader{300};
    const auto got = read_all(reader, stream, piece);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error(), GetParam().want);
  }
}

INSTANTIATE_TEST_SUITE_P(Framing, FramingRejects,
                         ::testing::Values(Reject{"LengthNotMinimal", "8100", FramingErrc::bad_length},
                                           Reject{"LengthOverNineBytes", "80808080808080808001",
                                                  FramingErrc::bad_length},
                                           Reject{"OneByteOverTheMaximum", "ad02", FramingErrc::too_long},
                                           Reject{"LargestLength", "ffffffffffffffff7f", FramingErrc::too_long}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Framing, AcceptsExactlyTheMaximum) {
  base::Bytes stream;
  append_framed(stream, base::Bytes(300, 1));
  MessageReader reader{300};
  const auto got = read_all(reader, stream, stream.size());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->size(), 1U);
}

}  // namespace
}  // namespace libp2p::wire
