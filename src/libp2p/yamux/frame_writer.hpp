// libp2p/yamux/frame_writer.hpp: lays frames out for one gather: headers and small payload copied, large borrowed.
// Machine code. Invariants: never more than `limit` bytes; neighbours in `scratch` are one piece.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"
#include "libp2p/yamux/frame.hpp"
#include "libp2p/yamux/session.hpp"

namespace libp2p::yamux {

class FrameWriter {
 public:
  /// Clears `out` and fills it; `scratch` bounds the output where it is shorter than `limit`.
  FrameWriter(Gathered& out, base::MutableBytes scratch, std::size_t limit);

  /// Whether a frame with that much payload still fits.
  bool fits(std::size_t payload_bytes) const { return left_ >= kHeaderBytes + payload_bytes; }
  /// How much payload a frame may have; zero as well if no header fits.
  std::size_t payload_room() const { return left_ > kHeaderBytes ? left_ - kHeaderBytes : 0; }

  /// Writes a frame that fits. `payload` is as long as the header says.
  void write(const Header& header, base::ByteSpan payload = {});

 private:
  void copy(base::ByteSpan bytes);

  Gathered& out_;
  base::MutableBytes scratch_;
  std::size_t used_ = 0;  ///< Of scratch_.
  std::size_t left_;
};

}  // namespace libp2p::yamux
