#include "exchange/record.hpp"

#include <utility>

#include "libp2p/crypto/hash.hpp"
#include "libp2p/wire/envelope.pb.h"

namespace exchange {

base::Result<RecordPtr> open_record(base::ByteSpan envelope) {
  auto opened = libp2p::SignedPeerRecord::open(envelope);
  if (!opened) return opened.error();
  return std::make_shared<const libp2p::SignedPeerRecord>(std::move(*opened));
}

std::optional<Claim> peek(base::ByteSpan envelope) {
  libp2p::wire::pb::Envelope outer;
  libp2p::wire::pb::PeerRecord record;
  if (!outer.ParseFromArray(envelope.data(), static_cast<int>(envelope.size()))) return std::nullopt;
  if (!record.ParseFromString(outer.payload())) return std::nullopt;
  const auto peer = libp2p::PeerId::from_bytes(base::as_bytes(record.peer_id()));
  if (!peer) return std::nullopt;
  return Claim{.peer = *peer,
               .version = {.seq = record.seq(), .hash = libp2p::crypto::sha256(base::as_bytes(outer.payload()))}};
}

}  // namespace exchange
