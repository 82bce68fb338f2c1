#include "libp2p/io/asio/asio_listener.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <utility>
#include <vector>

#include "libp2p/io/asio/listening_socket.hpp"

namespace libp2p::io {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 1024;

/// The pause of a listener after accept failed for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptPause{100};

bool is_exhaustion(const boost::system::error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
         error == asio::error::no_memory || error.value() == ENFILE;
}

}  // namespace

/// At most one accept or one pause is under way.
struct AsioListener::State : std::enable_shared_from_this<State> {
  State(tcp::acceptor a, const TcpOptions& o)
      : acceptor{std::move(a)}, pause{acceptor.get_executor()}, linger{acceptor.get_executor()}, options{o} {}

  void accept_next();
  void on_accept(const boost::system::error_code& error, tcp::socket socket);
  void hand_out(tcp::socket socket) {
    accepted(std::unique_ptr<Socket>{std::make_unique<AsioSocket>(std::move(socket), options)});
  }
  void retire(base::Duration time, std::function<void()> when_done);
  void end();
  void sweep();
  void close();

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  asio::steady_timer linger;
  TcpOptions options;
  std::function<asio::any_io_executor()> loop;
  OnSocket accepted;
  std::function<void()> done;  ///< Set when it retires.
  bool accepting = false;
  bool ending = false;  ///< What waits now is the last.
  bool closed = false;
};

void AsioListener::State::accept_next() {
  accepting = true;
  acceptor.async_accept(loop(),
                        [self = shared_from_this()](const boost::system::error_code& error, tcp::socket socket) {
                          self->accepting = false;
                          if (!self->closed) self->on_accept(error, std::move(socket));
                        });
}

void AsioListener::State::on_accept(const boost::system::error_code& error, tcp::socket socket) {
  if (!error) {
    hand_out(std::move(socket));
  } else if (!ending) {
    accepted(error);
  }
  if (closed) return;
  if (ending) {
    sweep();
  } else if (!is_exhaustion(error)) {
    accept_next();
  } else {
    pause.expires_after(kAcceptPause);
    pause.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
      if (!stopped && !self->closed && !self->ending) self->accept_next();
    });
  }
}

void AsioListener::State::retire(base::Duration time, std::function<void()> when_done) {
  done = std::move(when_done);
  divert(acceptor.native_handle());
  linger.expires_after(time);
  linger.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
    if (!stopped && !self->closed && !self->ending) self->end();
  });
}

/// The accept under way may have a connection already: the last ones follow it.
void AsioListener::State::end() {
  ending = true;
  boost::system::error_code ignored;  // then there was nothing to cancel
  if (accepting) {
    acceptor.cancel(ignored);
  } else {
    sweep();
  }
}

void AsioListener::State::sweep() {
  boost::system::error_code error;
  acceptor.non_blocking(true, error);
  for (int left = kBacklog + 1; !error && left > 0; --left) {  // what the kernel lets wait at once
    tcp::socket socket{loop()};
    acceptor.accept(socket, error);
    if (error) break;  // nothing waits any more, or descriptors are out: then the rest is lost
    hand_out(std::move(socket));
    if (closed) return;
  }
  const std::function<void()> call = std::move(done);
  close();
  call();
}

void AsioListener::State::close() {
  closed = true;
  done = nullptr;
  boost::system::error_code ignored;  // the descriptor is gone either way
  acceptor.close(ignored);
  pause.cancel();
  linger.cancel();
}

AsioListener::AsioListener(tcp::acceptor acceptor, const TcpOptions& options)
    : local_{from_asio(acceptor.local_endpoint())},
      state_{std::make_shared<State>(std::move(acceptor), options)} {}

AsioListener::~AsioListener() { close(); }

base::Result<std::unique_ptr<Listener>> AsioListener::open(const asio::any_io_executor& executor,
                                                           const Endpoint& at, std::span<Listener* const> beside,
                                                           const TcpOptions& options) {
  boost::system::error_code error;
  tcp::acceptor acceptor{executor};
  const tcp::endpoint endpoint = to_asio(at);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error && at.v6)
    acceptor.set_option(asio::ip::v6_only{true}, error);  // so that 0.0.0.0 may have the same port
  std::vector<int> sharing;
  for (Listener* listener : beside) sharing.push_back(static_cast<AsioListener*>(listener)->native_handle());
  if (!sharing.empty()) sharing.push_back(acceptor.native_handle());
  const PortShare share{sharing};  // the kernel asks in bind and in listen, and never again
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) return error;
  return std::unique_ptr<Listener>{new AsioListener{std::move(acceptor), options}};
}

void AsioListener::start(std::function<asio::any_io_executor()> loop, OnSocket accepted) {
  state_->loop = std::move(loop);
  state_->accepted = std::move(accepted);
  state_->accept_next();
}

void AsioListener::retire(base::Duration linger, std::function<void()> done) {
  state_->retire(linger, std::move(done));
}

void AsioListener::close() { state_->close(); }

int AsioListener::native_handle() const { return state_->acceptor.native_handle(); }

}  // namespace libp2p::io
