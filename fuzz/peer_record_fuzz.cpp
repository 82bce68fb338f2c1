// Signed records from peers, relayed or in identify. Random envelopes die at the signature, so the input is also
// taken as a payload that is signed here: what is behind the signature is reached too.
#include <cstdint>
#include <string>

#include "base/byte_io.hpp"
#include "libp2p/peer_record.hpp"
#include "libp2p/wire/envelope.pb.h"
#include "require.hpp"

namespace {

using libp2p::SignedPeerRecord;

void check(const SignedPeerRecord& record) {
  require(record.envelope().size() <= SignedPeerRecord::kMaxEnvelopeBytes, "an envelope is bounded");
  require(!record.addresses().empty(), "a record has an address");
  require(record.addresses().size() <= SignedPeerRecord::kMaxAddresses, "the number of addresses is bounded");
  for (const auto& addr : record.addresses()) require(!addr.peer(), "addresses name no peer");
  const auto again = SignedPeerRecord::open(record.envelope());
  require(again && again->version() == record.version(), "a re-encoded record opens as the same version");
  require(again->envelope() == record.envelope(), "a re-encoded envelope is stable");
}

base::Bytes seal(base::ByteSpan payload) {
  static const libp2p::Identity identity = libp2p::Identity::from_seed(std::array<std::uint8_t, 32>{7});
  libp2p::wire::pb::PeerRecord record;
  // The input may set its own id; one without gets the signer's.
  if (record.ParseFromArray(payload.data(), static_cast<int>(payload.size())) && !record.has_peer_id()) {
    record.set_peer_id(std::string{base::as_text(libp2p::PeerId::of(identity.public_key()).bytes())});
  }
  const std::string body = record.SerializePartialAsString();
  base::Bytes message;
  for (const std::string_view part :
       {std::string_view{"libp2p-peer-record"}, std::string_view{"\x03\x01"}, std::string_view{body}}) {
    base::append_varint(message, part.size());
    base::append(message, base::as_bytes(part));
  }
  libp2p::wire::pb::Envelope envelope;
  envelope.set_public_key(std::string{base::as_text(identity.public_key().encode())});
  envelope.set_payload_type("\x03\x01");
  envelope.set_payload(body);
  envelope.set_signature(std::string{base::as_text(identity.sign(message))});
  const std::string text = envelope.SerializeAsString();
  const base::ByteSpan bytes = base::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan input{data, size};
  if (const auto record = SignedPeerRecord::open(input)) check(*record);
  if (const auto record = SignedPeerRecord::open(seal(input))) check(*record);
  return 0;
}
