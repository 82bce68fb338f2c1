// libp2p-peer/node.hpp: one host of the tool, and its one connection to the peer that is asked.
// Thread rules: the io_context's one thread. Ownership: `stop` before the node goes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libp2p-peer/outcome.hpp"
#include "libp2p/host.hpp"

namespace boost::asio {
class io_context;
}

namespace libp2p_peer {

/// The identity in `base64`, or a fresh one if that is empty.
Outcome<libp2p::Identity> read_identity(const std::string& base64);

/// The options of every host of the tool: identify names it, and the limits of connections, streams and rates are
/// out of the way of a measurement.
libp2p::HostOptions host_options(libp2p::Identity identity);

struct Target {
  libp2p::PeerId peer;
  libp2p::Multiaddr address;
  base::Duration timeout;  ///< Of a dial, an opening, or a wait without any progress.
};

class Node {
 public:
  Node(boost::asio::io_context& context, libp2p::Identity identity, Target target);
  Node(const Node&) = delete;  // the subscription holds this
  Node& operator=(const Node&) = delete;

  /// Until the connection is open. The failure names every attempt.
  boost::asio::awaitable<Outcome<void>> connect();
  boost::asio::awaitable<base::Result<libp2p::Stream>> open(std::string protocol, bool optimistic = true);
  /// A libp2p ping on a fresh stream.
  boost::asio::awaitable<base::Result<base::Duration>> ping();
  /// What the peer tells by identify; waits for it.
  boost::asio::awaitable<Outcome<libp2p::PeerInfo>> identified();
  /// Until the connection is closed.
  boost::asio::awaitable<Outcome<void>> disconnect();
  boost::asio::awaitable<void> stop() { return host_.stop(); }

  const Target& target() const { return target_; }
  bool connected() const { return closed_ < connected_; }
  bool early_muxer() const { return early_muxer_; }
  /// The next wait on `stream` may take the whole timeout.
  void extend_deadline(libp2p::Stream& stream) const;

 private:
  void on_event(const libp2p::HostEvent& event);
  /// Waits for events until `condition` holds. False after the timeout.
  boost::asio::awaitable<bool> until(std::function<bool()> condition);

  Target target_;
  libp2p::Host host_;
  boost::asio::steady_timer changed_;
  // Successful dials and connections that ended: counted, because the end may be told before the dial returns.
  std::size_t connected_ = 0, closed_ = 0;
  base::ErrorCode close_reason_;
  bool early_muxer_ = false;
  libp2p::Host::Subscription events_;
};

/// Hosts with identities of their own, at stable addresses.
using Nodes = std::vector<std::unique_ptr<Node>>;
Nodes make_nodes(boost::asio::io_context& context, const Target& target, std::size_t count);
/// All at once.
boost::asio::awaitable<void> stop_all(const Nodes& nodes);

}  // namespace libp2p_peer
