// libp2p/identify/reader.hpp: reads the stream of an identify or a push, judged by the key of the handshake.
// Machine code: no I/O, no clock. Spec: libp2p identify; docs/spec-map.md#identify.
// Invariants: at most one message of 8 KiB is held undecoded; what is kept of the remote is bounded by limits.hpp;
// addresses and record are the sender's own. What this library cannot parse is skipped, not an error.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/identify/info.hpp"
#include "libp2p/identify/limits.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/wire/framing.hpp"

namespace libp2p::wire::pb {
class Identify;
}

namespace libp2p::identify {

/// How many a reader keeps; those behind are left out.
struct Room {
  std::size_t protocols = kMaxProtocols;
  std::size_t addresses = kMaxAddresses;
};

class Reader {
 public:
  /// `key`: what the handshake proved. `held`: the peer's record that is held already, if any; the same envelope
  /// is not verified again. Both are borrowed for the life of the reader.
  explicit Reader(const PublicKey& key, const SignedPeerRecord* held = nullptr, const Room& room = {});

  /// Takes all of `in`. Errors: FramingErrc, bad_message, key_mismatch, too_many_messages (reset the stream; for
  /// key_mismatch close the connection).
  base::Result<void> feed(base::ByteSpan in);

  /// The remote ended its side: what all messages together said, once. Fields that it did not send are empty.
  /// Errors: truncated, no_message.
  base::Result<Info> finish();

  /// Protocols and addresses left out: unparsable, another peer's, or over a limit.
  std::size_t skipped() const { return skipped_; }
  /// Why the signed record was left out, if it was; the addresses of the message are used then.
  const base::ErrorCode& record_error() const { return record_error_; }

 private:
  base::Result<void> take(base::ByteSpan message);
  void take_listen_addr(base::ByteSpan bytes);
  void take_protocol(const std::string& protocol);
  void take_observed_addr(base::ByteSpan bytes);
  void open_record();

  const PublicKey& key_;
  const SignedPeerRecord* held_;
  Room room_;
  PeerId peer_;
  wire::MessageReader messages_;
  std::size_t message_count_ = 0;
  Info info_;
  base::Bytes envelope_;  ///< The latest signed record, opened at the end: one signature per stream.
  std::size_t skipped_ = 0;
  base::ErrorCode record_error_;
};

}  // namespace libp2p::identify
