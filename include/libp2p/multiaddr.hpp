// libp2p/multiaddr.hpp: self-describing addresses, text <-> binary, strict both ways.
// Spec: multiformats/multiaddr; docs/spec-map.md#multiaddr. Equality is equality of the binary form.
// Invariant: a Multiaddr is never empty, at most kMaxBytes long and kMaxComponents deep, and always has room
// within these for a `/p2p/ID` at its end. Thread rules: a value.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/peer_id.hpp"

namespace libp2p {

/// The protocol codes of the multicodec table that this library recognises.
enum class Proto : std::uint32_t {
  ip4 = 4,
  tcp = 6,
  ip6 = 41,
  ip6zone = 42,
  dns = 53,
  dns4 = 54,
  dns6 = 55,
  dnsaddr = 56,
  udp = 273,
  p2p_circuit = 290,
  unix_socket = 400,
  p2p = 421,
  onion3 = 445,
  tls = 448,
  quic_v1 = 461,
  ws = 477,
  wss = 478,
};

/// One `/name/value` of an address; `value` is borrowed from the Multiaddr and in binary form.
struct AddrComponent {
  Proto proto;
  base::ByteSpan value;
};

/// What a TCP dial needs of an address: a host, a port, and the peer id if the address names it.
struct TcpTarget {
  Proto host_kind;   ///< ip4, ip6, dns, dns4, dns6
  std::string host;  ///< Text of the IP address, or the name to resolve.
  std::string zone;  ///< The ip6zone, if any.
  std::uint16_t port = 0;
  std::optional<PeerId> peer;
};

class Multiaddr {
 public:
  static constexpr std::size_t kMaxBytes = 1024;
  static constexpr std::size_t kMaxComponents = 16;

  /// Errors: MultiaddrErrc, whose message names what is wrong (unknown protocol, bad port, ...).
  static base::Result<Multiaddr> from_text(std::string_view text);
  static base::Result<Multiaddr> from_bytes(base::ByteSpan binary);
  /// `/ip4/H/tcp/P` or `/ip6/H/tcp/P` (with `/ip6zone` before it if `zone` is set) from the text of an IP address.
  static base::Result<Multiaddr> tcp(std::string_view ip, std::uint16_t port, std::string_view zone = {});

  base::ByteSpan bytes() const { return bytes_; }
  std::string to_text() const;
  std::vector<AddrComponent> components() const;  ///< Borrowed from this address.

  /// The `/p2p/ID` at the end, if there is one.
  std::optional<PeerId> peer() const;
  /// With `/p2p/ID` at the end, in place of another peer's. A unix path stays as it is: nothing can stand behind
  /// it.
  Multiaddr with_peer(const PeerId& id) const;
  std::optional<Multiaddr> without_peer() const;  ///< Nothing if only `/p2p/ID` was there.

  /// Errors: MultiaddrErrc::not_dialable (QUIC, circuit, ...: recognised, but not TCP), bad_zone (not before ip6).
  base::Result<TcpTarget> tcp_target() const;

  bool operator==(const Multiaddr&) const = default;
  std::strong_ordering operator<=>(const Multiaddr& other) const;

 private:
  explicit Multiaddr(base::Bytes bytes) : bytes_{std::move(bytes)} {}

  base::Bytes bytes_;
};

enum class MultiaddrErrc : std::uint8_t {
  empty = 1,
  no_leading_slash,
  unknown_protocol,
  missing_value,
  bad_ip4,
  bad_ip6,
  bad_port,
  bad_name,
  bad_zone,
  bad_peer_id,
  truncated,
  too_long,
  too_many_components,
  not_dialable,
};
base::ErrorCode make_error_code(MultiaddrErrc code);

}  // namespace libp2p

template <>
struct boost::system::is_error_code_enum<libp2p::MultiaddrErrc> : std::true_type {};

template <>
struct std::hash<libp2p::Multiaddr> {
  std::size_t operator()(const libp2p::Multiaddr& addr) const noexcept;
};
