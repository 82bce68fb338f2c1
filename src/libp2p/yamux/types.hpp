// libp2p/yamux/types.hpp: the words that every file of the yamux machine shares: stream ids, roles, codes, errors.
// Vocabulary only. Spec: yamux "Stream ID field", "Go Away"; docs/spec-map.md#yamux.
#pragma once

#include <boost/system/is_error_code_enum.hpp>
#include <cstdint>
#include <type_traits>

#include "base/error.hpp"

namespace libp2p::yamux {

using StreamId = std::uint32_t;

/// The dialer is the client and opens odd ids, the listener even ones.
enum class Role : std::uint8_t { client, server };

inline constexpr std::uint32_t kGoAwayNormal = 0;
inline constexpr std::uint32_t kGoAwayProtocolError = 1;
inline constexpr std::uint32_t kGoAwayInternalError = 2;

// Codes of a reset, as go-yamux numbers them.
inline constexpr std::uint32_t kResetResourceLimit = 0x1002;
inline constexpr std::uint32_t kResetRateLimited = 0x1003;
inline constexpr std::uint32_t kResetShutdown = 0x1007;

enum class SessionErrc : std::uint8_t {
  // Of the remote. After any of them a Go Away is queued: gather it, then close the connection.
  bad_version = 1,
  bad_type,
  bad_flags,
  bad_stream_id,     ///< SYN of the wrong parity, stream 0 with data, or a session frame on a stream.
  duplicate_stream,  ///< SYN for an id that is live.
  window_exceeded,
  credit_overflow,  ///< A send window beyond 2^32-1.
  ping_flood,
  empty_frame_flood,
  open_flood,
  control_overflow,    ///< Our answers pile up because the remote does not read.
  unknown_data_flood,  ///< Frames for streams that never were.
  // Of our own calls.
  backlog_full,  ///< `Limits::max_unacked_outbound` streams wait for their ACK.
  too_many_streams,
  session_closed,  ///< Go Away was sent or received, or the session failed.
  unknown_stream,
  write_closed,   ///< `offer` after `close_write`.
  offer_pending,  ///< `offer` while the one before is not drained.
  ids_exhausted,  ///< All 2^31 ids were used: open a new connection.
};
base::ErrorCode make_error_code(SessionErrc code);

}  // namespace libp2p::yamux

template <>
struct boost::system::is_error_code_enum<libp2p::yamux::SessionErrc> : std::true_type {};
