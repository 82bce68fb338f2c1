// libp2p/host_events.hpp: what a host tells its subscribers, and its counters. Values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/connection.hpp"
#include "libp2p/host_options.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"

namespace libp2p {

/// How long the stages of one upgrade took.
struct HandshakeTimes {
  base::Duration security{};  ///< From the TCP connection to Noise done.
  base::Duration muxer{};     ///< From there to the agreed muxer; zero where the handshake agreed it.
};

// Events, in the order in which they happen, each delivered on the home executor.
struct ConnectionOpened {
  ConnectionInfo info;
  Admission::Verdict verdict = Admission::Verdict::refuse;
  HandshakeTimes times{};
};
struct ConnectionClosed {
  ConnectionInfo info;
  base::ErrorCode reason;
  base::Duration lifetime;
  bool last_of_peer;
};
struct PeerIdentified {
  ConnectionId connection = 0;
  PeerId peer;
  PeerInfo info;
};
struct InboundFailed {
  Multiaddr source;
  DialStage stage = DialStage::resolve;
  base::ErrorCode error;
};
struct ConnectionPreferred {
  PeerId peer;
  ConnectionId preferred;
  std::vector<ConnectionId> superseded;
};
struct ListenAddressesChanged {
  std::vector<Multiaddr> addresses;
};
/// A yamux ping was answered: after a silence, and when a connection opens.
struct RoundTripMeasured {
  ConnectionId connection;
  PeerId peer;
  base::Duration round_trip;
};
using HostEvent = std::variant<ConnectionOpened, ConnectionClosed, PeerIdentified, InboundFailed,
                               ConnectionPreferred, ListenAddressesChanged, RoundTripMeasured>;

/// Streams that finished negotiating one protocol.
struct ProtocolStreams {
  std::string protocol;
  Direction direction = Direction::outbound;
  std::uint64_t opened = 0;
};

/// Sums since the start, and levels.
struct HostMetrics {
  std::uint64_t connections_open = 0, connections_inbound = 0, connections_outbound = 0;
  std::uint64_t handshakes_started = 0, handshakes_completed = 0, handshakes_failed = 0, handshakes_pending = 0;
  std::uint64_t dials_started = 0, dials_succeeded = 0, dials_failed = 0;
  std::uint64_t streams_inbound = 0, streams_outbound = 0, streams_opened = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0, held_bytes = 0;
  std::uint64_t tasks = 0;   ///< Coroutines that run: dials, handlers, identify, pings.
  std::uint64_t timers = 0;  ///< Deadlines that the loop holds, those of whoever else uses it included.
  std::vector<ProtocolStreams> by_protocol{};
};

}  // namespace libp2p
