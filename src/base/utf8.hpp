// base/utf8.hpp: strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

/// What stands at the front of a text.
struct CodePoint {
  char32_t value = 0;    ///< U+FFFD if `valid` is false.
  std::size_t size = 0;  ///< Bytes that it took; one for an invalid byte, so that a reader always moves on.
  bool valid = false;
};

/// Decodes the first code point of `text`, which must not be empty.
CodePoint first_code_point(std::string_view text);

/// The offset of the first byte that is not part of valid UTF-8.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

}  // namespace base
