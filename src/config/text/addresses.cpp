#include "config/text/addresses.hpp"

#include <fmt/format.h>

#include "config/text/diagnostic.hpp"
#include "libp2p/multi/ip_class.hpp"
#include "libp2p/multi/protocol.hpp"

namespace config::text {
namespace {

using libp2p::multi::IpClass;

/// The first protocol name of `text` that nobody knows.
std::string_view unknown_protocol(std::string_view text) {
  while (text.starts_with('/')) {
    text.remove_prefix(1);
    const std::string_view name = text.substr(0, text.find('/'));
    const auto protocol = libp2p::multi::find_protocol(name);
    if (!protocol) return name;
    text.remove_prefix(name.size());
    if (protocol->kind == libp2p::multi::ValueKind::none || text.empty()) continue;
    const std::size_t next = text.find('/', 1);
    text = next == std::string_view::npos ? std::string_view{} : text.substr(next);
  }
  return {};
}

}  // namespace

std::string explain_bad_address(std::string_view text, const base::ErrorCode& error) {
  if (error == make_error_code(libp2p::MultiaddrErrc::unknown_protocol)) {
    const std::string_view name = unknown_protocol(text);
    return fmt::format("unknown protocol {}{}", quoted(name),
                       did_you_mean(name, {"ip4", "ip6", "tcp", "dns", "dns4", "dns6", "ip6zone", "p2p"}));
  }
  return fmt::format("{}: {}", quoted(text), error.message());
}

std::optional<std::string> listen_fault(const libp2p::Multiaddr& addr) {
  using libp2p::Proto;
  const base::Result<libp2p::TcpTarget> target = addr.tcp_target();
  if (!target) return "cannot listen here: an address such as /ip4/0.0.0.0/tcp/9000 is needed";
  if (target->host_kind != Proto::ip4 && target->host_kind != Proto::ip6)
    return "cannot listen on a name: give an IP address such as /ip4/0.0.0.0/tcp/9000";
  if (target->peer) return "leave out /p2p/...: the node listens as itself";
  if (target->host.starts_with("::ffff:")) return "listeners are IPv6 only: write an IPv4 address as /ip4/...";
  if (libp2p::multi::classify(addr) == IpClass::multicast) return "cannot listen on a multicast address";
  return std::nullopt;
}

std::optional<std::string> announce_fault(const libp2p::Multiaddr& addr) {
  const base::Result<libp2p::TcpTarget> target = addr.tcp_target();
  if (!target) return "peers cannot dial this: an address such as /dns4/node1.example.com/tcp/9000 is needed";
  if (target->peer) return "leave out /p2p/...: the node adds its own id";
  if (target->port == 0) return "peers cannot dial port 0";
  const std::optional<IpClass> host = libp2p::multi::classify(addr);
  if (host == IpClass::unspecified) return "a wildcard is for listening: announce the address that peers reach";
  if (host == IpClass::multicast) return "peers cannot dial a multicast address";
  return std::nullopt;
}

}  // namespace config::text
