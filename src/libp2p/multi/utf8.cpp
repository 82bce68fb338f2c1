#include "libp2p/multi/utf8.hpp"

#include "base/utf8.hpp"

namespace libp2p::multi {
namespace {

constexpr bool is_printable(char32_t code) { return code > 0x20 && (code < 0x7f || code > 0x9f); }

}  // namespace

bool is_printable_utf8(base::ByteSpan text) {
  std::string_view rest = base::as_text(text);
  while (!rest.empty()) {
    const base::CodePoint point = base::first_code_point(rest);
    if (!point.valid || !is_printable(point.value)) return false;
    rest.remove_prefix(point.size);
  }
  return true;
}

}  // namespace libp2p::multi
