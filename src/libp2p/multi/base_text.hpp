// libp2p/multi/base_text.hpp: bytes <-> text in the bases that peer ids use. Pure; strict, so that every byte
// string has exactly one text in each base.
// Spec: multiformats multibase (without the prefix character); base32 is RFC 4648 lower-case without padding.
// Invariant: the conversions that cost the square of the length take bounded input only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace libp2p::multi {

/// The most that base58 and base36 convert: a peer id or its CID, with room. Longer text is refused.
inline constexpr std::size_t kMaxRadixBytes = 64;
inline constexpr std::size_t kMaxRadixText = 100;  ///< Digits of base36 in that many bytes.

/// `bytes`: at most kMaxRadixBytes; more is our own bug and aborts.
std::string to_base58(base::ByteSpan bytes);
std::string to_base36(base::ByteSpan bytes);
std::string to_base32(base::ByteSpan bytes);

/// Nothing on a foreign character or an input over the bounds.
std::optional<base::Bytes> from_base58(std::string_view text);
std::optional<base::Bytes> from_base36(std::string_view text);
/// Nothing on a foreign character, a length that no byte string has, or spare bits that are not zero.
std::optional<base::Bytes> from_base32(std::string_view text);

}  // namespace libp2p::multi
