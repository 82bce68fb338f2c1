// libp2p/yamux/stream_state.hpp: the life of a stream as a table. The table is the documentation.
// Machine code, constexpr. Spec: yamux "Opening a stream", "Closing a stream", "Resetting".
// The ACK is not part of it: FINs may pass it by, so whether it is still open is a fact beside the state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/state_table.hpp"

namespace libp2p::yamux {

enum class StreamState : std::uint8_t {
  idle,          ///< Opened by us, SYN not gathered: the remote knows nothing of it.
  syn_sent,      ///< Opened by us, no ACK yet.
  syn_received,  ///< Opened by the remote, not accepted yet.
  established,
  local_closed,   ///< Our FIN was gathered; the remote may still send.
  remote_closed,  ///< The remote's FIN was read; we may still send.
  closed,         ///< Both.
  reset,          ///< By either side; ours waits to be gathered.
};

enum class StreamStep : std::uint8_t { send_syn, receive_ack, accept, send_fin, receive_fin, reset };

using StreamEdge = base::Edge<StreamState, StreamStep>;

inline constexpr std::array kStreamEdges{
    StreamEdge{StreamState::idle, StreamStep::send_syn, StreamState::syn_sent},
    StreamEdge{StreamState::idle, StreamStep::reset, StreamState::reset},
    StreamEdge{StreamState::syn_sent, StreamStep::receive_ack, StreamState::established},
    StreamEdge{StreamState::syn_sent, StreamStep::send_fin, StreamState::local_closed},
    StreamEdge{StreamState::syn_sent, StreamStep::receive_fin, StreamState::remote_closed},
    StreamEdge{StreamState::syn_sent, StreamStep::reset, StreamState::reset},
    StreamEdge{StreamState::syn_received, StreamStep::accept, StreamState::established},
    StreamEdge{StreamState::syn_received, StreamStep::receive_fin, StreamState::remote_closed},
    StreamEdge{StreamState::syn_received, StreamStep::reset, StreamState::reset},
    StreamEdge{StreamState::established, StreamStep::send_fin, StreamState::local_closed},
    StreamEdge{StreamState::established, StreamStep::receive_fin, StreamState::remote_closed},
    StreamEdge{StreamState::established, StreamStep::reset, StreamState::reset},
    StreamEdge{StreamState::local_closed, StreamStep::receive_ack, StreamState::local_closed},
    StreamEdge{StreamState::local_closed, StreamStep::receive_fin, StreamState::closed},
    StreamEdge{StreamState::local_closed, StreamStep::reset, StreamState::reset},
    StreamEdge{StreamState::remote_closed, StreamStep::accept, StreamState::remote_closed},
    StreamEdge{StreamState::remote_closed, StreamStep::send_fin, StreamState::closed},
    StreamEdge{StreamState::remote_closed, StreamStep::reset, StreamState::reset},
};

/// Where `on` leads from `from`; nothing if the step is not possible there.
constexpr std::optional<StreamState> next(StreamState from, StreamStep on) {
  return base::next_state(kStreamEdges, from, on);
}

/// Whether payload, credit and FIN of the remote still mean something.
constexpr bool remote_may_send(StreamState state) { return next(state, StreamStep::receive_fin).has_value(); }

/// Whether we may still send payload or FIN (an idle stream after its SYN).
constexpr bool we_may_send(StreamState state) {
  return state == StreamState::idle || state == StreamState::syn_received ||
         next(state, StreamStep::send_fin).has_value();
}

static_assert(!next(StreamState::closed, StreamStep::reset), "a closed stream is forgotten, never reused");
static_assert(!remote_may_send(StreamState::idle), "the remote cannot know a stream whose SYN was not sent");

}  // namespace libp2p::yamux
