// libp2p/io/asio/asio_listener.hpp: a listening TCP socket of Asio's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>

#include "libp2p/io/asio/asio_socket.hpp"
#include "libp2p/io/socket.hpp"

namespace libp2p::io {

class AsioListener final : public Listener {
 public:
  /// As `Network::listen`; all of `beside` are of this class.
  static base::Result<std::unique_ptr<Listener>> open(const boost::asio::any_io_executor& executor,
                                                      const Endpoint& at, std::span<Listener* const> beside,
                                                      const TcpOptions& options);
  ~AsioListener() override;

  void start(std::function<boost::asio::any_io_executor()> loop, OnSocket accepted) override;
  void retire(base::Duration linger, std::function<void()> done) override;
  void close() override;
  const Endpoint& local() const override { return local_; }
  int native_handle() const;

 private:
  struct State;
  AsioListener(boost::asio::ip::tcp::acceptor acceptor, const TcpOptions& options);

  Endpoint local_;
  std::shared_ptr<State> state_;  ///< Shared with the waits that Asio holds.
};

}  // namespace libp2p::io
