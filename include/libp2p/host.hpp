// libp2p/host.hpp: a libp2p node over TCP: listen, dial, open and serve streams. The library's front door.
//
// A host keeps connections to peers; each is Noise-encrypted and yamux-multiplexed, identified by its peer id, and
// watched for life. identify, identify/push and ping are served and used by themselves.
//
// Thread rules: a Host belongs to the executor it was made with (its home), which one thread runs; call it only
// from there. Handlers and events run there as well.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/connection.hpp"
#include "libp2p/host_events.hpp"
#include "libp2p/host_options.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/stream.hpp"

namespace boost::asio {
class io_context;
}

namespace libp2p {

class Siblings;
struct Environment;  // clock, randomness, timers, network, resolver: injected by the simulator

/// An address that cannot be listened on.
struct ListenFailure {
  Multiaddr address;
  base::ErrorCode error;
};

class Host {
 public:
  /// Whether an address that cannot be bound may be left out.
  using ListenExcuse = std::function<bool(const Multiaddr& address, const base::ErrorCode& error)>;
  using StreamHandler = std::function<boost::asio::awaitable<void>(Stream)>;
  using EventHandler = std::function<void(const HostEvent&)>;

  /// Ends the subscription when it goes.
  class [[nodiscard]] Subscription {
   public:
    explicit Subscription(std::shared_ptr<void> held) : held_{std::move(held)} {}

   private:
    std::shared_ptr<void> held_;
  };

  /// With the real clock, randomness, TCP and DNS; the home is `context`'s executor.
  Host(boost::asio::io_context& context, HostOptions options);
  /// With injected time, randomness and network.
  Host(const Environment& environment, HostOptions options);
  /// Without a `stop` before: everything ends at once, and nobody hears of it.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const PeerId& id() const;
  boost::asio::any_io_executor executor() const;

  /// Binds and accepts. The real address, with the port that the system chose for port 0. Errors: as bind and
  /// listen give.
  base::Result<Multiaddr> listen(const Multiaddr& addr);
  base::Result<void> stop_listening(const Multiaddr& bound);  ///< Connections stay.

  // Listening elsewhere without a gap: prepare, then commit or abort, then release. Connections stay, whichever
  // socket they came through, and addresses that are served already keep theirs.
  /// Binds and listens on those of `wanted` that are new, beside what listens now; their connections wait. The
  /// first that cannot be bound, unless it is excused, ends it: then all is as before, without an `abort`. Equal
  /// addresses and overlapping ones must not be in `wanted`; overlapping what goes is fine. One change at a time.
  std::optional<ListenFailure> prepare_listeners(const std::vector<Multiaddr>& wanted,
                                                 const ListenExcuse& excuse = {});
  /// What was prepared accepts; what is not wanted any more gives way. Without a prepared change: nothing.
  void commit_listeners();
  /// What was prepared gives way. Without a prepared change: nothing.
  void abort_listeners();
  /// Returns when what gave way is closed: after `TimeLimits::listener_linger`, during which the connections that
  /// had reached it are taken over.
  boost::asio::awaitable<void> release_listeners();

  std::vector<Multiaddr> listen_addresses() const;  ///< As bound.
  /// What others are told: `announce`, or what is bound with wildcards expanded to the interfaces.
  std::vector<Multiaddr> announced_addresses() const;
  void set_announced(std::vector<Multiaddr> announce);

  /// `CountLimits::connections` from now on, which counts the whole group. Those that are open stay, also above a
  /// lower limit: it holds for newcomers.
  void set_max_connections(std::size_t connections);
  /// `TimeLimits::establish` for dials that begin from now on. Above zero.
  void set_establish_timeout(std::chrono::milliseconds timeout);

  /// The signed peer record that identify sends. Connected peers are told by a push.
  void set_record(SignedPeerRecord record);

  /// A connection to `peer`: an existing one, or the first of `addrs` whose whole handshake succeeds.
  boost::asio::awaitable<DialResult> dial(PeerId peer, std::vector<Multiaddr> addrs, DialOptions options = {});

  /// Whether `peer` answers at `addr`: TCP and Noise up to the verified message 2, then closed without message 3,
  /// so that no connection comes up at the other end. It always dials: `force_new` means nothing here.
  boost::asio::awaitable<base::Result<void>> probe(PeerId peer, Multiaddr addr, DialOptions options = {});

  /// A stream for the first of `protocols` that the peer speaks. Errors: StreamErrc (connection_closed where there
  /// is no connection), and the codes of category `libp2p.multistream` where the peer negotiates by other rules.
  boost::asio::awaitable<base::Result<Stream>> open_stream(PeerId peer, std::vector<std::string> protocols,
                                                           StreamOptions options = {});

  /// Serves `protocol`; replaces an earlier handler. Connected peers are told by identify/push. A handler's waits
  /// end with an error when the host stops; one that then waits for something else of its own holds up the stop.
  void set_handler(std::string protocol, StreamHandler handler);
  void remove_handler(const std::string& protocol);

  /// Round trip of a libp2p ping on a fresh stream.
  boost::asio::awaitable<base::Result<base::Duration>> ping(PeerId peer, base::Duration timeout);

  Subscription subscribe(EventHandler handler);
  std::vector<ConnectionInfo> connections() const;
  std::optional<ConnectionInfo> preferred_connection(const PeerId& peer) const;
  std::optional<PeerInfo> peer_info(const PeerId& peer) const;
  HostMetrics metrics() const;

  /// What `peer` is from now on, also to the connections that it has: how many streams it may open, and who gives
  /// way when connections are scarce. `Admission` is to say the same of the next one. `refuse` only makes it a
  /// stranger: `disconnect` closes what it has.
  void set_standing(const PeerId& peer, Admission::Verdict verdict);

  /// Closes all connections of a peer in the orderly way.
  void disconnect(const PeerId& peer, base::ErrorCode reason);
  void disconnect(ConnectionId connection, base::ErrorCode reason);

  /// Of two connections of one peer: whether this end may agree to retire `connection` because another is
  /// preferred. From a yes on, no new stream is opened there as long as there is another connection.
  bool agree_to_retire(ConnectionId connection);
  /// The peer has confirmed that it opens no new stream on `connection`: it may be closed once drained.
  void confirm_retire(ConnectionId connection);

  /// Orderly: listeners, dials, streams (1 s), connections; hard after `TimeLimits::stop`. Afterwards nothing of
  /// the host runs any more.
  boost::asio::awaitable<void> stop();

 private:
  friend class HostGroup;
  class Impl;
  Host(const Environment& environment, HostOptions options, const std::shared_ptr<Siblings>& siblings,
       std::size_t index);
  std::shared_ptr<Impl> impl_;
};

}  // namespace libp2p
