#include "control_socket/address.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "base/files.hpp"

namespace control_socket {
namespace {

using base::ErrorClass;

constexpr std::array kRows{
    base::ErrorRow{static_cast<int>(SocketErrc::in_use), ErrorClass::configuration,
                   "another running node uses this control socket"},
    base::ErrorRow{static_cast<int>(SocketErrc::starting), ErrorClass::configuration,
                   "another node is just starting in this directory"},
    base::ErrorRow{static_cast<int>(SocketErrc::not_a_socket), ErrorClass::configuration,
                   "something that is no socket has the name of the control socket: move it away"},
    base::ErrorRow{static_cast<int>(SocketErrc::not_running), ErrorClass::configuration,
                   "no node is running here: start it, or name its conf.yaml with --config"},
    base::ErrorRow{static_cast<int>(SocketErrc::refused), ErrorClass::configuration,
                   "the node belongs to another user: ask as that user, or as root"},
    base::ErrorRow{static_cast<int>(SocketErrc::no_answer), ErrorClass::recoverable,
                   "the node does not answer: it may hang, or have just ended; see its log"},
};

}  // namespace

base::ErrorCode make_error_code(SocketErrc code) {
  static const base::TableCategory category{"control socket", kRows};
  return {static_cast<int>(code), category};
}

std::string socket_path(const std::string& conf_path) { return base::directory_of(conf_path) + "/control.sock"; }

base::Result<Address> Address::of(const std::string& path) {
  const std::string directory = base::directory_of(path);
  const std::size_t slash = path.rfind('/');
  const int opened =
      base::uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (opened < 0) return base::last_error();
  Address out{base::Descriptor{opened}, slash == std::string::npos ? path : path.substr(slash + 1)};
  out.address_.sun_family = AF_UNIX;
  std::string usable = path;
  if (usable.size() >= sizeof out.address_.sun_path) {
    usable = "/proc/self/fd/" + std::to_string(opened) + "/" + out.name_;
  }
  if (usable.size() >= sizeof out.address_.sun_path) {
    return base::ErrorCode{ENAMETOOLONG, boost::system::system_category()};
  }
  std::ranges::copy(usable, std::begin(out.address_.sun_path));
  return out;
}

}  // namespace control_socket
