// control_socket/place.hpp: taking the place of a control socket: mode 0600 from its first moment, the socket of a
// node that crashed is replaced, that of one that lives is left alone.
#pragma once

#include <cstdint>

#include "base/descriptor.hpp"
#include "control_socket/address.hpp"

namespace control_socket {

/// A listening socket, and where it stands.
class Place {
 public:
  /// Errors: SocketErrc::in_use, starting, not_a_socket; those of the file system and of socket(2).
  static base::Result<Place> take(const std::string& path);

  Place(Place&&) noexcept = default;
  Place& operator=(Place&&) = delete;
  /// Removes the socket, if it is still this one that stands there.
  ~Place();

  /// The listening socket, once; its owner closes it.
  base::Descriptor take_listener() { return std::move(listener_); }

 private:
  Place(Address address, base::Descriptor listener)
      : address_{std::move(address)}, listener_{std::move(listener)} {}

  base::Result<void> listen();

  Address address_;
  base::Descriptor listener_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;  ///< 0: nothing of ours stands there.
};

}  // namespace control_socket
