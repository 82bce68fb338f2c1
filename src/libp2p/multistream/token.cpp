// One message of multistream-select: an unsigned varint length, text, newline; the length counts the newline.
#include "libp2p/multistream/token.hpp"

#include <algorithm>

#include "base/byte_io.hpp"
#include "libp2p/multistream/limits.hpp"
#include "libp2p/multistream/negotiation.hpp"

namespace libp2p::multistream {
namespace {

/// No allowed length takes more varint bytes than this.
constexpr std::size_t kMaxLengthBytes = 2;
static_assert(kMaxTokenBytes < 1 << 7 * kMaxLengthBytes);

}  // namespace

base::Result<std::optional<std::string>> TokenReader::next(base::ByteSpan& in) {
  base::Varint length;
  while ((length = base::read_varint(held_)).state == base::Varint::State::truncated) {
    if (held_.size() == kMaxLengthBytes) return NegotiationErrc::token_too_long;
    if (in.empty()) return std::nullopt;
    held_.push_back(in.front());
    in = in.subspan(1);
  }
  if (length.state == base::Varint::State::invalid) return NegotiationErrc::bad_token;
  if (length.value > kMaxTokenBytes) return NegotiationErrc::token_too_long;

  const std::size_t whole = length.size + static_cast<std::size_t>(length.value);
  const std::size_t take = std::min(in.size(), whole - held_.size());
  base::append(held_, in.first(take));
  in = in.subspan(take);
  if (held_.size() < whole) return std::nullopt;

  const std::string_view line = base::as_text(held_).substr(length.size);
  if (line.size() < 2 || line.back() != '\n') return NegotiationErrc::bad_token;
  std::optional<std::string> token{line.substr(0, line.size() - 1)};
  held_.clear();
  return token;
}

void append_token(base::Bytes& out, std::string_view token) {
  base::append_varint(out, token.size() + 1);
  base::append(out, base::as_bytes(token));
  out.push_back('\n');
}

}  // namespace libp2p::multistream
