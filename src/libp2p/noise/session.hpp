// libp2p/noise/session.hpp: the transport phase of Noise: frames of a 2-byte length and up to 65,535 bytes sealed.
// Machine code: no I/O, no clock. A session is two keys and two counters; the AEAD context is the thread's.
// Spec: libp2p noise "Wire Format". Invariant: counters never wrap, a failed open ends the session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/noise/handshake.hpp"

namespace libp2p::noise {

inline constexpr std::size_t kLengthBytes = 2;
inline constexpr std::size_t kMaxSealedBytes = 65535;
inline constexpr std::size_t kMaxPlainBytes = kMaxSealedBytes - crypto::kTagBytes;  // 65,519
inline constexpr std::size_t kMaxFrameBytes = kLengthBytes + kMaxSealedBytes;

class Session {
 public:
  explicit Session(SessionKeys keys);
  // A copy would seal under counters that the original uses too.
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = default;
  Session& operator=(Session&&) = default;

  /// The size of the frame at the front of `in`, length prefix included, or nothing if the prefix is not whole.
  static std::optional<std::size_t> frame_bytes(base::ByteSpan in);

  /// Opens one whole frame (prefix included) in place; the plaintext is a part of `frame` and may be empty.
  /// Errors: frame_too_short, decrypt_failed, nonce_exhausted: close the connection; nothing opens after them.
  base::Result<base::MutableBytes> open(crypto::Aead& aead, base::MutableBytes frame);

  /// Seals the concatenation of `pieces` (at most kMaxPlainBytes) into `out`, which must hold
  /// kLengthBytes + sum + kTagBytes; returns how many bytes it wrote. Errors: nonce_exhausted.
  base::Result<std::size_t> seal(crypto::Aead& aead, std::span<const base::ByteSpan> pieces,
                                 base::MutableBytes out);

  std::uint64_t frames_sent() const { return sent_; }
  std::uint64_t frames_received() const { return received_; }
  const std::array<std::uint8_t, 32>& handshake_hash() const { return keys_.handshake_hash; }

 private:
  SessionKeys keys_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  bool broken_ = false;  ///< A frame did not open: the stream is not what the remote sent.

  friend struct SessionCounters;  ///< Tests reach the last counter with it.
};

}  // namespace libp2p::noise
