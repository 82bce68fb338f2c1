#include "control_socket/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "control/session.hpp"

namespace control_socket {

namespace asio = boost::asio;

namespace {

using ErrorCode = boost::system::error_code;

std::optional<control::Caller> caller_of(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) return std::nullopt;
  return control::Caller{.pid = static_cast<std::uint32_t>(credentials.pid), .uid = credentials.uid};
}

bool is_allowed(const control::Caller& caller) { return caller.uid == 0 || caller.uid == ::geteuid(); }

}  // namespace

/// One connection: reads when its session wants bytes, calls, writes the answer, and again.
class Server::Client : public std::enable_shared_from_this<Client> {
 public:
  Client(Server& server, Socket socket, const control::Caller& caller)
      : server_{&server}, socket_{std::move(socket)}, deadline_{socket_.get_executor()}, caller_{caller} {}

  void go_on() {
    if (server_ == nullptr) return;
    if (const std::optional<control::Request> request = session_.next_request()) {
      arm(server_->limits_.idle);
      return server_->commands_.call(*request, caller_, [weak = weak_from_this()](const control::Answer& answer) {
        if (const auto self = weak.lock()) self->answer(answer);
      });
    }
    if (!session_.output().empty()) return write();
    if (session_.ended()) return end();
    if (session_.wants_bytes()) read();
  }

  /// The server goes, or has enough of it.
  void close() {
    server_ = nullptr;
    deadline_.cancel();
    ErrorCode ignored;  // it is gone either way
    socket_.close(ignored);
  }

 private:
  void answer(const control::Answer& answer) {
    session_.answer(answer);
    go_on();
  }

  void read() {
    arm(server_->limits_.idle);
    socket_.async_read_some(asio::buffer(block_),
                            [self = shared_from_this()](const ErrorCode& error, std::size_t got) {
                              if (error) return self->end();
                              self->session_.receive({self->block_.data(), got});
                              self->go_on();
                            });
  }

  void write() {
    arm(server_->limits_.write);
    asio::async_write(socket_, asio::buffer(session_.output()),
                      [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                        if (error) return self->end();
                        self->session_.written();
                        self->go_on();
                      });
  }

  void arm(std::chrono::milliseconds limit) {
    deadline_.expires_after(limit);
    deadline_.async_wait([weak = weak_from_this()](const ErrorCode& error) {
      const auto self = weak.lock();
      const bool moved = error || !self || self->deadline_.expiry() > std::chrono::steady_clock::now();
      if (!moved) self->end();
    });
  }

  void end() {
    Server* server = server_;
    close();
    if (server != nullptr) server->drop(this);
  }

  Server* server_;  ///< Null when closed.
  Socket socket_;
  asio::steady_timer deadline_;
  const control::Caller caller_;
  control::Session session_;
  std::array<char, kReadBytes> block_{};
};

Server::Server(const asio::any_io_executor& executor, Place place, const control::Commands& commands,
               const Limits& limits)
    : place_{std::move(place)}, commands_{commands}, limits_{limits}, acceptor_{executor}, retry_{executor} {
  acceptor_.assign(asio::local::stream_protocol{}, place_.take_listener().release());
  accept();
}

Server::~Server() {
  for (const auto& client : clients_) client->close();
}

void Server::accept() {
  acceptor_.async_accept([this, alive = std::weak_ptr{alive_}](const ErrorCode& error, Socket socket) {
    if (alive.expired()) return;
    if (!error) {
      admit(std::move(socket));
      return accept();
    }
    // No descriptors, most likely: asking again at once would spin.
    retry_.expires_after(kAcceptRetry);
    retry_.async_wait([this, alive](const ErrorCode&) {
      if (!alive.expired()) accept();
    });
  });
}

void Server::admit(Socket socket) {
  const auto refuse = [&](const char* code, const char* why) {
    // A fresh socket takes a line; whoever does not read it finds the connection closed.
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(control::to_line(control::failed(code, why), 0)), ignored);
  };
  const std::optional<control::Caller> caller = caller_of(socket.native_handle());
  if (!caller || !is_allowed(*caller)) return refuse("refused", "the node belongs to another user");
  if (clients_.size() >= limits_.clients) return refuse("busy", "too many ask at once: ask again");
  clients_.push_back(std::make_shared<Client>(*this, std::move(socket), *caller));
  const std::shared_ptr<Client> client = clients_.back();
  client->go_on();
}

void Server::drop(const Client* client) {
  std::erase_if(clients_, [client](const auto& one) { return one.get() == client; });
}

}  // namespace control_socket
