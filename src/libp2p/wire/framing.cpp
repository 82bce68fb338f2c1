#include "libp2p/wire/framing.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_io.hpp"

namespace libp2p::wire {
namespace {

constexpr std::array kRows{
    base::ErrorRow{1, base::ErrorClass::recoverable, "message length is not a minimal varint"},
    base::ErrorRow{2, base::ErrorClass::recoverable, "message is longer than this protocol allows"},
};

}  // namespace

base::ErrorCode make_error_code(FramingErrc code) {
  static const base::TableCategory category{"libp2p.framing", kRows};
  return {static_cast<int>(code), category};
}

void append_framed(base::Bytes& out, base::ByteSpan message) {
  base::append_varint(out, message.size());
  base::append(out, message);
}

base::Result<std::optional<base::Bytes>> MessageReader::next(base::ByteSpan& in) {
  while (!expected_) {
    if (in.empty()) return std::nullopt;
    prefix_.push_back(in.front());
    in = in.subspan(1);
    const base::Varint length = base::read_varint(prefix_);
    if (length.state == base::Varint::State::invalid) return FramingErrc::bad_length;
    if (length.state == base::Varint::State::truncated) continue;
    if (length.value > max_bytes_) return FramingErrc::too_long;
    expected_ = static_cast<std::size_t>(length.value);
    prefix_.clear();
  }
  const std::size_t take = std::min(in.size(), *expected_ - held_.size());
  base::append(held_, in.first(take));
  in = in.subspan(take);
  if (held_.size() < *expected_) return std::nullopt;
  expected_.reset();
  return std::optional{std::exchange(held_, {})};
}

}  // namespace libp2p::wire
