#include "libp2p/io/asio/asio_network.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr int kBacklog = 1024;

/// The pause of a listener after accept failed for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptPause{100};

class Connect final : public Operation {
 public:
  Connect(const asio::any_io_executor& executor, const Endpoint& to, const TcpOptions& options, OnSocket done)
      : state_{std::make_shared<State>(tcp::socket{executor}, std::move(done))} {
    state_->socket.async_connect(to_asio(to), [state = state_, options](const boost::system::error_code& error) {
      const OnSocket call = std::exchange(state->done, nullptr);
      if (!call) return;
      if (error) {
        call(error);
      } else {
        call(std::unique_ptr<Socket>{std::make_unique<AsioSocket>(std::move(state->socket), options)});
      }
    });
  }
  ~Connect() override {
    state_->done = nullptr;
    boost::system::error_code ignored;  // cancelled: nobody asks any more
    state_->socket.close(ignored);
  }

 private:
  struct State {
    State(tcp::socket s, OnSocket d) : socket{std::move(s)}, done{std::move(d)} {}
    tcp::socket socket;
    OnSocket done;
  };
  std::shared_ptr<State> state_;
};

class AsioListener final : public Listener {
 public:
  AsioListener(tcp::acceptor acceptor, const TcpOptions& options)
      : local_{from_asio(acceptor.local_endpoint())},
        state_{std::make_shared<State>(std::move(acceptor), options)} {}
  ~AsioListener() override { close(); }

  void start(std::function<asio::any_io_executor()> loop, OnSocket accepted) override {
    state_->loop = std::move(loop);
    state_->accepted = std::move(accepted);
    accept_next(state_);
  }

  void close() override {
    state_->closed = true;
    boost::system::error_code ignored;  // the descriptor is gone either way
    state_->acceptor.close(ignored);
    state_->pause.cancel();
  }

  const Endpoint& local() const override { return local_; }

 private:
  struct State {
    State(tcp::acceptor a, const TcpOptions& o)
        : acceptor{std::move(a)}, pause{acceptor.get_executor()}, options{o} {}
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    TcpOptions options;
    std::function<asio::any_io_executor()> loop;
    OnSocket accepted;
    bool closed = false;
  };

  static void accept_next(const std::shared_ptr<State>& state) {
    state->acceptor.async_accept(state->loop(), [state](const boost::system::error_code& error,
                                                        tcp::socket socket) {
      if (state->closed) return;
      if (!error) {
        state->accepted(std::unique_ptr<Socket>{std::make_unique<AsioSocket>(std::move(socket), state->options)});
      } else {
        state->accepted(error);
      }
      if (state->closed) return;
      const bool exhausted = error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
                             error == asio::error::no_memory || error.value() == ENFILE;
      if (!exhausted) {
        accept_next(state);
        return;
      }
      state->pause.expires_after(kAcceptPause);
      state->pause.async_wait([state](const boost::system::error_code& stopped) {
        if (!stopped && !state->closed) accept_next(state);
      });
    });
  }

  Endpoint local_;
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Operation> AsioNetwork::connect(const Endpoint& to, OnSocket connected) {
  return std::make_unique<Connect>(executor_, to, options_, std::move(connected));
}

base::Result<std::unique_ptr<Listener>> AsioNetwork::listen(const Endpoint& at) {
  boost::system::error_code error;
  tcp::acceptor acceptor{executor_};
  const tcp::endpoint endpoint = to_asio(at);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error && at.v6)
    acceptor.set_option(asio::ip::v6_only{true}, error);  // so that 0.0.0.0 may have the same port
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) return error;
  return std::unique_ptr<Listener>{std::make_unique<AsioListener>(std::move(acceptor), options_)};
}

std::vector<Endpoint> AsioNetwork::interfaces() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  std::vector<Endpoint> out;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
    if (at->ifa_addr->sa_family == AF_INET) {
      Endpoint endpoint;
      std::memcpy(endpoint.ip.data(), &reinterpret_cast<const sockaddr_in*>(at->ifa_addr)->sin_addr, 4);
      out.push_back(endpoint);
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr)->sin6_addr;
      if (IN6_IS_ADDR_LINKLOCAL(&ip)) continue;  // of no use to others without their own zone
      Endpoint endpoint;
      endpoint.v6 = true;
      std::memcpy(endpoint.ip.data(), &ip, 16);
      out.push_back(endpoint);
    }
  }
  ::freeifaddrs(list);
  return out;
}

}  // namespace libp2p::io
