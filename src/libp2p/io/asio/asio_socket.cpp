#include "libp2p/io/asio/asio_socket.hpp"

#include <net/if.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

base::ErrorCode last_error() { return {errno, boost::system::system_category()}; }

/// Options are improvements: where the kernel lacks one the connection works all the same.
void set_option(int socket, int level, int name, int value) {
  static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
}

}  // namespace

Endpoint from_asio(const tcp::endpoint& endpoint) {
  Endpoint out;
  out.v6 = endpoint.address().is_v6();
  out.port = endpoint.port();
  if (out.v6) {
    const auto v6 = endpoint.address().to_v6();
    std::ranges::copy(v6.to_bytes(), out.ip.begin());
    char name[IF_NAMESIZE] = {};
    if (v6.scope_id() != 0 && ::if_indextoname(static_cast<unsigned>(v6.scope_id()), name) != nullptr)
      out.zone = name;
  } else {
    std::ranges::copy(endpoint.address().to_v4().to_bytes(), out.ip.begin());
  }
  return out;
}

tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (!endpoint.v6) {
    asio::ip::address_v4::bytes_type v4{};
    std::copy_n(endpoint.ip.begin(), v4.size(), v4.begin());
    return {asio::ip::address_v4{v4}, endpoint.port};
  }
  const unsigned scope = endpoint.zone.empty() ? 0 : ::if_nametoindex(endpoint.zone.c_str());
  return {asio::ip::address_v6{endpoint.ip, scope}, endpoint.port};
}

struct AsioSocket::State : std::enable_shared_from_this<State> {
  explicit State(tcp::socket connected) : socket{std::move(connected)} {}

  void wait(tcp::socket::wait_type kind, std::function<void()>& slot, std::function<void()> ready) {
    slot = std::move(ready);
    socket.async_wait(kind, [self = shared_from_this(), &slot](const boost::system::error_code&) {
      // An error of the wait shows again at the next read or write, which says more.
      if (self->closed) return;
      if (const auto call = std::exchange(slot, nullptr)) call();
    });
  }

  tcp::socket socket;
  std::function<void()> on_readable;
  std::function<void()> on_writable;
  bool closed = false;
};

AsioSocket::AsioSocket(tcp::socket socket, const TcpOptions& options) {
  boost::system::error_code ignored;  // a socket that was reset meanwhile shows it at the first read
  local_ = from_asio(socket.local_endpoint(ignored));
  remote_ = from_asio(socket.remote_endpoint(ignored));
  socket.native_non_blocking(true, ignored);
  const int fd = socket.native_handle();
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, options.not_sent_low_water_bytes);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.user_timeout.count()));
  state_ = std::make_shared<State>(std::move(socket));
}

AsioSocket::~AsioSocket() { close(); }

base::Result<std::size_t> AsioSocket::try_read(base::MutableBytes into) {
  for (;;) {
    const ssize_t got = ::recv(state_->socket.native_handle(), into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return base::ErrorCode{asio::error::would_block};
    return last_error();
  }
}

base::Result<std::size_t> AsioSocket::try_write(base::ByteSpan bytes) {
  for (;;) {
    const ssize_t sent = ::send(state_->socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return base::ErrorCode{asio::error::would_block};
    return last_error();
  }
}

void AsioSocket::wait_readable(std::function<void()> ready) {
  state_->wait(tcp::socket::wait_read, state_->on_readable, std::move(ready));
}

void AsioSocket::wait_writable(std::function<void()> ready) {
  state_->wait(tcp::socket::wait_write, state_->on_writable, std::move(ready));
}

void AsioSocket::shutdown_write() {
  boost::system::error_code ignored;  // not connected any more: then there is nothing to shut down
  state_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void AsioSocket::close() {
  if (state_->closed) return;
  state_->closed = true;
  state_->on_readable = nullptr;
  state_->on_writable = nullptr;
  boost::system::error_code ignored;  // the descriptor is gone either way
  state_->socket.close(ignored);
}

void AsioSocket::move_to(const asio::any_io_executor& loop) {
  if (state_->closed) return;
  state_->closed = true;  // a wait that is outstanding completes on the old loop, and calls nobody
  state_->on_readable = nullptr;
  state_->on_writable = nullptr;
  tcp::socket& here = state_->socket;
  boost::system::error_code error;
  const int fd = here.release(error);
  tcp::socket there{loop};
  if (!error) there.assign(local_.v6 ? tcp::v6() : tcp::v4(), fd, error);
  // A closed socket (no memory for the other reactor) shows at the first read.
  if (error && fd >= 0) ::close(fd);
  state_ = std::make_shared<State>(std::move(there));
}

}  // namespace libp2p::io
