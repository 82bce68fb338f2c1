#include "control_socket/place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <utility>

#include "control_socket/limits.hpp"

namespace control_socket {
namespace {

constexpr mode_t kOwnerOnly = 0600;

base::Descriptor new_socket() {
  return base::Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

/// Whether the place is free now; what a crash left there is removed.
base::Result<void> clear(const Address& address) {
  struct stat found{};
  if (::fstatat(address.directory(), address.name().c_str(), &found, AT_SYMLINK_NOFOLLOW) < 0) {
    return errno == ENOENT ? base::ok() : base::Result<void>{base::last_error()};
  }
  if (!S_ISSOCK(found.st_mode)) return make_error_code(SocketErrc::not_a_socket);
  const base::Descriptor probe = new_socket();
  if (!probe.open()) return base::last_error();
  // EAGAIN: somebody listens, and is busy.
  if (::connect(probe.get(), address.get(), address.size()) == 0 || errno == EAGAIN) {
    return make_error_code(SocketErrc::in_use);
  }
  if (errno != ECONNREFUSED) return base::last_error();
  if (::unlinkat(address.directory(), address.name().c_str(), 0) < 0) return base::last_error();
  return base::ok();
}

}  // namespace

base::Result<Place> Place::take(const std::string& path) {
  base::Result<Address> address = Address::of(path);
  if (!address) return address.error();
  // Between the look and the bind nobody else may do the same. Where a directory cannot be locked it is not.
  const bool locked = ::flock(address->directory(), LOCK_EX | LOCK_NB) == 0;
  if (!locked && errno == EWOULDBLOCK) return make_error_code(SocketErrc::starting);
  if (const base::Result<void> cleared = clear(*address); !cleared) return cleared.error();
  Place place{std::move(*address), new_socket()};
  const base::Result<void> listening = place.listen();
  if (locked) ::flock(place.address_.directory(), LOCK_UN);
  if (!listening) return listening.error();
  return place;
}

base::Result<void> Place::listen() {
  if (!listener_.open()) return base::last_error();
  // On Linux a socket's file gets the mode that the socket has, so there is no moment in which it is open to
  // others.
  if (::fchmod(listener_.get(), kOwnerOnly) < 0) return base::last_error();
  if (::bind(listener_.get(), address_.get(), address_.size()) < 0) return base::last_error();
  struct stat made{};
  if (::fstatat(address_.directory(), address_.name().c_str(), &made, AT_SYMLINK_NOFOLLOW) < 0)
    return base::last_error();
  device_ = made.st_dev;
  inode_ = made.st_ino;
  if (::listen(listener_.get(), static_cast<int>(kMaxClients)) < 0) return base::last_error();
  return base::ok();
}

Place::~Place() {
  struct stat found{};
  if (inode_ == 0 || address_.directory() < 0) return;  // nothing, or moved from
  if (::fstatat(address_.directory(), address_.name().c_str(), &found, AT_SYMLINK_NOFOLLOW) < 0) return;
  if (found.st_dev == device_ && found.st_ino == inode_)
    ::unlinkat(address_.directory(), address_.name().c_str(), 0);
}

}  // namespace control_socket
