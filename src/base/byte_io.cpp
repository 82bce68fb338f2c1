#include "base/byte_io.hpp"

#include <algorithm>
#include <bit>

namespace base {

Varint read_varint(ByteSpan in) {
  std::uint64_t value = 0;
  const std::size_t limit = std::min(in.size(), kMaxVarintBytes);
  for (std::size_t i = 0; i < limit; ++i) {
    const std::uint8_t byte = in[i];
    value |= std::uint64_t{byte & 0x7fU} << 7 * i;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && i > 0) return {.state = Varint::State::invalid};  // not minimal
      return {.state = Varint::State::complete, .value = value, .size = i + 1};
    }
  }
  return {.state = in.size() < kMaxVarintBytes ? Varint::State::truncated : Varint::State::invalid};
}

void append_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>((std::bit_width(value | 1) + 6) / 7);
}

}  // namespace base
