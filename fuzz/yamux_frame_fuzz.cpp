// Headers from arbitrary bytes: what decodes encodes to the same bytes, and every split of the input agrees.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "libp2p/yamux/frame.hpp"

using namespace libp2p::yamux;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  base::ByteSpan whole{bytes, size};
  base::ByteSpan split = whole;
  HeaderReader one;
  HeaderReader two;
  while (const auto header = one.read(whole)) {
    std::optional<base::Result<Header>> again;
    while (!again && !split.empty()) {
      base::ByteSpan piece = split.first(std::min<std::size_t>(split.size(), 1 + bytes[size - split.size()] % 12));
      const std::size_t before = piece.size();
      again = two.read(piece);
      split = split.subspan(before - piece.size());
    }
    if (!again || again->has_value() != header->has_value()) std::abort();
    if (!*header) {
      if (again->error() != header->error()) std::abort();
      continue;
    }
    std::array<std::uint8_t, kHeaderBytes> raw{};
    encode_header(**header, raw);
    if (**again != **header || !std::equal(raw.begin(), raw.end(), whole.data() - kHeaderBytes)) std::abort();
  }
  return 0;
}
