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
#include "libp2p/key.hpp"
#include "libp2p/limits.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/stream.hpp"

namespace boost::asio {
class io_context;
}

namespace libp2p {

struct Environment;  // clock, randomness, timers, network, resolver: injected by the simulator

/// Asked right after Noise, before a connection counts. Called on the host's home.
class Admission {
 public:
  enum class Verdict : std::uint8_t {
    refuse,
    stranger,         ///< Few streams; gives way when connections are scarce.
    member,           ///< By its proven record.
    operator_member,  ///< By the operator's own list: displaces one that is only a member.
  };
  virtual ~Admission() = default;
  virtual Verdict admit(const PeerId& peer) = 0;
  /// Whether a member's record names this source: its handshakes have half of the slots to themselves.
  virtual bool is_member_address(const Multiaddr& source) = 0;
};

struct HostOptions {
  Identity identity;
  Limits limits{};
  std::string agent_version = "libp2p-cpp";
  std::string protocol_version = "libp2p/1.0.0";
  bool serve_perf = false;
  /// Sign a peer record of the announced addresses, with the wall clock (ns) as its sequence number. Switch it off
  /// where the owner keeps the number himself and calls `set_record`.
  bool sign_record = true;
  std::vector<Multiaddr> announce{};  ///< Instead of what is bound, for hosts behind NAT.
  Admission* admission = nullptr;   ///< Borrowed; without one everyone is a member.
};

struct DialOptions {
  base::Duration timeout = std::chrono::seconds{10};  ///< The whole of an establishment, resolving included.
  bool force_new = false;                             ///< Dial even if the peer is connected.
};

/// How far an attempt came: what an operator wants to know of a failure.
enum class DialStage : std::uint8_t { resolve, tcp, secure, mux, open };

struct DialAttempt {
  Multiaddr address;
  DialStage stage = DialStage::resolve;
  base::ErrorCode error;
  std::optional<PeerId> actual;  ///< Who answered, if it was somebody else.
};

struct DialResult {
  std::optional<ConnectionInfo> connection{};  ///< Set on success.
  base::ErrorCode error;                       ///< Of the attempt that came farthest, else empty.
  std::vector<DialAttempt> attempts;           ///< The failed ones, in order.
};

struct StreamOptions {
  base::Duration timeout = std::chrono::seconds{10};  ///< For opening and negotiating.
  TrafficClass traffic = TrafficClass::normal;
  bool optimistic =
      true;  ///< With one protocol: do not wait for the peer's answer; a refusal shows at the first read.
  std::optional<ConnectionId> connection{};  ///< Exactly there; otherwise the peer's preferred connection.
};

// Events, in the order in which they happen, each delivered on the home executor.
struct ConnectionOpened {
  ConnectionInfo info;
  Admission::Verdict verdict;
};
struct ConnectionClosed {
  ConnectionInfo info;
  base::ErrorCode reason;
  base::Duration lifetime;
  bool last_of_peer;
};
struct PeerIdentified {
  ConnectionId connection;
  PeerId peer;
  PeerInfo info;
};
struct InboundFailed {
  Multiaddr source;
  DialStage stage;
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
using HostEvent = std::variant<ConnectionOpened, ConnectionClosed, PeerIdentified, InboundFailed,
                               ConnectionPreferred, ListenAddressesChanged>;

/// Sums since the start, and levels.
struct HostMetrics {
  std::uint64_t connections_open = 0, connections_inbound = 0, connections_outbound = 0;
  std::uint64_t handshakes_started = 0, handshakes_completed = 0, handshakes_failed = 0, handshakes_pending = 0;
  std::uint64_t dials_started = 0, dials_succeeded = 0, dials_failed = 0;
  std::uint64_t streams_open = 0, streams_opened = 0, streams_refused = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0, held_bytes = 0;
};

class Host {
 public:
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
  Host(Environment environment, HostOptions options);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const PeerId& id() const;
  boost::asio::any_io_executor executor() const;

  /// Binds and accepts. The real address, with the port that the system chose for port 0. Errors: as bind and
  /// listen give.
  base::Result<Multiaddr> listen(const Multiaddr& addr);
  base::Result<void> stop_listening(const Multiaddr& bound);  ///< Connections stay.
  std::vector<Multiaddr> listen_addresses() const;            ///< As bound.
  /// What others are told: `announce`, or what is bound with wildcards expanded to the interfaces.
  std::vector<Multiaddr> announced_addresses() const;
  void set_announced(std::vector<Multiaddr> announce);

  /// The signed peer record that identify sends. Connected peers are told by a push.
  void set_record(SignedPeerRecord record);

  /// A connection to `peer`: an existing one, or the first of `addrs` whose whole handshake succeeds.
  boost::asio::awaitable<DialResult> dial(PeerId peer, std::vector<Multiaddr> addrs, DialOptions options = {});

  /// Whether `peer` answers at `addr`: TCP and Noise up to the verified message 2, then closed without message 3,
  /// so that no connection comes up at the other end.
  boost::asio::awaitable<base::Result<void>> probe(PeerId peer, Multiaddr addr, base::Duration timeout);

  /// A stream for the first of `protocols` that the peer speaks. Errors: StreamErrc, ConnErrc::closed_by_peer if
  /// there is no connection.
  boost::asio::awaitable<base::Result<Stream>> open_stream(PeerId peer, std::vector<std::string> protocols,
                                                           StreamOptions options = {});

  /// Serves `protocol`; replaces an earlier handler. Connected peers are told by identify/push.
  void set_handler(std::string protocol, StreamHandler handler);
  void remove_handler(const std::string& protocol);

  /// Round trip of a libp2p ping on a fresh stream.
  boost::asio::awaitable<base::Result<base::Duration>> ping(PeerId peer, base::Duration timeout);

  Subscription subscribe(EventHandler handler);
  std::vector<ConnectionInfo> connections() const;
  std::optional<ConnectionInfo> preferred_connection(const PeerId& peer) const;
  std::optional<PeerInfo> peer_info(const PeerId& peer) const;
  HostMetrics metrics() const;

  /// Closes all connections of a peer in the orderly way.
  void disconnect(const PeerId& peer, base::ErrorCode reason);
  void disconnect(ConnectionId connection, base::ErrorCode reason);

  /// Of two connections of one peer: whether this end may agree to retire `connection` because another is
  /// preferred. From a yes on, no new stream is opened there.
  bool agree_to_retire(ConnectionId connection);
  /// The peer has confirmed that it opens no new stream on `connection`: it may be closed once drained.
  void confirm_retire(ConnectionId connection);

  /// Orderly: listeners, dials, streams (1 s), connections; hard after `TimeLimits::stop`. Afterwards nothing of
  /// the host runs any more.
  boost::asio::awaitable<void> stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace libp2p
