#include "libp2p/io/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace libp2p::io {
namespace {

bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

}  // namespace

bool Endpoint::is_loopback() const {
  if (!v6) return ip[0] == 127;
  const bool mapped = all_zero(std::span{ip}.first(10)) && ip[10] == 0xff && ip[11] == 0xff;
  if (mapped) return ip[12] == 127;
  return all_zero(std::span{ip}.first(15)) && ip[15] == 1;
}

bool Endpoint::is_unspecified() const { return all_zero(ip); }

std::string Endpoint::ip_text() const {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(v6 ? AF_INET6 : AF_INET, ip.data(), text, sizeof text);
  return text;
}

Multiaddr Endpoint::to_multiaddr() const {
  return *Multiaddr::tcp(ip_text(), port, zone);  // the text of a valid address always parses
}

base::Result<Endpoint> to_endpoint(const Multiaddr& addr) {
  const base::Result<TcpTarget> target = addr.tcp_target();
  if (!target) return target.error();
  if (target->host_kind != Proto::ip4 && target->host_kind != Proto::ip6) return MultiaddrErrc::not_dialable;
  return to_endpoint(target->host, target->port, target->zone);
}

base::Result<Endpoint> to_endpoint(std::string_view ip, std::uint16_t port, std::string_view zone) {
  Endpoint endpoint{.port = port, .zone = std::string{zone}};
  const std::string text{ip};
  if (::inet_pton(AF_INET, text.c_str(), endpoint.ip.data()) == 1) return endpoint;
  if (::inet_pton(AF_INET6, text.c_str(), endpoint.ip.data()) == 1) {
    endpoint.v6 = true;
    return endpoint;
  }
  return MultiaddrErrc::bad_ip4;
}

}  // namespace libp2p::io
