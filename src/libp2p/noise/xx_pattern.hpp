// libp2p/noise/xx_pattern.hpp: the three messages of Noise XX, each with any payload: -> e; <- e, ee, s, es; -> s,
// se. Machine code; knows nothing of libp2p. Spec: Noise Protocol Framework rev 34, sections 5.3 and 7.5.
// Invariant: messages are written and read in turn; after an error the pattern is not used again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"
#include "libp2p/crypto/dh.hpp"
#include "libp2p/noise/handshake.hpp"
#include "libp2p/noise/symmetric_state.hpp"

namespace libp2p::noise {

class XxPattern {
 public:
  static constexpr std::size_t kMessages = 3;

  /// `static_key` and `rng` (of the ephemeral key) are borrowed for the life of the pattern.
  XxPattern(Role role, const crypto::DhKeyPair& static_key, base::Rng& rng, base::ByteSpan prologue);

  /// Index of the next message, from 0; kMessages after the last one.
  std::size_t message() const { return message_; }
  bool done() const { return message_ == kMessages; }
  /// True if the next message is ours to write; false if it is to be read, or there is none.
  bool our_turn() const;
  /// The size of the next message with an empty payload.
  std::size_t min_message_bytes() const;

  /// Appends the next message to `out`. Errors: NoiseErrc::bad_dh.
  base::Result<void> write(base::ByteSpan payload, base::Bytes& out);
  /// The payload of the next message. Errors: NoiseErrc::bad_message, decrypt_failed, bad_dh.
  base::Result<base::Bytes> read(base::ByteSpan message);

  /// The remote's static public key, once its message was read.
  const std::optional<crypto::DhPublic>& remote_static() const { return remote_static_; }

  /// Once done.
  SessionKeys session_keys() const;

 private:
  enum class Token : std::uint8_t { e, s, ee, es, se };
  static std::span<const Token> tokens_of(std::size_t message);

  base::Result<void> mix_dh(Token token);
  base::Result<void> read_token(Token token, base::ByteSpan& in);
  base::Result<void> write_token(Token token, base::Bytes& out);

  Role role_;
  const crypto::DhKeyPair& static_;
  base::Rng& rng_;
  SymmetricState symmetric_;
  std::optional<crypto::DhKeyPair> ephemeral_;
  std::optional<crypto::DhPublic> remote_ephemeral_;
  std::optional<crypto::DhPublic> remote_static_;
  std::size_t message_ = 0;  ///< Even ones are the initiator's.
};

}  // namespace libp2p::noise
