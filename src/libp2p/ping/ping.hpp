// libp2p/ping/ping.hpp: the ping protocol: 32 random bytes there and back, as often as the dialer likes.
// Machine code: no I/O, no clock. Spec: libp2p ping; docs/spec-map.md#ping.
// Invariants: the echo is compared as it arrives, in any chunks; nothing of the remote's is kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"

namespace libp2p::ping {

inline constexpr std::string_view kProtocol = "/ipfs/ping/1.0.0";
inline constexpr std::size_t kPayloadBytes = 32;  ///< Fixed by the spec.

enum class PingErrc : std::uint8_t {
  wrong_echo = 1,  ///< A byte differs from what was sent.
  unasked_echo,    ///< Bytes while no ping is out.
};
base::ErrorCode make_error_code(PingErrc code);

/// The dialer's side: one ping at a time on one stream. After an error reset the stream.
class Pinger {
 public:
  /// The payload of the next ping, to be written at once; valid until the next call. Its time counts from `now`.
  /// No ping may be out. `rng` is used during the call only.
  base::ByteSpan ping(base::Rng& rng, base::TimePoint now);

  /// Takes bytes from the front of `in` up to the end of the echo: then the round-trip time. Nothing: all of `in`
  /// was taken. Bytes behind the echo stay in `in`; feeding them is PingErrc::unasked_echo.
  base::Result<std::optional<base::Duration>> feed(base::ByteSpan& in, base::TimePoint now);

  bool outstanding() const { return sent_at_.has_value(); }

 private:
  std::array<std::uint8_t, kPayloadBytes> payload_{};
  std::size_t echoed_ = 0;
  std::optional<base::TimePoint> sent_at_;
};

/// The listener's side: every byte goes back, in the chunks in which it came (some peers wait for whole pings,
/// some do not). The driver writes an echo out before it reads on, so that a peer that does not read holds no
/// memory.
class Responder {
 public:
  /// What to write back for `in`: borrowed from it.
  base::ByteSpan echo(base::ByteSpan in);

  /// Whole pings answered so far.
  std::uint64_t answered() const { return bytes_ / kPayloadBytes; }
  /// True if the stream may end here: no part of a ping is open.
  bool at_boundary() const { return bytes_ % kPayloadBytes == 0; }

 private:
  std::uint64_t bytes_ = 0;
};

}  // namespace libp2p::ping

template <>
struct boost::system::is_error_code_enum<libp2p::ping::PingErrc> : std::true_type {};
