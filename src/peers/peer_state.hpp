// peers/peer_state.hpp: the states of a peer and the only transitions between them. Pure; design: ARCHITECTURE.md
// section 4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/state_table.hpp"

namespace peers {

enum class PeerState : std::uint8_t { idle, connecting, connected, disconnecting, failed, backing_off };

enum class PeerEvent : std::uint8_t {
  dial,     ///< We begin to dial.
  up,       ///< A connection of ours is through its handshake (or one of theirs while we dialled).
  inbound,  ///< The peer connected to us.
  fail,     ///< The attempt, or the last connection, ended with a cause.
  wait,     ///< The time of the next attempt is set.
  close,    ///< We close: removed, stop.
  closed,   ///< The last connection is gone.
  stop,     ///< Removed or stopped before it was connected.
};

using PeerEdge = base::Edge<PeerState, PeerEvent>;

inline constexpr std::array kPeerEdges{
    PeerEdge{PeerState::idle, PeerEvent::dial, PeerState::connecting},
    PeerEdge{PeerState::idle, PeerEvent::inbound, PeerState::connected},
    PeerEdge{PeerState::connecting, PeerEvent::up, PeerState::connected},
    PeerEdge{PeerState::connecting, PeerEvent::fail, PeerState::failed},
    PeerEdge{PeerState::connecting, PeerEvent::stop, PeerState::idle},
    PeerEdge{PeerState::connected, PeerEvent::close, PeerState::disconnecting},
    PeerEdge{PeerState::connected, PeerEvent::fail, PeerState::failed},
    PeerEdge{PeerState::disconnecting, PeerEvent::closed, PeerState::idle},
    PeerEdge{PeerState::failed, PeerEvent::wait, PeerState::backing_off},
    PeerEdge{PeerState::backing_off, PeerEvent::dial, PeerState::connecting},
    PeerEdge{PeerState::backing_off, PeerEvent::inbound, PeerState::connected},
    PeerEdge{PeerState::backing_off, PeerEvent::stop, PeerState::idle},
};

constexpr std::optional<PeerState> next(PeerState from, PeerEvent on) {
  return base::next_state(kPeerEdges, from, on);
}

static_assert(!next(PeerState::connected, PeerEvent::dial), "a connected peer is not dialled");
static_assert(!next(PeerState::disconnecting, PeerEvent::inbound),
              "who is being closed is not taken back meanwhile");

const char* name_of(PeerState state);

}  // namespace peers
