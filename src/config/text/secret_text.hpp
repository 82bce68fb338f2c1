// config/text/secret_text.hpp: text that holds, or may hold, the private key, in guarded memory. No printer.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "libp2p/crypto/guarded.hpp"
#include "libp2p/key.hpp"

namespace config::text {

class SecretText {
 public:
  /// Empty, with room for `capacity` bytes; it never grows.
  explicit SecretText(std::size_t capacity);
  /// What stands in conf.yaml for `identity`: base64 of its 64 bytes.
  static SecretText of(const libp2p::Identity& identity);

  std::string_view view() const { return base::as_text(memory_.bytes().first(size_)); }
  /// `more` must fit.
  void append(std::string_view more);
  /// All of the memory, to be filled from outside; `resize` then says how much of it holds.
  base::MutableBytes room() { return memory_.bytes(); }
  void resize(std::size_t size);
  /// False where the system does not allow it: then the text may come to stand on a swap disk.
  bool locked() const { return memory_.locked(); }

 private:
  libp2p::crypto::GuardedBytes memory_;
  std::size_t size_ = 0;
};

}  // namespace config::text
