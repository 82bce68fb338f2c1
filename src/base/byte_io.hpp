// base/byte_io.hpp: big-endian integers and unsigned varints, bytes <-> values. Pure, bounded, no allocation
// beyond the output. Spec: multiformats unsigned-varint (minimal, at most 9 bytes), libp2p framing.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace base {

inline std::uint16_t load_be16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
inline std::uint32_t load_be32(const std::uint8_t* at) {
  return std::uint32_t{load_be16(at)} << 16 | load_be16(at + 2);
}
inline std::uint64_t load_be64(const std::uint8_t* at) {
  return std::uint64_t{load_be32(at)} << 32 | load_be32(at + 4);
}
inline void store_be16(std::uint8_t* at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
inline void store_be32(std::uint8_t* at, std::uint32_t value) {
  store_be16(at, static_cast<std::uint16_t>(value >> 16));
  store_be16(at + 2, static_cast<std::uint16_t>(value));
}
inline void store_be64(std::uint8_t* at, std::uint64_t value) {
  store_be32(at, static_cast<std::uint32_t>(value >> 32));
  store_be32(at + 4, static_cast<std::uint32_t>(value));
}

inline constexpr std::size_t kMaxVarintBytes = 9;  ///< 63 bits, the bound of the unsigned-varint spec.

/// The result of reading a varint from the front of a buffer.
struct Varint {
  enum class State : std::uint8_t {
    complete,   ///< `value` and `size` are set.
    truncated,  ///< More bytes are needed; what is there may still become valid.
    invalid,    ///< Not minimal, or over 9 bytes: no further byte can make it valid.
  };
  State state = State::truncated;
  std::uint64_t value = 0;
  std::size_t size = 0;  ///< Bytes that it took.
};

/// Reads one unsigned varint from the front of `in`.
Varint read_varint(ByteSpan in);

/// Appends `value` (below 2^63) to `out`.
void append_varint(Bytes& out, std::uint64_t value);

std::size_t varint_size(std::uint64_t value);

}  // namespace base
