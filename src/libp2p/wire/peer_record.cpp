// Signed peer records. Spec: libp2p RFC 0002 (envelopes), RFC 0003 (peer records), with the domain and payload
// type that go, js and py use. Order of `open`: size, syntax, type, signature; the payload is parsed only when its
// signature is good.
#include "libp2p/peer_record.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_io.hpp"
#include "libp2p/crypto/hash.hpp"
#include "libp2p/wire/envelope.pb.h"

namespace libp2p {
namespace {

constexpr std::string_view kDomain = "libp2p-peer-record";
constexpr std::string_view kPayloadType = "\x03\x01";
constexpr std::uint64_t kRefusedSeq = std::numeric_limits<std::uint64_t>::max();
/// What an envelope needs besides addresses: keys, ids, signature and field headers of an Ed25519 peer, with room.
constexpr std::size_t kEnvelopeOverheadBytes = 256;
constexpr std::size_t kAddressOverheadBytes = 6;  ///< Two field headers.

constexpr std::array kRows{
    base::ErrorRow{static_cast<int>(RecordErrc::too_large), base::ErrorClass::recoverable,
                   "signed record is over 4 KiB"},
    base::ErrorRow{static_cast<int>(RecordErrc::bad_envelope), base::ErrorClass::recoverable,
                   "signed record is not an envelope with a usable key"},
    base::ErrorRow{static_cast<int>(RecordErrc::wrong_payload_type), base::ErrorClass::recoverable,
                   "signed envelope holds something else than a peer record"},
    base::ErrorRow{static_cast<int>(RecordErrc::bad_signature), base::ErrorClass::recoverable,
                   "signature of the record is not that of its key"},
    base::ErrorRow{static_cast<int>(RecordErrc::bad_record), base::ErrorClass::recoverable,
                   "signed payload is not a peer record"},
    base::ErrorRow{static_cast<int>(RecordErrc::peer_mismatch), base::ErrorClass::recoverable,
                   "record names another peer than its signer"},
    base::ErrorRow{static_cast<int>(RecordErrc::bad_sequence), base::ErrorClass::recoverable,
                   "sequence number of the record is the largest there is, so nothing could ever replace it"},
    base::ErrorRow{static_cast<int>(RecordErrc::no_address), base::ErrorClass::recoverable,
                   "record has no address that can be understood"},
};

std::string to_string(base::ByteSpan bytes) { return std::string{base::as_text(bytes)}; }

/// RFC 0002 "Signature Production": domain, type and payload, each with its length before it.
base::Bytes signed_bytes(base::ByteSpan payload) {
  base::Bytes out;
  out.reserve(kDomain.size() + kPayloadType.size() + payload.size() + 3 * base::kMaxVarintBytes);
  for (const base::ByteSpan part : {base::as_bytes(kDomain), base::as_bytes(kPayloadType), payload}) {
    base::append_varint(out, part.size());
    base::append(out, part);
  }
  return out;
}

/// The four fields in the order of their numbers and nothing else: one envelope for each (key, payload,
/// signature).
base::Bytes encode_envelope(const PublicKey& key, std::string_view payload, base::ByteSpan signature) {
  wire::pb::Envelope envelope;
  envelope.set_public_key(to_string(key.encode()));
  envelope.set_payload_type(std::string{kPayloadType});
  envelope.set_payload(std::string{payload});
  envelope.set_signature(to_string(signature));
  const std::string text = envelope.SerializeAsString();
  const base::ByteSpan bytes = base::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

/// `addr` without a `/p2p` at its end; nothing if that names another peer, or if nothing else is there.
std::optional<Multiaddr> own_address(const Multiaddr& addr, const PeerId& peer) {
  const std::optional<PeerId> named = addr.peer();
  if (named && *named != peer) return std::nullopt;
  return addr.without_peer();
}

std::vector<Multiaddr> parse_addresses(const wire::pb::PeerRecord& record, const PeerId& peer) {
  std::vector<Multiaddr> addresses;
  for (const auto& info : record.addresses()) {
    if (addresses.size() == SignedPeerRecord::kMaxAddresses) break;
    const auto parsed = Multiaddr::from_bytes(base::as_bytes(info.multiaddr()));
    if (!parsed) continue;  // one of a protocol that is newer than we are
    if (auto own = own_address(*parsed, peer)) addresses.push_back(std::move(*own));
  }
  return addresses;
}

}  // namespace

base::ErrorCode make_error_code(RecordErrc code) {
  static const base::TableCategory category{"libp2p.peer_record", kRows};
  return {static_cast<int>(code), category};
}

SignedPeerRecord SignedPeerRecord::sign(const Identity& identity, std::uint64_t seq,
                                        const std::vector<Multiaddr>& addresses) {
  assert(seq != kRefusedSeq);
  const PublicKey& key = identity.public_key();
  const PeerId peer = PeerId::of(key);

  wire::pb::PeerRecord record;
  record.set_peer_id(to_string(peer.bytes()));
  record.set_seq(seq);
  std::vector<Multiaddr> kept;
  std::size_t room = kMaxEnvelopeBytes - kEnvelopeOverheadBytes;
  for (const Multiaddr& addr : addresses) {
    auto own = own_address(addr, peer);
    if (!own || kept.size() == kMaxAddresses) continue;
    const std::size_t size = own->bytes().size() + kAddressOverheadBytes;
    if (size > room) continue;
    room -= size;
    record.add_addresses()->set_multiaddr(to_string(own->bytes()));
    kept.push_back(std::move(*own));
  }

  const std::string payload = record.SerializeAsString();
  const base::ByteSpan payload_bytes = base::as_bytes(payload);
  const RecordVersion version{.seq = seq, .hash = crypto::sha256(payload_bytes)};
  return {peer, key, version, std::move(kept),
          encode_envelope(key, payload, identity.sign(signed_bytes(payload_bytes)))};
}

base::Result<SignedPeerRecord> SignedPeerRecord::open(base::ByteSpan envelope) {
  if (envelope.size() > kMaxEnvelopeBytes) return RecordErrc::too_large;
  wire::pb::Envelope outer;
  if (!outer.ParseFromArray(envelope.data(), static_cast<int>(envelope.size()))) return RecordErrc::bad_envelope;
  if (outer.payload_type() != kPayloadType) return RecordErrc::wrong_payload_type;
  const auto key = PublicKey::decode(base::as_bytes(outer.public_key()));
  if (!key) return RecordErrc::bad_envelope;
  const base::ByteSpan payload = base::as_bytes(outer.payload());
  const base::ByteSpan signature = base::as_bytes(outer.signature());
  if (!key->verify(signed_bytes(payload), signature)) return RecordErrc::bad_signature;

  wire::pb::PeerRecord record;
  if (!record.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return RecordErrc::bad_record;
  const auto peer = PeerId::from_bytes(base::as_bytes(record.peer_id()));
  if (!peer) return RecordErrc::bad_record;
  if (*peer != PeerId::of(*key)) return RecordErrc::peer_mismatch;
  if (record.seq() == kRefusedSeq) return RecordErrc::bad_sequence;
  std::vector<Multiaddr> addresses = parse_addresses(record, *peer);
  if (addresses.empty()) return RecordErrc::no_address;

  const RecordVersion version{.seq = record.seq(), .hash = crypto::sha256(payload)};
  return SignedPeerRecord{*peer, *key, version, std::move(addresses),
                          encode_envelope(*key, outer.payload(), signature)};
}

}  // namespace libp2p
