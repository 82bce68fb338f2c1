// libp2p/io/asio/asio_socket.hpp: a TCP socket of which Asio only tells the readiness; the calls are ours.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "libp2p/io/socket.hpp"

namespace libp2p::io {

/// Options of every TCP connection; see limits.hpp for the reasons.
struct TcpOptions {
  int not_sent_low_water_bytes = 128 * 1024;
  std::chrono::milliseconds user_timeout{30'000};
};

class AsioSocket final : public Socket {
 public:
  /// A connected socket; sets its options and makes it non-blocking.
  AsioSocket(boost::asio::ip::tcp::socket socket, const TcpOptions& options);
  ~AsioSocket() override;

  base::Result<std::size_t> try_read(base::MutableBytes into) override;
  base::Result<std::size_t> try_write(base::ByteSpan bytes) override;
  void wait_readable(std::function<void()> ready) override;
  void wait_writable(std::function<void()> ready) override;
  void shutdown_write() override;
  void close() override;
  void move_to(const boost::asio::any_io_executor& loop) override;
  const Endpoint& local() const override { return local_; }
  const Endpoint& remote() const override { return remote_; }

 private:
  struct State;

  std::shared_ptr<State> state_;  ///< Shared with the waits that Asio holds.
  Endpoint local_;
  Endpoint remote_;
};

Endpoint from_asio(const boost::asio::ip::tcp::endpoint& endpoint);
boost::asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint);

}  // namespace libp2p::io
