// control_socket/server.hpp: serves the node's commands on its control socket.
// Thread rules: the executor's thread, one. Invariants: only processes of the node's own user, or of root, are
// served; clients, their time and what is held for each are bounded; a slow client delays nobody else.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "control/commands.hpp"
#include "control_socket/limits.hpp"
#include "control_socket/place.hpp"

namespace control_socket {

class Server {
 public:
  struct Limits {
    std::size_t clients = kMaxClients;
    std::chrono::milliseconds idle = kIdleLimit;
    std::chrono::milliseconds write = kWriteLimit;
  };

  /// `commands` is borrowed. Serves from now on.
  Server(const boost::asio::any_io_executor& executor, Place place, const control::Commands& commands,
         const Limits& limits);
  Server(const boost::asio::any_io_executor& executor, Place place, const control::Commands& commands)
      : Server{executor, std::move(place), commands, Limits{}} {}
  /// Closes all; what handlers still reply is dropped.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::size_t clients() const { return clients_.size(); }

 private:
  class Client;
  using Socket = boost::asio::local::stream_protocol::socket;

  void accept();
  void admit(Socket socket);
  void drop(const Client* client);

  Place place_;
  const control::Commands& commands_;
  const Limits limits_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  std::vector<std::shared_ptr<Client>> clients_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace control_socket
