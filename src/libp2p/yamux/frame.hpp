// libp2p/yamux/frame.hpp: the 12-byte frame header, bytes <-> struct.
// Machine code: no I/O, no clock. Spec: yamux "Framing"; hashicorp/yamux spec; docs/spec-map.md#yamux-frame.
// Invariant: a header that decodes has a known type, flags that this type allows, and stream 0 exactly if it is a
// frame of the session (Ping, Go Away).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/yamux/types.hpp"

namespace libp2p::yamux {

inline constexpr std::size_t kHeaderBytes = 12;

enum class FrameType : std::uint8_t {
  data,           ///< `length` bytes follow.
  window_update,  ///< `length` is credit; with RST an error code.
  ping,           ///< `length` is an opaque id. SYN asks, ACK answers.
  go_away,        ///< `length` is a code.
};

inline constexpr std::uint16_t kSyn = 1;
inline constexpr std::uint16_t kAck = 2;
inline constexpr std::uint16_t kFin = 4;
inline constexpr std::uint16_t kRst = 8;

struct Header {
  FrameType type = FrameType::data;
  std::uint16_t flags = 0;
  StreamId stream = 0;
  std::uint32_t length = 0;

  bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  /// How many bytes follow the header.
  std::uint32_t payload_bytes() const { return type == FrameType::data ? length : 0; }

  bool operator==(const Header&) const = default;
};

/// Reads a header. Errors: bad_version, bad_type, bad_flags, bad_stream_id. O(1).
base::Result<Header> decode_header(std::span<const std::uint8_t, kHeaderBytes> in);

/// Writes `header`, which is not checked. O(1).
void encode_header(const Header& header, std::span<std::uint8_t, kHeaderBytes> out);

/// Cuts headers out of a byte stream that may be split anywhere; keeps at most an incomplete header.
class HeaderReader {
 public:
  /// Takes a header from the front of `in`. Nothing: all of `in` was taken and more is needed.
  std::optional<base::Result<Header>> read(base::ByteSpan& in);

 private:
  std::array<std::uint8_t, kHeaderBytes> partial_{};
  std::uint8_t held_ = 0;
};

}  // namespace libp2p::yamux
