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

TEST(Sha256, OfAMillionCharactersIsTheStandardsHoweverTheyAreCut) {
  constexpr const char* kOfAMillion = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  const std::string million(1'000'000, 'a');
  const base::ByteSpan bytes = base::as_bytes(million);
  EXPECT_EQ(base::to_hex(sha256(bytes)), kOfAMillion);
  EXPECT_EQ(base::to_hex(sha256({bytes.first(1), bytes.subspan(1, 70'000), bytes.subspan(70'001)})), kOfAMillion);
}

TEST(Sha256, IsTheSameFunctionOnBothSidesOfTheSizeAtWhichThePackageChanges) {
  EXPECT_EQ(base::to_hex(sha256(base::as_bytes(std::string(1023, 'x')))),
            "97c9d367e67d0cff2f99f4c97ddff45250552d880b0d2c57caf78b1483da8c56");
  EXPECT_EQ(base::to_hex(sha256(base::as_bytes(std::string(1024, 'x')))),
            "49abd65bbf7f7e40c7055093ed2e3fd75f2f602f2c5fcf955c213e3135eb03f7");
}

}  // namespace
}  // namespace libp2p::crypto
