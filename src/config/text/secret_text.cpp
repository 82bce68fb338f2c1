#include "config/text/secret_text.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <new>

#include "libp2p/crypto/secret.hpp"

namespace config::text {
namespace {

char* allocate(std::size_t capacity) {
  static const bool ready = sodium_init() >= 0;  // the allocator needs the page size that this finds out
  void* memory = ready ? sodium_malloc(std::max<std::size_t>(capacity, 1)) : nullptr;
  if (memory == nullptr) throw std::bad_alloc{};
  return static_cast<char*>(memory);
}

}  // namespace

void SecretText::Free::operator()(char* bytes) const noexcept { sodium_free(bytes); }

SecretText::SecretText(std::size_t capacity) : bytes_{allocate(capacity)}, capacity_{capacity} {}

SecretText SecretText::of(const libp2p::Identity& identity) {
  constexpr std::size_t kRawBytes = 64;
  constexpr std::size_t kRoom = sodium_base64_ENCODED_LEN(kRawBytes, sodium_base64_VARIANT_ORIGINAL);
  auto raw = identity.private_key_bytes();
  SecretText text{kRoom};
  sodium_bin2base64(text.bytes_.get(), kRoom, raw.data(), raw.size(), sodium_base64_VARIANT_ORIGINAL);
  text.resize(kRoom - 1);  // without the terminating zero
  libp2p::crypto::wipe(raw);
  return text;
}

void SecretText::append(std::string_view more) {
  assert(more.size() <= capacity_ - size_);
  std::ranges::copy(more, bytes_.get() + size_);
  size_ += more.size();
}

void SecretText::resize(std::size_t size) {
  assert(size <= capacity_);
  size_ = size;
}

}  // namespace config::text
