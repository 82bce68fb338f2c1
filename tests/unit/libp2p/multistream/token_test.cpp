// Tokens by the bytes of the multistream-select specification, and every bound of the reader.
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "libp2p/multistream/limits.hpp"
#include "libp2p/multistream/negotiation.hpp"

namespace libp2p::multistream {
namespace {

struct Vector {
  const char* name;
  const char* token;
  const char* hex;
};

class TokenVectors : public ::testing::TestWithParam<Vector> {};

TEST_P(TokenVectors, EncodeAndDecodeAreInverse) {
  base::Bytes out;
  append_token(out, GetParam().token);
  EXPECT_EQ(base::to_hex(out), GetParam().hex);
  base::ByteSpan in = out;
  const auto token = TokenReader{}.next(in);
  ASSERT_TRUE(token && *token);
  EXPECT_EQ(**token, GetParam().token);
  EXPECT_TRUE(in.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Multistream, TokenVectors,
    ::testing::Values(Vector{"Header", "/multistream/1.0.0", "132f6d756c746973747265616d2f312e302e300a"},
                      Vector{"Noise", "/noise", "072f6e6f6973650a"}, Vector{"NotAvailable", "na", "036e610a"},
                      Vector{"Yamux", "/yamux/1.0.0", "0d2f79616d75782f312e302e300a"},
                      Vector{"Tls", "/tls/1.0.0", "0b2f746c732f312e302e300a"},
                      Vector{"Identify", "/ipfs/id/1.0.0", "0f2f697066732f69642f312e302e300a"},
                      Vector{"Ping", "/ipfs/ping/1.0.0", "112f697066732f70696e672f312e302e300a"}),
    [](const auto& c) { return std::string{c.param.name}; });

/// A message of `size` bytes with its newline.
base::Bytes message_of(std::size_t size) {
  base::Bytes bytes;
  base::append_varint(bytes, size);
  bytes.resize(bytes.size() + size, 'a');
  bytes.back() = '\n';
  return bytes;
}

TEST(TokenReader, TakesTheLongestToken) {
  const base::Bytes bytes = message_of(kMaxTokenBytes);
  base::ByteSpan in = bytes;
  const auto token = TokenReader{}.next(in);
  ASSERT_TRUE(token && *token);
  EXPECT_EQ((*token)->size(), kMaxTokenBytes - 1);
}

TEST(TokenReader, LeavesTheBytesBehindTheToken) {
  base::Bytes bytes = message_of(8);
  base::append(bytes, base::as_bytes("next layer"));
  base::ByteSpan in = bytes;
  const auto token = TokenReader{}.next(in);
  ASSERT_TRUE(token && *token);
  EXPECT_EQ(base::as_text(in), "next layer");
}

TEST(TokenReader, WaitsForEveryMissingByte) {
  const base::Bytes bytes = message_of(300);
  TokenReader reader;
  for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
    base::ByteSpan in = base::ByteSpan{bytes}.subspan(at, 1);
    const auto token = reader.next(in);
    ASSERT_TRUE(token);
    ASSERT_FALSE(*token) << at;
    ASSERT_TRUE(in.empty());
  }
}

struct Reject {
  const char* name;
  const char* hex;
  NegotiationErrc want;
};

class TokenReaderRejects : public ::testing::TestWithParam<Reject> {};

TEST_P(TokenReaderRejects, WithReason) {
  const base::Bytes bytes = *base::from_hex(GetParam().hex);
  base::ByteSpan in = bytes;
  const auto token = TokenReader{}.next(in);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Multistream, TokenReaderRejects,
                         ::testing::Values(Reject{"OneByteMore", "8108", NegotiationErrc::token_too_long},
                                           Reject{"LengthOfThreeBytes", "808001", NegotiationErrc::token_too_long},
                                           Reject{"NonMinimalLength", "8300", NegotiationErrc::bad_token},
                                           Reject{"LengthZero", "00", NegotiationErrc::bad_token},
                                           Reject{"NewlineAlone", "010a", NegotiationErrc::bad_token},
                                           Reject{"NoNewline", "036e6161", NegotiationErrc::bad_token}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace libp2p::multistream
