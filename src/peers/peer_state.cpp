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

const char* name_of(DialStage stage) {
  switch (stage) {
    case DialStage::resolve: return "resolve";
    case DialStage::dial: return "dial";
    case DialStage::secure: return "secure";
    case DialStage::mux: return "mux";
  }
  return "unknown";
}

}  // namespace peers
