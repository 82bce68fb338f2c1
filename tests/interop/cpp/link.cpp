// interop/cpp/link.cpp: connecting, opening, and moving bytes that are compared.
#include "interop/cpp/link.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <chrono>

#include "libp2p-peer/pattern.hpp"

namespace interop {

namespace {

constexpr std::chrono::seconds kTestTime{60};

/// One for all streams: it is large.
const libp2p_peer::Pattern& pattern() {
  static const libp2p_peer::Pattern instance;
  return instance;
}

}  // namespace

PieceSize pieces_of(std::uint64_t bytes) {
  return [bytes] { return bytes; };
}

Task<void> Link::connect(libp2p::Multiaddr address) const {
  std::vector<libp2p::Multiaddr> addresses{std::move(address)};
  const libp2p::DialResult result = co_await host.dial(peer, std::move(addresses));
  if (!result.connection) throw TestFailure{"dialling: " + result.error.message()};
}

std::size_t Link::connections() const {
  const auto all = host.connections();
  return static_cast<std::size_t>(std::ranges::count(all, peer, &libp2p::ConnectionInfo::peer));
}

Task<libp2p::Stream> Link::open(std::string protocol) const {
  std::vector<std::string> protocols{protocol};
  libp2p::StreamOptions options;
  options.optimistic = false;
  auto opened = co_await host.open_stream(peer, std::move(protocols), options);
  libp2p::Stream stream = must(std::move(opened), "opening " + protocol);
  stream.set_deadline(std::chrono::steady_clock::now() + kTestTime);
  co_return std::move(stream);
}

Task<void> Link::echo_once() const {
  libp2p::Stream stream = co_await open(kEcho);
  co_await exchange(stream, 1000, pieces_of(1000));
}

Task<void> send(libp2p::Stream& stream, std::uint64_t bytes, PieceSize next_piece) {
  for (std::uint64_t sent = 0; sent < bytes;) {
    const base::ByteSpan piece = pattern().at(sent, std::min(next_piece(), bytes - sent));
    must(co_await stream.write(piece), "writing");
    sent += piece.size();
  }
  must(co_await stream.close_write(), "ending our direction");
}

Task<void> expect_pattern(libp2p::Stream& stream, std::uint64_t bytes) {
  std::uint64_t received = 0;
  while (true) {
    const base::ByteSpan piece =
        must(co_await stream.peek(), "reading after " + std::to_string(received) + " bytes");
    if (piece.empty()) break;
    if (!pattern().matches(received, piece)) {
      throw TestFailure{"other bytes came back after byte " + std::to_string(received)};
    }
    received += piece.size();
    stream.consume(piece.size());
  }
  if (received != bytes) {
    throw TestFailure{std::to_string(received) + " of " + std::to_string(bytes) + " bytes came back"};
  }
}

Task<void> exchange(libp2p::Stream& stream, std::uint64_t bytes, PieceSize next_piece) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto sending = send(stream, bytes, std::move(next_piece));
  auto receiving = expect_pattern(stream, bytes);
  co_await (std::move(sending) && std::move(receiving));
}

Task<void> echo_byte(libp2p::Stream& stream) {
  std::array<std::uint8_t, 1> byte{42};
  must(co_await stream.write(byte), "writing one byte");
  must(co_await stream.read_exactly(byte), "reading it back");
}

}  // namespace interop
