#include "config/text/secret_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>

#include "libp2p/crypto/secret.hpp"

namespace config::text {

SecretText::SecretText(std::size_t capacity) : memory_{capacity} {}

SecretText SecretText::of(const libp2p::Identity& identity) {
  constexpr std::size_t kRawBytes = 64;
  constexpr std::size_t kRoom = sodium_base64_ENCODED_LEN(kRawBytes, sodium_base64_VARIANT_ORIGINAL);
  auto raw = identity.private_key_bytes();
  SecretText text{kRoom};
  sodium_bin2base64(reinterpret_cast<char*>(text.room().data()), kRoom, raw.data(), raw.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.resize(kRoom - 1);  // without the terminating zero
  libp2p::crypto::wipe(raw);
  return text;
}

void SecretText::append(std::string_view more) {
  assert(more.size() <= room().size() - size_);
  std::ranges::copy(more, room().subspan(size_).begin());
  size_ += more.size();
}

void SecretText::resize(std::size_t size) {
  assert(size <= room().size());
  size_ = size;
}

}  // namespace config::text
