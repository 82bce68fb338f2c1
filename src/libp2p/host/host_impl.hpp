// libp2p/host/host_impl.hpp: the parts of a host and how they hang together. Internal to src/libp2p/host.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libp2p/conn/loop.hpp"
#include "libp2p/host.hpp"
#include "libp2p/host/connection_book.hpp"
#include "libp2p/host/destinations.hpp"
#include "libp2p/host/dial_race.hpp"
#include "libp2p/host/environment.hpp"
#include "libp2p/host/listeners.hpp"
#include "libp2p/host/siblings.hpp"
#include "libp2p/host/task_group.hpp"
#include "libp2p/identify/info.hpp"

namespace libp2p {

PeerInfo to_peer_info(const identify::Info& info);

/// Kept by the host, by every call of it that somebody waits for, and by every task: whoever destroys the host,
/// what is under way ends by itself, and finds what it uses.
class Host::Impl final : public Sibling, public std::enable_shared_from_this<Host::Impl> {
 public:
  Impl(Environment given, HostOptions opts, std::shared_ptr<Siblings> group, Siblings::Index place);

  // From the other hosts of the group.
  void take_socket(std::unique_ptr<io::Socket> socket) override;
  void take_connection(conn::Handover connection) override;
  void make_room(policy::Standing newcomer) override { book.make_room(newcomer); }
  void take_presence(Presence presence) override;
  /// What only the first host knows of itself.
  void tell_siblings();
  void on_listening_changed();
  void on_announced_changed();
  void tell_announced();

  // Dialling and streams.
  boost::asio::awaitable<DialResult> dial(PeerId peer, std::vector<Multiaddr> addrs, DialOptions options);
  boost::asio::awaitable<DialResult> race(DialRace::Job job);
  base::Duration at_most_establish(base::Duration timeout) const {
    return std::min<base::Duration>(timeout, options.limits.time.establish);
  }
  boost::asio::awaitable<void> replace(ConnectionInfo worn);
  boost::asio::awaitable<base::Result<void>> probe(PeerId peer, Multiaddr addr, DialOptions options);
  boost::asio::awaitable<base::Result<Stream>> open_stream(PeerId peer, std::vector<std::string> protocols,
                                                           StreamOptions options);
  boost::asio::awaitable<base::Result<base::Duration>> ping(PeerId peer, StreamOptions options);
  boost::asio::awaitable<void> stop();
  /// The host goes, stopped or not: everything ends at once, and nobody hears of it.
  void abandon();
  void cancel_dials();
  /// Spawns `task`, which uses this.
  void run(boost::asio::awaitable<void> task) { tasks.spawn(std::move(task), weak_from_this().lock()); }

  // Handlers.
  void set_handler(std::string protocol, StreamHandler handler);
  void remove_handler(const std::string& protocol);
  boost::asio::awaitable<void> serve(std::shared_ptr<conn::StreamState> state);
  std::vector<std::string> protocols() const;

  // Events.
  void publish(HostEvent event);
  void on_opened(conn::Connection& connection);

  // identify.
  boost::asio::awaitable<void> identify(ConnectionId id, PeerId peer, PublicKey key);
  boost::asio::awaitable<base::Result<identify::Info>> read_info(Stream& stream, const PublicKey& key);
  boost::asio::awaitable<void> serve_identify(Stream stream);
  boost::asio::awaitable<void> serve_push(Stream stream);
  boost::asio::awaitable<void> push(ConnectionId id, PeerId peer);
  void refresh_record();
  base::Result<base::Bytes> own_info(ConnectionId id);
  /// Whether a connection may push once more now; if so, it counts.
  bool may_push(ConnectionId id);
  void take_info(ConnectionId id, const PeerId& peer, identify::Info info);
  void schedule_push();
  void push_to_all();
  /// What others are told. The interfaces are looked up once in a while: if they changed, that is told as well.
  const std::vector<Multiaddr>& announced();
  bool look_up_announced();

  // ping, perf.
  boost::asio::awaitable<void> serve_ping(Stream stream);
  boost::asio::awaitable<void> echo_pings(Stream stream);
  boost::asio::awaitable<void> serve_perf(Stream stream);
  boost::asio::awaitable<void> check_life(ConnectionId id, PeerId peer);

  Environment environment;
  HostOptions options;
  std::shared_ptr<Siblings> siblings;  ///< A host alone is the first of a group of one.
  Siblings::Index index;
  PeerId self;
  noise::StaticKey static_key;
  conn::Loop loop;
  std::map<std::string, std::shared_ptr<const StreamHandler>, std::less<>> handlers;
  std::optional<SignedPeerRecord> record;
  std::vector<Multiaddr> signed_for;  ///< What `record` was signed for; it may hold less.
  std::vector<Multiaddr> found;       ///< What we announced last, and until when that is not looked up again.
  base::TimePoint found_until{};
  std::vector<Multiaddr> told;                               ///< What the first host of the group announces.
  std::unordered_map<PeerId, identify::Info> infos;          ///< Of connected peers.
  std::unordered_map<ConnectionId, base::TimePoint> pushes;  ///< When all of its allowance is free again.
  std::vector<std::weak_ptr<EventHandler>> subscribers;
  std::vector<HostEvent> events;
  Destinations destinations;
  std::vector<DialRace*> dials;
  std::size_t attempts_running = 0;                   ///< Of all dials; at most CountLimits::dials.
  std::unordered_map<PeerId, std::uint32_t> pinging;  ///< Inbound ping streams per peer.
  /// Streams that finished negotiating. Only protocols that we serve or ask for: peers cannot make it grow.
  std::map<std::pair<std::string, Direction>, std::uint64_t> negotiated;
  std::uint64_t dials_started = 0;
  std::uint64_t dials_succeeded = 0;
  std::uint64_t dials_failed = 0;
  bool stopping = false;
  bool stopped = false;
  bool abandoned = false;
  std::vector<std::shared_ptr<io::Waiter<bool>>> also_stopping;  ///< Later callers of `stop`.
  io::Waiter<bool> drained;      ///< The stop waits here for the last connection to end,
  io::Waiter<bool> dials_ended;  ///< and here for the last dial.
  TaskGroup tasks;
  ConnectionBook book;
  Listeners listeners;
  io::Timer push_timer;

 private:
  class Listed;
  class Stopping;

  void deliver();
};

}  // namespace libp2p
