#include "libp2p/yamux/frame.hpp"

#include <algorithm>

#include "base/byte_io.hpp"

namespace libp2p::yamux {
namespace {

constexpr std::uint8_t kVersion = 0;

bool belongs_to_session(FrameType type) { return type == FrameType::ping || type == FrameType::go_away; }

bool flags_allowed(FrameType type, std::uint16_t flags) {
  switch (type) {
    case FrameType::ping: return flags == kSyn || flags == kAck;
    case FrameType::go_away: return flags == 0;
    case FrameType::data:
    case FrameType::window_update: break;
  }
  const bool defined = (flags & ~(kSyn | kAck | kFin | kRst)) == 0;
  const bool opens_and_answers = (flags & kSyn) != 0 && (flags & kAck) != 0;  // Never by one and the same side.
  return defined && !opens_and_answers;
}

}  // namespace

base::Result<Header> decode_header(std::span<const std::uint8_t, kHeaderBytes> in) {
  if (in[0] != kVersion) return SessionErrc::bad_version;
  if (in[1] > static_cast<std::uint8_t>(FrameType::go_away)) return SessionErrc::bad_type;
  const Header header{.type = FrameType{in[1]},
                      .flags = base::load_be16(&in[2]),
                      .stream = base::load_be32(&in[4]),
                      .length = base::load_be32(&in[8])};
  if (!flags_allowed(header.type, header.flags)) return SessionErrc::bad_flags;
  if (belongs_to_session(header.type) != (header.stream == 0)) return SessionErrc::bad_stream_id;
  return header;
}

void encode_header(const Header& header, std::span<std::uint8_t, kHeaderBytes> out) {
  out[0] = kVersion;
  out[1] = static_cast<std::uint8_t>(header.type);
  base::store_be16(&out[2], header.flags);
  base::store_be32(&out[4], header.stream);
  base::store_be32(&out[8], header.length);
}

std::optional<base::Result<Header>> HeaderReader::read(base::ByteSpan& in) {
  if (held_ == 0 && in.size() >= kHeaderBytes) {
    const auto whole = in.first<kHeaderBytes>();
    in = in.subspan(kHeaderBytes);
    return decode_header(whole);
  }
  const std::size_t take = std::min(in.size(), kHeaderBytes - held_);
  std::ranges::copy(in.first(take), partial_.begin() + held_);
  in = in.subspan(take);
  held_ = static_cast<std::uint8_t>(held_ + take);
  if (held_ < kHeaderBytes) return std::nullopt;
  held_ = 0;
  return decode_header(partial_);
}

}  // namespace libp2p::yamux
