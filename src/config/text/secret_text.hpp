// config/text/secret_text.hpp: text that holds, or may hold, the private key: between guard pages, locked into
// memory as far as the system allows, left out of core dumps, wiped when it goes. No printer.
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "libp2p/key.hpp"

namespace config::text {

class SecretText {
 public:
  /// Empty, with room for `capacity` bytes; it never grows.
  explicit SecretText(std::size_t capacity);
  /// What stands in conf.yaml for `identity`: base64 of its 64 bytes.
  static SecretText of(const libp2p::Identity& identity);

  std::string_view view() const { return {bytes_.get(), size_}; }
  /// `more` must fit.
  void append(std::string_view more);
  /// All of the memory, to be filled from outside; `resize` then says how much of it holds.
  base::MutableBytes room() { return {reinterpret_cast<std::uint8_t*>(bytes_.get()), capacity_}; }
  void resize(std::size_t size);

 private:
  struct Free {
    void operator()(char* bytes) const noexcept;
  };

  std::unique_ptr<char, Free> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace config::text
