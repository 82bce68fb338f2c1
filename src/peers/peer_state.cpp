#include "peers/peer_state.hpp"

namespace peers {

const char* name_of(PeerState state) {
  switch (state) {
    case PeerState::idle: return "idle";
    case PeerState::connecting: return "connecting";
    case PeerState::connected: return "connected";
    case PeerState::disconnecting: return "disconnecting";
    case PeerState::failed: return "failed";
    case PeerState::backing_off: return "backing off";
  }
  return "unknown";
}

}  // namespace peers
