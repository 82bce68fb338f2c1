// Length-prefixed messages: reading byte by byte gives exactly what reading in one piece gives.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "libp2p/wire/framing.hpp"
#include "require.hpp"

namespace {

constexpr std::size_t kMaxBytes = 300;

struct Outcome {
  std::vector<base::Bytes> messages;
  base::ErrorCode error;
  bool at_boundary = true;

  bool operator==(const Outcome&) const = default;
};

Outcome read_in_pieces(base::ByteSpan stream, std::size_t piece) {
  libp2p::wire::MessageReader reader{kMaxBytes};
  Outcome outcome;
  while (!stream.empty()) {
    base::ByteSpan part = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(part.size());
    while (!part.empty()) {
      auto next = reader.next(part);
      if (!next) {
        outcome.error = next.error();
        return outcome;
      }
      if (!*next) {
        require(part.empty(), "without a message all input was taken");
        continue;
      }
      require((**next).size() <= kMaxBytes, "a message is bounded");
      outcome.messages.push_back(std::move(**next));
    }
  }
  outcome.at_boundary = reader.at_boundary();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan input{data, size};
  const Outcome whole = read_in_pieces(input, size + 1);
  require(whole == read_in_pieces(input, 1), "a split changes nothing");
  if (whole.error || !whole.at_boundary) return 0;
  base::Bytes written;
  for (const base::Bytes& message : whole.messages) libp2p::wire::append_framed(written, message);
  require(written == base::Bytes(input.begin(), input.end()), "a stream has one spelling");
  return 0;
}
