// libp2p/yamux/limits.hpp: every bound of the yamux machine: unit, reason, and the test that reaches it.
// The tests are those of tests/unit/libp2p/yamux/limits_test.cpp unless another file is named.
#pragma once

#include <cstddef>
#include <cstdint>

namespace libp2p::yamux {

inline constexpr std::uint32_t kInitialWindowBytes = 256 * 1024;  ///< Fixed by the spec, both directions.
inline constexpr std::uint32_t kQuantumBytes = 16 * 1024;         ///< One data frame; rust refuses over 1 MiB.
inline constexpr std::size_t kCopyBytes = 1024;  ///< Payload up to this is copied, more is borrowed.

struct Limits {
  std::uint32_t max_window_bytes = 16 * 1024 * 1024;  ///< Where auto-tuning ends (as go); window_test.cpp.
  std::uint32_t max_unacked_outbound = 256;           ///< The spec's ACK backlog.
  std::uint32_t max_inbound_streams = 256;            ///< Live at once; beyond: RST without ACK.
  std::uint32_t max_streams = 500;                    ///< Live in all; rust answers the 513th with Go Away.
  std::uint32_t opens_per_second = 100;               ///< Of the remote; beyond: RST.
  std::uint32_t open_burst = 256;
  std::uint32_t open_abuse = 1024;  ///< Opens over the rate that end the session; each one let in forgives one.
  std::uint32_t max_pending_pongs = 32;
  std::uint32_t max_pending_control =
      256;  ///< Unsent RST for refused opens. RST and ACK of streams: one a stream.
  std::uint32_t max_empty_frames_per_second = 1000;
  std::uint32_t max_stray_frames_per_second = 100;  ///< For streams that never were; an honest peer sends none.
};

}  // namespace libp2p::yamux
