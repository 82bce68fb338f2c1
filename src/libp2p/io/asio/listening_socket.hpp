// libp2p/io/asio/listening_socket.hpp: what Linux offers to hand a port over from one listening socket to another.
// Measured: docs/adr/0012-listeners-hand-over.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace libp2p::io {

/// For as long as this lives, those of `sockets` that are not bound yet may bind and listen beside the others,
/// whose addresses they overlap.
class PortShare {
 public:
  explicit PortShare(std::span<const int> sockets);
  ~PortShare();
  PortShare(const PortShare&) = delete;
  PortShare& operator=(const PortShare&) = delete;

 private:
  std::vector<int> sockets_;
};

/// How `divert` keeps new connections from a listening socket.
enum class Diversion : std::uint8_t {
  hidden,    ///< The kernel does not find it for them: they go where it finds another at once, or are refused.
  filtered,  ///< Their SYN is dropped: the other end repeats it after a second, when the socket is gone.
  none,      ///< Neither was permitted: they go on arriving here.
};

/// From now on new connections do not arrive at `socket`; half-open and queued ones do. Not to be undone.
Diversion divert(int socket);

/// The second choice of `divert`; false if it is not permitted.
bool drop_new_connections(int socket);

}  // namespace libp2p::io
