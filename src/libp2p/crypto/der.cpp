#include "libp2p/crypto/der.hpp"

#include <algorithm>

namespace libp2p::crypto {

std::optional<base::ByteSpan> DerReader::take(DerTag tag) {
  if (rest_.size() < 2 || rest_[0] != static_cast<std::uint8_t>(tag)) return std::nullopt;
  std::size_t header = 2;
  std::size_t length = rest_[1];
  if (length >= 0x80) {
    // The long form: the low bits count the length bytes that follow. Two of them are 64 KiB, over any key's size.
    const std::size_t extra = length & 0x7f;
    if (extra == 0 || extra > 2 || rest_.size() < 2 + extra) return std::nullopt;
    length = extra == 1 ? rest_[2] : std::size_t{rest_[2]} << 8 | rest_[3];
    if (length < (extra == 1 ? 0x80U : 0x100U)) return std::nullopt;
    header += extra;
  }
  if (rest_.size() - header < length) return std::nullopt;
  const base::ByteSpan content = rest_.subspan(header, length);
  rest_ = rest_.subspan(header + length);
  return content;
}

std::optional<base::ByteSpan> DerReader::take_positive() {
  std::optional<base::ByteSpan> content = take(DerTag::integer);
  if (!content || content->empty()) return std::nullopt;
  const base::ByteSpan bytes = *content;
  if (bytes[0] >= 0x80) return std::nullopt;  // negative
  if (bytes[0] != 0) return bytes;
  // A leading zero is there only to keep the next bit from being read as a sign.
  if (bytes.size() == 1 || bytes[1] < 0x80) return std::nullopt;
  return bytes.subspan(1);
}

bool DerReader::skip(base::ByteSpan expected) {
  if (rest_.size() < expected.size() || !std::ranges::equal(rest_.first(expected.size()), expected)) return false;
  rest_ = rest_.subspan(expected.size());
  return true;
}

}  // namespace libp2p::crypto
