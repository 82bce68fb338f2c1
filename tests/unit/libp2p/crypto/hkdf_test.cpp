// The Noise key derivation by RFC 5869 (test case 3: no salt, no info).
#include "libp2p/crypto/hkdf.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace libp2p::crypto {
namespace {

TEST(Hkdf, GivesTheOutputOfRfc5869WithoutSaltAndInfo) {
  const Secret<32> no_salt;  // HMAC pads an absent salt with zeros to the same key
  const HkdfOutput out = hkdf(no_salt, base::Bytes(22, 0x0b));
  EXPECT_EQ(base::to_hex(out.first.view()), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  EXPECT_EQ(base::to_hex(out.second.view()).substr(0, 20), "9d201395faa4b61a96c8");  // the RFC asks 42 bytes
}

TEST(Hkdf, DependsOnTheChainingKeyAndOnTheInput) {
  const base::Bytes input(32, 1);
  Secret<32> other;
  other.fill()[31] = 1;
  const std::string first = base::to_hex(hkdf(Secret<32>{}, input).first.view());
  EXPECT_NE(first, base::to_hex(hkdf(other, input).first.view()));
  EXPECT_NE(first, base::to_hex(hkdf(Secret<32>{}, {}).first.view()));
}

}  // namespace
}  // namespace libp2p::crypto
