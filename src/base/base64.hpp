// base/base64.hpp: standard base64 (RFC 4648 section 4) with padding, strict both ways. And lower-case hex.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace base {

std::string to_base64(ByteSpan bytes);

/// Nothing if `text` is not canonical: wrong alphabet, length, padding, or non-zero spare bits.
std::optional<Bytes> from_base64(std::string_view text);

std::string to_hex(ByteSpan bytes);

/// Nothing on an odd length or a character outside 0-9, a-f, A-F.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace base
