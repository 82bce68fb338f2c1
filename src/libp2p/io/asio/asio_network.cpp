#include "libp2p/io/asio/asio_network.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>
#include <utility>

#include "libp2p/io/asio/asio_listener.hpp"

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

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
        const asio::any_io_executor loop = state->socket.get_executor();
        auto socket = std::make_unique<AsioSocket>(std::move(state->socket), options);
        // Since it connected the reactor looks for room to write as well, and would answer each wait for bytes at
        // once with that; registered anew it looks for bytes only.
        socket->move_to(loop);
        call(std::unique_ptr<Socket>{std::move(socket)});
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

}  // namespace

std::unique_ptr<Operation> AsioNetwork::connect(const Endpoint& to, OnSocket connected) {
  return std::make_unique<Connect>(executor_, to, options_, std::move(connected));
}

base::Result<std::unique_ptr<Listener>> AsioNetwork::listen(const Endpoint& at,
                                                            std::span<Listener* const> beside) {
  return AsioListener::open(executor_, at, beside, options_);
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
