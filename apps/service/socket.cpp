#include "service/socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace service {
namespace {

base::ErrorCode error_of(int number) { return {number, boost::system::system_category()}; }

}  // namespace

base::Result<Socket> Socket::open(const std::string& path) {
  if (path.size() < 2 || (path[0] != '/' && path[0] != '@')) return error_of(EINVAL);
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return error_of(ENAMETOOLONG);
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return error_of(errno);
  return Socket{descriptor, path};
}

Socket::Socket(Socket&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, path_{std::move(other.path_)} {}

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<void> Socket::send(std::string_view message) {
  if (message.empty()) return base::ok();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path_, std::begin(address.sun_path));
  if (path_[0] == '@') address.sun_path[0] = '\0';
  // An abstract name ends with the length, a path with its zero.
  const std::size_t size = offsetof(sockaddr_un, sun_path) + path_.size() + (path_[0] == '@' ? 0 : 1);
  const ssize_t sent = ::sendto(descriptor_, message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size));
  if (sent < 0) return error_of(errno);
  return base::ok();
}

}  // namespace service
