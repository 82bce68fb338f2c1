// libp2p-peer/listen.cpp: a host that serves identify, push, ping, perf and echo until it is told to stop.
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "libp2p-peer/commands.hpp"
#include "libp2p-peer/node.hpp"
#include "libp2p-peer/pattern.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

/// Everything goes back, in the pieces in which it came, before more is read; the end of the stream as well. An
/// echo may be silent for as long as its connection lives, so there is no deadline; a failed stream is the
/// dialer's to tell.
asio::awaitable<void> serve_echo(libp2p::Stream stream) {
  base::Bytes block(kBlockBytes);
  while (true) {
    const auto size = co_await stream.read(block);
    if (!size) co_return;
    if (*size == 0) break;
    const auto written = co_await stream.write(base::ByteSpan{block}.first(*size));
    if (!written) co_return;
  }
  [[maybe_unused]] const auto closed = co_await stream.close_write();
}

Outcome<void> bind_all(libp2p::Host& host, const std::vector<std::string>& addresses) {
  for (const std::string& text : addresses) {
    const auto address = libp2p::Multiaddr::from_text(text);
    if (!address) return failure(text, address.error());
    const auto bound = host.listen(*address);
    if (!bound) return failure("listening on " + text, bound.error());
  }
  return {};
}

JsonObject ready_line(const libp2p::Host& host) {
  std::vector<std::string> addresses;
  for (const libp2p::Multiaddr& address : host.announced_addresses()) {
    addresses.push_back(address.with_peer(host.id()).to_text());
  }
  JsonObject line;
  line.text("peer_id", host.id().to_base58()).texts("addrs", addresses).text("impl", "cpp");
  line.text("version", LIBP2P_PEER_VERSION).integer("pid", static_cast<std::uint64_t>(::getpid()));
  return line;
}

}  // namespace

asio::awaitable<int> listen(asio::io_context& context, ListenCommand command) {
  auto identity = read_identity(command.key);
  if (!identity) co_return report(identity.error());
  libp2p::HostOptions options = host_options(std::move(*identity));
  options.serve_perf = true;
  libp2p::Host host{context, std::move(options)};
  host.set_handler("/echo/1.0.0", serve_echo);

  asio::signal_set signals{context, SIGINT, SIGTERM};
  const auto ready = bind_all(host, command.addresses);
  if (ready) {
    print(ready_line(host));
    co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_await host.stop();
  co_return ready ? 0 : report(ready.error());
}

}  // namespace libp2p_peer
