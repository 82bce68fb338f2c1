// Two hosts in one process: one serves /echo/1.0.0, the other dials it, sends a line and prints what comes back.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <libp2p/host.hpp>

namespace asio = boost::asio;

asio::awaitable<void> echo(libp2p::Stream stream) {
  std::array<std::uint8_t, 4096> block;
  for (;;) {
    const auto got = co_await stream.read(block);
    if (!got || *got == 0) break;
    const auto written = co_await stream.write(base::ByteSpan{block}.first(*got));
    if (!written) co_return;
  }
  static_cast<void>(co_await stream.close_write());
}

asio::awaitable<void> talk(libp2p::Host& server, libp2p::Host& client, int& exit_code) {
  server.set_handler("/echo/1.0.0", echo);
  const auto bound = server.listen(*libp2p::Multiaddr::from_text("/ip4/127.0.0.1/tcp/0"));
  const auto dialed = co_await client.dial(server.id(), server.listen_addresses());
  if (bound && dialed.connection) {
    auto stream = co_await client.open_stream(server.id(), std::vector<std::string>(1, "/echo/1.0.0"));
    std::array<std::uint8_t, 13> answer;
    if (stream && co_await stream->write(base::as_bytes("hello, libp2p")) &&
        co_await stream->read_exactly(answer)) {
      std::cout << base::as_text(answer) << '\n';
      exit_code = 0;
    }
  }
  co_await client.stop();
  co_await server.stop();
}

int main() {
  asio::io_context context;
  libp2p::Host server{context, {.identity = libp2p::Identity::generate()}};
  libp2p::Host client{context, {.identity = libp2p::Identity::generate()}};
  int exit_code = 1;
  asio::co_spawn(context, talk(server, client, exit_code), asio::detached);
  context.run();
  return exit_code;
}
