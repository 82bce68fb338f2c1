// libp2p/io/asio/asio_network.hpp: TCP by Asio: connect, listen, accept.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "libp2p/io/asio/asio_socket.hpp"
#include "libp2p/io/socket.hpp"

namespace libp2p::io {

class AsioNetwork final : public Network {
 public:
  AsioNetwork(boost::asio::any_io_executor executor, TcpOptions options)
      : executor_{std::move(executor)}, options_{options} {}

  std::unique_ptr<Operation> connect(const Endpoint& to, OnSocket connected) override;
  using Network::listen;
  base::Result<std::unique_ptr<Listener>> listen(const Endpoint& at, std::span<Listener* const> beside) override;
  std::vector<Endpoint> interfaces() override;

 private:
  boost::asio::any_io_executor executor_;
  TcpOptions options_;
};

}  // namespace libp2p::io
