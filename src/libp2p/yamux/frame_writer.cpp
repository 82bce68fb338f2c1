#include "libp2p/yamux/frame_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace libp2p::yamux {

FrameWriter::FrameWriter(Gathered& out, base::MutableBytes scratch, std::size_t limit)
    : out_{out}, scratch_{scratch}, left_{std::min(limit, scratch.size())} {
  out.pieces.clear();
  out.drained.clear();
  out.bytes = 0;
}

void FrameWriter::write(const Header& header, base::ByteSpan payload) {
  assert(fits(payload.size()) && header.payload_bytes() == payload.size());
  std::array<std::uint8_t, kHeaderBytes> raw{};
  encode_header(header, raw);
  copy(raw);
  if (payload.size() <= kCopyBytes) {
    copy(payload);
  } else {
    out_.pieces.push_back(payload);
  }
  out_.bytes += kHeaderBytes + payload.size();
  left_ -= kHeaderBytes + payload.size();
}

void FrameWriter::copy(base::ByteSpan bytes) {
  if (bytes.empty()) return;
  std::uint8_t* const at = scratch_.data() + used_;
  std::ranges::copy(bytes, at);
  used_ += bytes.size();
  const bool continues = !out_.pieces.empty() && out_.pieces.back().data() + out_.pieces.back().size() == at;
  if (continues) {
    out_.pieces.back() = {out_.pieces.back().data(), out_.pieces.back().size() + bytes.size()};
  } else {
    out_.pieces.emplace_back(at, bytes.size());
  }
}

}  // namespace libp2p::yamux
