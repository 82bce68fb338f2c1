// node/network.hpp: the network side of the node on one loop: carries out the core's commands on the loop's host,
// and tells the core what the host saw. No decisions. Thread rules: the host's executor, but for the construction;
// the core is reached by posts only.
#pragma once

#include "node/commands.hpp"
#include "node/core_inbox.hpp"
#include "node/exchange_streams.hpp"
#include "node/listeners.hpp"
#include "node/members.hpp"

namespace node {

class Network {
 public:
  /// All borrowed.
  struct Parts {
    libp2p::Host& host;
    const libp2p::Environment& environment;
    observe::Bus& bus;
    const MessageTrace& trace;
    CoreInbox core;
  };
  struct Options {
    base::Duration connection_timeout{};
  };
  /// `members` is borrowed, as is what `parts` names.
  Network(Parts parts, Members& members, const Options& options);

  void carry_out(std::vector<Command>&& commands);
  /// For dials that begin from now on.
  void set_connection_timeout(base::Duration timeout) { options_.connection_timeout = timeout; }

  /// Brings the listeners up, as `start_listening`. From then on the core and the log hear of their addresses,
  /// once per change. Only on the first host of a group.
  boost::asio::awaitable<std::optional<StartFailure>> listen(std::vector<libp2p::Multiaddr> addresses);
  /// Listening elsewhere while the node runs, in the steps of `libp2p::Host`. Only on the first host of a group.
  /// An IPv6 address is left out where the host has none, as at the start; at least one has to be left.
  std::optional<StartFailure> prepare_listeners(const std::vector<libp2p::Multiaddr>& wanted);
  /// `announce`: what others are told from now on instead, if that changes.
  void commit_listeners(std::optional<std::vector<libp2p::Multiaddr>> announce);
  void abort_listeners() { parts_.host.abort_listeners(); }
  /// Calls `released` here when what gave way is closed, or the node stops; not at all after the stop.
  void release_listeners(std::function<void()> released);

  boost::asio::any_io_executor executor() const { return parts_.environment.executor; }
  /// Coroutines that run: dials, checks, exchange streams.
  std::size_t tasks() const { return tasks_.size(); }

  /// No new streams; the open ones end in good order, then the host stops. Nothing runs here afterwards.
  boost::asio::awaitable<void> stop();

 private:
  void carry_out(Dial&& dial);
  void carry_out(ClosePeer&& close);
  void carry_out(CloseConnection&& close);
  void carry_out(SetStanding&& standing);
  void carry_out(Ban&& ban);
  void carry_out(TellRecord&& tell);
  void carry_out(exchange::CheckDial&& check);
  void carry_out(exchange::Send&& send);
  void carry_out(exchange::RetireReceived&& retire);
  /// What the core carries out itself, or another part.
  template <class Other>
  void carry_out(Other&&) {}

  void on_event(const libp2p::HostEvent& event);
  void on(const libp2p::ConnectionOpened& opened);
  void on(const libp2p::ConnectionClosed& closed);
  void on(const libp2p::PeerIdentified& identified);
  void on(const libp2p::InboundFailed& failed);
  void on(const libp2p::ConnectionPreferred& preferred);
  void on(const libp2p::ListenAddressesChanged& changed);
  void on(const libp2p::RoundTripMeasured& measured);
  /// Names may resolve to what a link of this scope may tell of.
  libp2p::DialOptions dial_options(exchange::Scope scope) const;
  boost::asio::awaitable<void> dial(Dial dial);
  boost::asio::awaitable<void> check(exchange::CheckDial check);
  boost::asio::awaitable<void> release(std::function<void()> released);

  void announce();

  Parts parts_;
  libp2p::TaskGroup tasks_;
  Members& members_;
  Options options_;
  ExchangeStreams streams_;
  libp2p::Host::Subscription subscription_;
  bool announcing_ = false;
  std::vector<libp2p::Multiaddr> bound_;
  std::vector<libp2p::Multiaddr> announced_;
};

}  // namespace node
