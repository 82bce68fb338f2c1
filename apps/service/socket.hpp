// service/socket.hpp: the service manager's notification socket ($NOTIFY_SOCKET). Thread rules: one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace service {

class Socket {
 public:
  /// `path`: of a Unix datagram socket; one that begins with '@' is in the abstract namespace. Errors: EINVAL for
  /// what is no such path, ENAMETOOLONG, what socket(2) gives.
  static base::Result<Socket> open(const std::string& path);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  /// One message; never waits, and an empty one is not sent. An error is for the log: a manager that does not
  /// listen must not stop the node.
  base::Result<void> send(std::string_view message);

 private:
  Socket(int descriptor, std::string path) : descriptor_{descriptor}, path_{std::move(path)} {}

  int descriptor_;
  std::string path_;
};

}  // namespace service
