// Public keys from peers: an accepted key has one encoding, and verifying with it neither fails nor accepts
// rubbish.
#include <algorithm>
#include <cstdint>

#include "libp2p/peer_id.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan input{data, size};
  const auto key = libp2p::PublicKey::decode(input);
  if (!key) return 0;
  require(std::ranges::equal(key->encode(), input), "a key has one encoding");
  const libp2p::PeerId id = libp2p::PeerId::of(*key);
  if (const auto inlined = id.inline_key()) require(*inlined == *key, "an inlined key is the key");
  // Bytes of the input in place of a signature: one that fits cannot be found by chance.
  require(!key->verify(base::as_bytes("message"), input.first(std::min<std::size_t>(size, 64))), "no forgery");
  return 0;
}
