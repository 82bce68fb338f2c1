// base/bytes.hpp: names for the byte containers that cross every layer.
// Vocabulary only: no functions with a cost, nothing that knows a protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace base {

using Bytes = std::vector<std::uint8_t>;         ///< Owned bytes.
using ByteSpan = std::span<const std::uint8_t>;  ///< Borrowed, read only; valid as long as its owner says.
using MutableBytes = std::span<std::uint8_t>;    ///< Borrowed, writable.

/// The bytes of `text`, borrowed.
inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The characters of `bytes`, borrowed; not checked to be UTF-8.
inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(Bytes& to, ByteSpan more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace base
