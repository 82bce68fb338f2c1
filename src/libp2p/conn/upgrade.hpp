// libp2p/conn/upgrade.hpp: from a fresh TCP connection to an authenticated, multiplexed one: multistream-select
// for
// `/noise`, the Noise handshake, and multistream-select for the muxer where the handshake did not settle it.
// Machine code: no I/O, no clock. Spec: libp2p connections "Upgrading Connections"; docs/spec-map.md#upgrade.
// Invariant: bytes behind the last negotiation message stay in `in` (sealed) or in `take_plaintext` (opened).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"
#include "libp2p/multistream/negotiation.hpp"
#include "libp2p/noise/handshake.hpp"
#include "libp2p/noise/session.hpp"

namespace libp2p::conn {

inline constexpr std::string_view kNoiseProtocol = "/noise";
inline constexpr std::string_view kYamuxProtocol = "/yamux/1.0.0";

class Upgrade {
 public:
  enum class Stage : std::uint8_t { secure, mux, done };
  struct Options {
    noise::Role role = noise::Role::initiator;
    std::optional<PeerId> expected;
    bool probe = false;  ///< Done when message 2 is verified; message 3 is never sent.
  };

  /// `key` and `rng` are borrowed for the life of the upgrade.
  Upgrade(Options options, const noise::StaticKey& key, base::Rng& rng);

  /// What the dialer says first: header, `/noise` and Noise message 1 in one piece. Nothing as a listener.
  void start(base::Bytes& out);

  /// Takes bytes from the front of `in`, appends answers to `out`. True once everything is agreed. An incomplete
  /// Noise frame of the muxer negotiation stays in `in`: give it again with more.
  base::Result<bool> feed(crypto::Aead& aead, base::MutableBytes& in, base::Bytes& out);

  Stage stage() const { return stage_; }
  bool heard() const { return heard_; }  ///< At least one byte came.
  /// As dialer: message 3 was produced, so the other end may have a connection from here on.
  bool committed() const { return stage_ != Stage::secure; }
  const std::optional<noise::Remote>& remote() const { return handshake_.remote(); }
  bool early_muxer() const { return early_muxer_; }

  // After `done`:
  noise::Session take_session() { return std::move(*session_); }
  base::Bytes take_plaintext() { return std::move(plaintext_); }  ///< Opened already, belongs to yamux.

 private:
  base::Result<bool> negotiate_security(base::MutableBytes& in, base::Bytes& out);
  base::Result<bool> shake_hands(crypto::Aead& aead, base::MutableBytes& in, base::Bytes& out);
  base::Result<bool> negotiate_muxer(crypto::Aead& aead, base::MutableBytes& in, base::Bytes& out);
  base::Result<void> seal(crypto::Aead& aead, base::ByteSpan plain, base::Bytes& out);

  Options options_;
  Stage stage_ = Stage::secure;
  bool security_agreed_ = false;
  bool heard_ = false;
  bool early_muxer_ = false;
  multistream::Dialer dialer_;
  multistream::Listener listener_;
  noise::Handshake handshake_;
  std::optional<noise::Session> session_;
  base::Bytes plaintext_;
};

}  // namespace libp2p::conn
