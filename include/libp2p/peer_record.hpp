// libp2p/peer_record.hpp: signed envelopes and peer records. Spec: libp2p RFC 0002, RFC 0003 in the form that go,
// js and py use (domain "libp2p-peer-record", payload type 03 01).
// A record is identified by (peer, seq, SHA-256 of the payload), never by envelope bytes: envelopes are malleable.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/key.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"

namespace libp2p {

/// Records of one peer are ordered by (seq, hash): a larger one replaces a smaller one everywhere.
struct RecordVersion {
  std::uint64_t seq = 0;
  std::array<std::uint8_t, 32> hash{};  ///< SHA-256 of the payload.
  auto operator<=>(const RecordVersion&) const = default;
};

/// A verified signed peer record. Immutable; made only by `sign` and `open`.
class SignedPeerRecord {
 public:
  static constexpr std::size_t kMaxEnvelopeBytes = 4096;
  static constexpr std::size_t kMaxAddresses = 64;

  /// Signs `addresses` as the identity's own, without `/p2p`; one that names another peer is left out, and so is
  /// what does not fit into the bounds above. `seq` below 2^64-1.
  static SignedPeerRecord sign(const Identity& identity, std::uint64_t seq,
                               const std::vector<Multiaddr>& addresses);
  /// Verifies: size, syntax, payload type, signature, key belongs to the peer id, seq. Addresses that this library
  /// cannot parse or that name another peer are skipped, and those behind the first kMaxAddresses; the payload is
  /// kept whole. Errors: RecordErrc.
  static base::Result<SignedPeerRecord> open(base::ByteSpan envelope);

  const PeerId& peer() const { return peer_; }
  const RecordVersion& version() const { return version_; }
  const std::vector<Multiaddr>& addresses() const { return addresses_; }  ///< Without `/p2p`.
  const PublicKey& key() const { return key_; }
  /// The envelope, re-encoded from its four fields: what is stored and relayed.
  const base::Bytes& envelope() const { return envelope_; }

 private:
  SignedPeerRecord(PeerId peer, PublicKey key, RecordVersion version, std::vector<Multiaddr> addresses,
                   base::Bytes envelope)
      : peer_{peer},
        key_{std::move(key)},
        version_{version},
        addresses_{std::move(addresses)},
        envelope_{std::move(envelope)} {}

  PeerId peer_;
  PublicKey key_;
  RecordVersion version_;
  std::vector<Multiaddr> addresses_;
  base::Bytes envelope_;
};

enum class RecordErrc : std::uint8_t {
  too_large = 1,
  bad_envelope,
  wrong_payload_type,
  bad_signature,
  bad_record,
  peer_mismatch,
  bad_sequence,
  no_address,
};
base::ErrorCode make_error_code(RecordErrc code);

}  // namespace libp2p

template <>
struct boost::system::is_error_code_enum<libp2p::RecordErrc> : std::true_type {};
