#include "libp2p/crypto/hkdf.hpp"

#include <sodium.h>

#include <array>
#include <initializer_list>

namespace libp2p::crypto {
namespace {

Secret<32> hmac_sha256(const Secret<32>& key, std::initializer_list<base::ByteSpan> pieces) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.view().data(), key.view().size());
  for (const base::ByteSpan piece : pieces) crypto_auth_hmacsha256_update(&state, piece.data(), piece.size());
  Secret<32> tag;
  crypto_auth_hmacsha256_final(&state, tag.fill().data());
  sodium_memzero(&state, sizeof state);
  return tag;
}

}  // namespace

HkdfOutput hkdf(const Secret<32>& chaining_key, base::ByteSpan input_key_material) {
  static constexpr std::array<std::uint8_t, 1> kFirst{1};
  static constexpr std::array<std::uint8_t, 1> kSecond{2};
  const Secret<32> extracted = hmac_sha256(chaining_key, {input_key_material});
  HkdfOutput out;
  out.first = hmac_sha256(extracted, {kFirst});
  out.second = hmac_sha256(extracted, {out.first.view(), kSecond});
  return out;
}

}  // namespace libp2p::crypto
