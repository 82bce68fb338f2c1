// node/exchange_streams.hpp: one exchange stream per connection: opened by the connection's dialer, opened again
// when it ends, given up when its connection is retired. Spec: docs/protocol.md "Streams". Thread rules: the
// host's executor. What is read goes to the core by posts; what the core sends names a connection, and is dropped
// if that is gone.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "exchange/outputs.hpp"
#include "libp2p/host.hpp"
#include "libp2p/host/environment.hpp"
#include "node/core_inbox.hpp"
#include "node/exchange_channel.hpp"
#include "node/message_trace.hpp"
#include "observe/event_bus.hpp"
#include "peers/backoff.hpp"

namespace node {

class ExchangeStreams {
 public:
  /// All borrowed.
  struct Parts {
    libp2p::Host& host;
    const libp2p::Environment& environment;
    libp2p::TaskGroup& tasks;
    observe::Bus& bus;
    const MessageTrace& trace;
    CoreInbox core;
  };
  explicit ExchangeStreams(Parts parts);

  void on_opened(const libp2p::ConnectionInfo& connection);
  void on_closed(libp2p::ConnectionId connection);
  /// The peer says which protocols it speaks: one that was refused before may have come.
  void on_protocols(libp2p::ConnectionId connection, const std::vector<std::string>& protocols);
  void send(const exchange::Send& send);
  /// The peer asks, or has confirmed, to open no new stream on one of several connections.
  void on_retire(const exchange::RetireReceived& retire);
  /// Ends all streams in good order, and opens none any more.
  void stop();

 private:
  struct Link {
    libp2p::ConnectionInfo connection;
    std::shared_ptr<ExchangeChannel> channel = nullptr;
    base::TimePoint opened_at{};  ///< The channel, or the one before it.
    std::unique_ptr<libp2p::io::Timer> reopen = nullptr;
    peers::Backoff backoff{};
    bool opening = false;
    bool refused = false;  ///< The peer does not speak the protocol.
    bool retired = false;  ///< No new stream of ours.
  };

  Link* find(libp2p::ConnectionId connection);
  void open(Link& link);
  boost::asio::awaitable<void> open_stream(libp2p::ConnectionId connection, libp2p::PeerId peer);
  boost::asio::awaitable<void> serve(libp2p::Stream stream);
  std::shared_ptr<ExchangeChannel> make_channel(Link& link, libp2p::Stream stream);
  void on_stream_closed(libp2p::ConnectionId connection, const ExchangeChannel* which, base::ErrorCode error);
  void open_later(Link& link);
  void ask_to_retire();
  bool is_one_of_several(const Link& link) const;

  Parts parts_;
  std::map<libp2p::ConnectionId, Link> links_;
  libp2p::io::Timer retire_timer_;
  bool stopped_ = false;
};

}  // namespace node
