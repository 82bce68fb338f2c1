// libp2p/wire/framing.hpp: messages with an unsigned-varint length before them, as identify and the exchange send
// them. Machine code. Invariant: a length over the maximum is refused before anything is kept.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace libp2p::wire {

enum class FramingErrc : std::uint8_t {
  bad_length = 1,  ///< Not a minimal varint.
  too_long,        ///< Over the reader's maximum.
};
base::ErrorCode make_error_code(FramingErrc code);

/// Appends `message` with its length before it.
void append_framed(base::Bytes& out, base::ByteSpan message);

/// Reassembles messages from any split of the stream; holds at most one message.
class MessageReader {
 public:
  explicit MessageReader(std::size_t max_bytes) : max_bytes_{max_bytes} {}

  /// Takes bytes from the front of `in` up to the end of one message. Nothing: all of `in` was taken.
  base::Result<std::optional<base::Bytes>> next(base::ByteSpan& in);

  /// True if the stream may end here: no part of a message is held.
  bool at_boundary() const { return prefix_.empty() && !expected_; }

 private:
  std::size_t max_bytes_;
  base::Bytes prefix_;                   ///< Length bytes while they are incomplete.
  std::optional<std::size_t> expected_;  ///< Size of the message that `held_` is filled up to.
  base::Bytes held_;
};

}  // namespace libp2p::wire

template <>
struct boost::system::is_error_code_enum<libp2p::wire::FramingErrc> : std::true_type {};
