// SHA-256 by the examples of FIPS 180-4.
#include "libp2p/crypto/hash.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/base64.hpp"

namespace libp2p::crypto {
namespace {

constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, MatchesTheStandardsExamples) {
  EXPECT_EQ(base::to_hex(sha256(base::as_bytes("abc"))), kOfAbc);
  EXPECT_EQ(base::to_hex(sha256(base::ByteSpan{})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::to_hex(sha256(base::as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, OfPiecesIsThatOfTheirConcatenation) {
  EXPECT_EQ(base::to_hex(sha256({base::as_bytes("a"), base::as_bytes(""), base::as_bytes("bc")})), kOfAbc);
}

}  // namespace
}  // namespace libp2p::crypto
