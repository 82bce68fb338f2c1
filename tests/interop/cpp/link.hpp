// interop/cpp/link.hpp: a host with a peer, and what the driver's tests do over its streams.
// A test ends at the first thing that goes wrong: by TestFailure, which main turns into the result line.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "libp2p/host.hpp"

namespace interop {

template <class T>
using Task = boost::asio::awaitable<T>;

inline constexpr const char* kEcho = "/echo/1.0.0";
inline constexpr const char* kReset = "/test/reset/1.0.0";
inline constexpr const char* kSink = "/test/sink/1.0.0";

struct TestFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The value, or a TestFailure that says what was tried.
template <class T>
T must(base::Result<T> result, const std::string& what) {
  if (!result) throw TestFailure{what + ": " + result.error().message()};
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// How large the next piece of a transfer is.
using PieceSize = std::function<std::uint64_t()>;
PieceSize pieces_of(std::uint64_t bytes);

struct Link {
  libp2p::Host& host;
  libp2p::PeerId peer;

  Task<void> connect(libp2p::Multiaddr address) const;
  std::size_t connections() const;
  /// Negotiated, with a deadline on everything that follows.
  Task<libp2p::Stream> open(std::string protocol) const;
  /// Proves that a new stream works.
  Task<void> echo_once() const;
};

/// The first `bytes` of the pattern, then the end of our direction.
Task<void> send(libp2p::Stream& stream, std::uint64_t bytes, PieceSize next_piece);
/// Reads to the end; all of it must be the pattern's first `bytes`.
Task<void> expect_pattern(libp2p::Stream& stream, std::uint64_t bytes);
/// Both at once.
Task<void> exchange(libp2p::Stream& stream, std::uint64_t bytes, PieceSize next_piece);
/// One byte there and back.
Task<void> echo_byte(libp2p::Stream& stream);

}  // namespace interop
