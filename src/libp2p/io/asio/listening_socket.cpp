#include "libp2p/io/asio/listening_socket.hpp"

#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <limits>

namespace libp2p::io {
namespace {

/// Best effort: where it fails, the bind that needed it says address_in_use.
void set_reuse_port(int socket, int on) {
  static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
}

/// Bound to an interface that there is not, the socket matches no packet. A half-open connection is found by its
/// own addresses, and a connection keeps the interface of its SYN, which is any: neither notices.
bool hide(int socket) {
  constexpr int kNoInterface = std::numeric_limits<int>::max();
  return ::setsockopt(socket, SOL_SOCKET, SO_BINDTOIFINDEX, &kNoInterface, sizeof kNoInterface) == 0;
}

}  // namespace

PortShare::PortShare(std::span<const int> sockets) : sockets_{sockets.begin(), sockets.end()} {
  for (const int socket : sockets_) set_reuse_port(socket, 1);
}

PortShare::~PortShare() {
  for (const int socket : sockets_) set_reuse_port(socket, 0);
}

Diversion divert(int socket) {
  if (hide(socket)) return Diversion::hidden;
  return drop_new_connections(socket) ? Diversion::filtered : Diversion::none;
}

bool drop_new_connections(int socket) {
  // The filter of a TCP socket sees the segment from its TCP header on; byte 13 holds the flags.
  constexpr std::uint32_t kFlags = 13;
  constexpr std::uint32_t kDrop = 0;
  constexpr std::uint32_t kWhole = std::numeric_limits<std::uint32_t>::max();
  std::array<sock_filter, 5> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TH_SYN | TH_ACK),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TH_SYN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kDrop),
      BPF_STMT(BPF_RET | BPF_K, kWhole),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

}  // namespace libp2p::io
