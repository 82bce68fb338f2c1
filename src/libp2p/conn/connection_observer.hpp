// libp2p/conn/connection_observer.hpp: who owns connections hears from them by this.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace libp2p::conn {

class Connection;
class StreamState;

/// Told what happens, on the connection's loop. Each call may close the connection or open streams; none may
/// destroy it.
class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  /// The first byte of the peer arrived.
  virtual void on_first_byte(Connection&) {}
  /// Noise message 3 was sent: the peer may have a connection from here on.
  virtual void on_committed(Connection&) {}
  /// The peer is authenticated (or, for a probe, verified). Nothing is read until `admit`, `abort` or `close`.
  virtual void on_authenticated(Connection&) = 0;
  virtual void on_stream(Connection&, std::shared_ptr<StreamState>) = 0;
  virtual void on_pong(Connection&, base::Duration) {}
  /// `CountLimits::frames_until_worn` went through it; told again after each sixteenth of that.
  virtual void on_worn(Connection&) {}
  /// Yamux pings fail: one libp2p ping on a fresh stream is wanted. Answer with `on_probe_impossible` or by
  /// life.
  virtual void on_probe_wanted(Connection&) = 0;
  /// The host's memory is over its hard mark.
  virtual void on_memory_over(Connection&) = 0;
  /// The last call. `reason` may be a code of any layer.
  virtual void on_closed(Connection&, base::ErrorCode reason) = 0;
};

}  // namespace libp2p::conn
