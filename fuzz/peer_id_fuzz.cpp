// Peer ids as multihash and as text: whatever is accepted round-trips in every form.
#include <algorithm>
#include <cstdint>

#include "libp2p/peer_id.hpp"
#include "require.hpp"

namespace {

using libp2p::PeerId;

void check(const PeerId& id) {
  require(PeerId::from_bytes(id.bytes()).value() == id, "bytes come back");
  require(PeerId::from_text(id.to_cid()).value() == id, "a CID comes back");
  if (const auto key = id.inline_key()) require(PeerId::of(*key) == id, "an inlined key has this id");
  const std::string text = id.to_base58();
  if (text.starts_with('1') || text.starts_with("Qm")) require(PeerId::from_text(text).value() == id, "base58");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan input{data, size};
  if (const auto id = PeerId::from_bytes(input)) {
    require(std::ranges::equal(id->bytes(), input), "an id has one binary form");
    check(*id);
  }
  if (const auto id = PeerId::from_text(base::as_text(input))) check(*id);
  return 0;
}
