// control_socket/address.hpp: the place of a node's control socket in the file system, however long its path is.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

namespace control_socket {

enum class SocketErrc {
  in_use = 1,  ///< Another process listens there.
  starting,    ///< Another process is about to.
  not_a_socket,
  not_running,  ///< Nobody listens there.
  refused,      ///< It belongs to another user.
  no_answer,    ///< In time, or at all.
};
base::ErrorCode make_error_code(SocketErrc code);

/// control.sock beside conf.yaml.
std::string socket_path(const std::string& conf_path);

/// An address of `path`; where that is too long for one (108 bytes), by way of its directory, held open meanwhile.
class Address {
 public:
  /// Errors: those of opening the directory; ENAMETOOLONG if the last part of the path is too long.
  static base::Result<Address> of(const std::string& path);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return sizeof address_; }
  /// Of the directory.
  int directory() const { return directory_.get(); }
  /// The last part of the path.
  const std::string& name() const { return name_; }

 private:
  Address(base::Descriptor directory, std::string name)
      : directory_{std::move(directory)}, name_{std::move(name)} {}

  base::Descriptor directory_;
  std::string name_;
  sockaddr_un address_{};
};

}  // namespace control_socket

template <>
struct boost::system::is_error_code_enum<control_socket::SocketErrc> : std::true_type {};
