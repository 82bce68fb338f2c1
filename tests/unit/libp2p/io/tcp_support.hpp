// Plain TCP sockets for tests of listeners: blocking, on loopback, in the words of the kernel.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "libp2p/io/asio/asio_socket.hpp"
#include "libp2p/io/endpoint.hpp"

namespace libp2p::io::testing {

class TcpSocket {
 public:
  explicit TcpSocket(bool v6) : fd_{::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    set(SOL_SOCKET, SO_REUSEADDR, 1);
    if (v6) set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  TcpSocket(TcpSocket&& other) noexcept : fd_{std::exchange(other.fd_, -1)}, failure_{other.failure_} {}
  TcpSocket& operator=(TcpSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    failure_ = other.failure_;
    return *this;
  }
  ~TcpSocket() { close(); }

  /// Bound, and listening; look at `failure`.
  static TcpSocket listening(const Endpoint& at, bool share = false) {
    TcpSocket socket{at.v6};
    if (share) socket.set(SOL_SOCKET, SO_REUSEPORT, 1);
    socket.bind_and_listen(at);
    return socket;
  }
  static TcpSocket connected(const Endpoint& to) {
    TcpSocket socket{to.v6};
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket.fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket.fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const auto address = to_asio(to);
    socket.check(::connect(socket.fd_, address.data(), static_cast<socklen_t>(address.size())));
    return socket;
  }

  void bind_and_listen(const Endpoint& at) {
    const auto address = to_asio(at);
    check(::bind(fd_, address.data(), static_cast<socklen_t>(address.size())));
    if (failure_ == 0) check(::listen(fd_, 16));
  }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void set(int level, int option, int value) { ::setsockopt(fd_, level, option, &value, sizeof value); }
  static int get(int fd, int level, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(fd, level, option, &value, &size);
    return value;
  }

  /// A connection that waits to be accepted; look at `failure` (EAGAIN: there is none).
  TcpSocket accept() const {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kAcceptPatience) == 0) return TcpSocket{-1, EAGAIN};
    return TcpSocket{::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC), 0};
  }
  bool send(char byte) { return ::send(fd_, &byte, 1, MSG_NOSIGNAL) == 1; }
  /// One byte; 0 at the end, -1 for an error, which is in `failure`.
  int receive() {
    char byte = 0;
    const ssize_t got = ::recv(fd_, &byte, 1, 0);
    if (got < 0) failure_ = errno;
    return got == 1 ? byte : static_cast<int>(got);
  }

  int fd() const { return fd_; }
  int failure() const { return failure_; }  ///< errno of what went wrong, or 0.
  Endpoint local() const {
    boost::asio::ip::tcp::endpoint address;
    auto size = static_cast<socklen_t>(address.capacity());
    ::getsockname(fd_, address.data(), &size);
    address.resize(size);
    return from_asio(address);
  }

 private:
  static constexpr int kAcceptPatience = 300;  // ms: on loopback what does not come at once does not come
  TcpSocket(int fd, int failure) : fd_{fd}, failure_{failure} {}
  void check(int result) {
    if (result != 0 && failure_ == 0) failure_ = errno;
  }

  int fd_ = -1;
  int failure_ = 0;
};

/// Whether this host has no `ip` to listen at (::1, where IPv6 is off): then a test of it is skipped.
inline bool lacks(const char* ip) { return TcpSocket::listening(*to_endpoint(ip, 0)).failure() != 0; }

}  // namespace libp2p::io::testing
