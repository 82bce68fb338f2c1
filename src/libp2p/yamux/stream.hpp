// libp2p/yamux/stream.hpp: what the machine knows of one live stream.
// Plain data with a few questions; the session keeps the rules. Holds no payload: `offered` is the writer's
// memory.
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "libp2p/traffic_class.hpp"
#include "libp2p/yamux/stream_state.hpp"
#include "libp2p/yamux/types.hpp"
#include "libp2p/yamux/window.hpp"

namespace libp2p::yamux {

struct Stream {
  Stream(StreamId stream_id, StreamState first, base::TimePoint now) : window{now}, id{stream_id}, state{first} {}

  /// Whether a gather with enough room would send something of it (or complete an empty offer).
  bool sendable() const {
    if (state == StreamState::idle) return true;  // Its SYN.
    if (!we_may_send(state)) return false;
    if (offering) return offered.empty() || credit.bytes() > 0;
    return fin_wanted;
  }

  void end_offer() {
    offered = {};
    offering = offer_started = false;
  }

  // Links of the scheduler's ring; both null while the stream is not in one.
  Stream* ring_next = nullptr;
  Stream* ring_prev = nullptr;

  base::ByteSpan offered;  ///< What is left of the writer's offer.
  ReceiveWindow window;
  SendCredit credit;
  StreamId id;
  StreamState state;
  TrafficClass traffic = TrafficClass::normal;
  bool ack_open = true;  ///< The ACK has not come (ours) or was not decided on (the remote's).
  bool offering = false;
  bool offer_started = false;  ///< Part of the offer was gathered.
  bool fin_wanted = false;     ///< FIN follows what is offered.
};

}  // namespace libp2p::yamux
