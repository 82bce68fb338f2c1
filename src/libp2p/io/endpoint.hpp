// libp2p/io/endpoint.hpp: an IP address and a port, as sockets take them, and its multiaddr form.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "libp2p/multiaddr.hpp"

namespace libp2p::io {

struct Endpoint {
  std::array<std::uint8_t, 16> ip{};  ///< IPv4 in the first four bytes.
  bool v6 = false;
  std::uint16_t port = 0;
  std::string zone;  ///< Interface name of a link-local address; usually empty.

  auto operator<=>(const Endpoint&) const = default;

  bool is_loopback() const;
  bool is_unspecified() const;
  std::string ip_text() const;
  Multiaddr to_multiaddr() const;
};

/// From an address whose host is an IP literal. Errors: MultiaddrErrc::not_dialable for names and other
/// transports.
base::Result<Endpoint> to_endpoint(const Multiaddr& addr);

/// From the text of an IP address. Errors: MultiaddrErrc::bad_ip4.
base::Result<Endpoint> to_endpoint(std::string_view ip, std::uint16_t port, std::string_view zone = {});

}  // namespace libp2p::io
