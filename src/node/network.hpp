// node/network.hpp: the network side of the node: carries out the core's commands on the host, and tells the core
// what the host saw. No decisions. Thread rules: the host's executor; the core is reached by posts only.
#pragma once

#include "node/commands.hpp"
#include "node/core_inbox.hpp"
#include "node/exchange_streams.hpp"
#include "node/members.hpp"

namespace node {

class Network {
 public:
  struct Options {
    base::Duration connection_timeout{};
  };
  /// `members` is borrowed, as is what `parts` names.
  Network(ExchangeStreams::Parts parts, Members& members, const Options& options);

  void carry_out(Dial&& dial);
  void carry_out(ClosePeer&& close);
  void carry_out(CloseConnection&& close);
  void carry_out(SetStanding&& standing);
  void carry_out(Ban&& ban);
  void carry_out(TellRecord&& tell);
  void carry_out(exchange::CheckDial&& check);
  void carry_out(exchange::Send&& send);
  void carry_out(exchange::RetireReceived&& retire);

  /// The listeners are up: from now on the core and the log hear of their addresses, once per change.
  void announce();
  /// No new streams; the open ones end in good order.
  void stop();

 private:
  void on_event(const libp2p::HostEvent& event);
  void on(const libp2p::ConnectionOpened& opened);
  void on(const libp2p::ConnectionClosed& closed);
  void on(const libp2p::PeerIdentified& identified);
  void on(const libp2p::InboundFailed& failed);
  void on(const libp2p::ConnectionPreferred& preferred);
  void on(const libp2p::ListenAddressesChanged& changed);
  boost::asio::awaitable<void> dial(Dial dial);
  boost::asio::awaitable<void> check(exchange::CheckDial check);

  ExchangeStreams::Parts parts_;
  Members& members_;
  Options options_;
  ExchangeStreams streams_;
  libp2p::Host::Subscription subscription_;
  bool announcing_ = false;
  std::vector<libp2p::Multiaddr> bound_;
  std::vector<libp2p::Multiaddr> announced_;
};

}  // namespace node
