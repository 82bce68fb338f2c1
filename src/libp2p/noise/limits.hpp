// libp2p/noise/limits.hpp: the bounds of a handshake: unit, reason, and the test that reaches it.
#pragma once

#include <cstddef>

namespace libp2p::noise {

/// A handshake message without its length. The largest that an honest peer sends carries an RSA key of 8192 bits
/// and a signature by it, 2.3 KB in all. It bounds what a stranger makes us hold.
/// Test: Dialogue.RefusesALengthOverTheLimitBeforeTheBytesArrive.
inline constexpr std::size_t kMaxMessageBytes = 4096;

/// Entries of the remote's stream_muxers list (as go); real lists have one to three.
/// Tests: Payload.MayNameAsManyMuxersAsAllowed; ForgedPayload.IsRefused, row OneMuxerTooMany.
inline constexpr int kMaxMuxers = 100;

}  // namespace libp2p::noise
