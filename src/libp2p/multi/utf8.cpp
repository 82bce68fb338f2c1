#include "libp2p/multi/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace libp2p::multi {
namespace {

/// What a lead byte promises: the size of its sequence, and the least code point that needs that size.
struct Sequence {
  std::size_t size;
  std::uint32_t least;
  std::uint32_t lead_bits;
};

constexpr Sequence sequence_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, lead};
  if (lead >= 0xc0 && lead < 0xe0) return {2, 0x80, lead & 0x1fU};
  if (lead >= 0xe0 && lead < 0xf0) return {3, 0x800, lead & 0x0fU};
  if (lead >= 0xf0 && lead < 0xf8) return {4, 0x10000, lead & 0x07U};
  return {0, 0, 0};
}

constexpr bool is_printable(std::uint32_t code) {
  const bool control = code <= 0x20 || (code >= 0x7f && code <= 0x9f);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return !control && !surrogate && code <= 0x10ffff;
}

}  // namespace

bool is_printable_utf8(base::ByteSpan text) {
  while (!text.empty()) {
    const Sequence sequence = sequence_of(text.front());
    if (sequence.size == 0 || sequence.size > text.size()) return false;
    std::uint32_t code = sequence.lead_bits;
    for (const std::uint8_t byte : text.subspan(1, sequence.size - 1)) {
      if ((byte & 0xc0) != 0x80) return false;
      code = code << 6 | (byte & 0x3fU);
    }
    if (code < sequence.least || !is_printable(code)) return false;
    text = text.subspan(sequence.size);
  }
  return true;
}

}  // namespace libp2p::multi
