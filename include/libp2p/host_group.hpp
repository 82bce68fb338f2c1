// libp2p/host_group.hpp: one identity on several threads: a group of hosts, each with a loop of its own.
//
// A peer lives on exactly one of them: all of its connections, streams and events are there, so that nothing about
// a peer is ever shared between threads and nothing in the data path takes a lock. The first host listens;
// handshakes go round in turn, and an inbound connection moves once, to the host of its peer, as soon as Noise has
// told who it is. Limits on connections and on memory hold for the group; whoever changes one sets it on each
// host.
//
// Thread rules: what names a peer is called on the loop of `host_of(peer)`; listening, announcing and the record
// are the first host's, on its loop, and the others hear of them. Handlers and subscriptions are set on each host,
// before the loops run or on its loop. The group's own functions may be called from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "libp2p/host.hpp"

namespace libp2p {

struct GroupMember;  // the world as one loop sees it, and who is let in there

class HostGroup {
 public:
  /// With the real clock, randomness, TCP and DNS; one host for each of `loops` (at least one), which are
  /// borrowed. `HostOptions::admission` is asked on all of them.
  HostGroup(const std::vector<boost::asio::io_context*>& loops, const HostOptions& options);
  /// With injected time, randomness and network, and an admission for each loop.
  HostGroup(const std::vector<GroupMember>& members, const HostOptions& options);
  /// After `stop`, once no loop runs any more.
  ~HostGroup();
  HostGroup(const HostGroup&) = delete;
  HostGroup& operator=(const HostGroup&) = delete;

  const PeerId& id() const { return hosts_.front()->id(); }
  std::size_t size() const { return hosts_.size(); }
  Host& host(std::size_t index) { return *hosts_[index]; }
  Host& first() { return *hosts_.front(); }
  /// The host that `peer` lives on; the same for the life of the group.
  std::size_t index_of(const PeerId& peer) const;
  /// The host that `connection` is or was on.
  std::size_t index_of(ConnectionId connection) const { return (connection - 1) % size(); }
  Host& host_of(const PeerId& peer) { return *hosts_[index_of(peer)]; }

  /// Sums over all hosts, each read on its own loop.
  boost::asio::awaitable<HostMetrics> metrics();
  /// Of all hosts, each read on its own loop.
  boost::asio::awaitable<std::vector<ConnectionInfo>> connections();
  /// Stops all hosts at once, each as `Host::stop` says.
  boost::asio::awaitable<void> stop();

 private:
  std::shared_ptr<Siblings> siblings_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

}  // namespace libp2p
