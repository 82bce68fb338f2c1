// exchange/record.hpp: a verified record, shared; and what an envelope says before it is verified.
// A record is immutable: the table, answers to peers and the store share one copy.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/peer_record.hpp"

namespace exchange {

using RecordPtr = std::shared_ptr<const libp2p::SignedPeerRecord>;

/// Verifies an envelope: libp2p::SignedPeerRecord::open, or a simulation's that remembers what it verified.
using OpenRecord = std::function<base::Result<RecordPtr>(base::ByteSpan envelope)>;

/// `SignedPeerRecord::open` on the heap.
base::Result<RecordPtr> open_record(base::ByteSpan envelope);

/// What an envelope claims. Enough to see that it is equal to a held one, which then needs no second check.
struct Claim {
  libp2p::PeerId peer;
  libp2p::RecordVersion version;
};

/// Nothing if the envelope is not well-formed. Costs one SHA-256, no signature check.
std::optional<Claim> peek(base::ByteSpan envelope);

}  // namespace exchange
