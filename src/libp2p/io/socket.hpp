// libp2p/io/socket.hpp: what the driver needs of a transport: non-blocking calls and readiness.
// Implemented by io/asio for TCP and by the simulator in memory (short reads, short writes, resets).
// Thread rules: a socket, listener or network belongs to the loop that made it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/io/endpoint.hpp"

namespace libp2p::io {

namespace asio = boost::asio;

class Socket {
 public:
  virtual ~Socket() = default;

  /// Bytes read; 0 at the end of the stream. Errors: asio::error::would_block when there is nothing now, else the
  /// connection is lost (connection_reset is an ordinary way for peers to close).
  virtual base::Result<std::size_t> try_read(base::MutableBytes into) = 0;

  /// Bytes written, possibly fewer than given. Errors: would_block when the kernel takes nothing now.
  virtual base::Result<std::size_t> try_write(base::ByteSpan bytes) = 0;

  /// Calls `ready` once, from the loop, never from inside this call; at most one wait of each kind at a time.
  /// After `close` it is not called any more.
  virtual void wait_readable(std::function<void()> ready) = 0;
  virtual void wait_writable(std::function<void()> ready) = 0;

  virtual void shutdown_write() = 0;
  virtual void close() = 0;

  /// Gives the socket to another loop; from here on only that loop calls it. Nobody should wait for it: a wait
  /// that is outstanding is not called any more.
  virtual void move_to(const asio::any_io_executor& loop) = 0;

  virtual const Endpoint& local() const = 0;
  virtual const Endpoint& remote() const = 0;
};

/// A pending operation. Destroying it cancels: its callback is not called any more.
class Operation {
 public:
  virtual ~Operation() = default;
};

using OnSocket = std::function<void(base::Result<std::unique_ptr<Socket>>)>;

class Listener {
 public:
  virtual ~Listener() = default;

  /// Accepts until `close`. Before each accept `loop` names the executor that the next socket is to belong to;
  /// `accepted` is called on the listener's loop. Errors that it is given are recoverable (out of descriptors,
  /// aborted by the peer): the listener waits a moment by itself and goes on.
  virtual void start(std::function<asio::any_io_executor()> loop, OnSocket accepted) = 0;

  /// After `start`, in place of `close`, which would reset what waits to be accepted: from now on no new
  /// connection comes here, one that another listener covers goes there. What has come already, half-open ones if
  /// they are through within `linger`, is accepted; then the listener closes and calls `done`, never from inside
  /// this call. `done` may destroy the listener. After `close` neither is called any more.
  virtual void retire(base::Duration linger, std::function<void()> done) = 0;

  virtual void close() = 0;
  virtual const Endpoint& local() const = 0;  ///< With the real port.
};

class Network {
 public:
  virtual ~Network() = default;

  /// Calls `connected` once, never from inside this call. Errors: as connect(2) gives.
  virtual std::unique_ptr<Operation> connect(const Endpoint& to, OnSocket connected) = 0;

  /// Connections may come from here on and wait until `start`. `beside`: listeners of this network which `retire`
  /// when this one starts, or let it retire; their addresses may overlap with `at`, equal ones excepted.
  /// Errors: as bind(2) and listen(2) give (address_in_use, address_not_available, address_family_not_supported).
  virtual base::Result<std::unique_ptr<Listener>> listen(const Endpoint& at,
                                                         std::span<Listener* const> beside) = 0;
  base::Result<std::unique_ptr<Listener>> listen(const Endpoint& at) { return listen(at, {}); }

  /// Addresses of this host's interfaces, for announcing what a wildcard listener really serves.
  virtual std::vector<Endpoint> interfaces() = 0;
};

}  // namespace libp2p::io
