#include "libp2p/yamux/types.hpp"

#include <array>

namespace libp2p::yamux {
namespace {

constexpr base::ErrorRow row(SessionErrc code, const char* message) {
  return {static_cast<int>(code), base::ErrorClass::recoverable, message};
}

constexpr std::array kRows{
    row(SessionErrc::bad_version, "yamux frame of a version other than 0"),
    row(SessionErrc::bad_type, "yamux frame of an unknown type"),
    row(SessionErrc::bad_flags, "yamux frame with flags that its type does not allow"),
    row(SessionErrc::bad_stream_id, "yamux frame with a stream id that its sender must not use"),
    row(SessionErrc::duplicate_stream, "the peer opened a yamux stream whose id is in use"),
    row(SessionErrc::window_exceeded, "the peer sent more than the yamux window allows"),
    row(SessionErrc::credit_overflow, "the peer granted a yamux window over 2^32-1 bytes"),
    row(SessionErrc::ping_flood, "the peer sends yamux pings faster than it reads the answers"),
    row(SessionErrc::empty_frame_flood, "the peer floods us with empty yamux frames"),
    row(SessionErrc::open_flood, "the peer keeps opening yamux streams beyond the rate limit"),
    row(SessionErrc::control_overflow, "the peer opens yamux streams but does not read our answers"),
    row(SessionErrc::unknown_data_flood, "the peer floods yamux streams that were never opened"),
    row(SessionErrc::backlog_full,
        "too many yamux streams wait for the peer's ACK; retry when one is acknowledged"),
    row(SessionErrc::too_many_streams, "too many yamux streams are open; close one first"),
    row(SessionErrc::session_closed, "the yamux session is closing; use another connection"),
    row(SessionErrc::unknown_stream, "the yamux stream is closed or was reset"),
    row(SessionErrc::write_closed, "the writing side of the yamux stream is closed"),
    row(SessionErrc::offer_pending, "a write on this yamux stream is still under way; wait until it is drained"),
    row(SessionErrc::ids_exhausted, "the yamux session has used all its stream ids; open a new connection"),
};

}  // namespace

base::ErrorCode make_error_code(SessionErrc code) {
  static const base::TableCategory category{"libp2p.yamux", kRows};
  return {static_cast<int>(code), category};
}

}  // namespace libp2p::yamux
