// Whole addresses. Text is turned into binary, and one walk over the binary form (`from_bytes`) judges both.
#include "libp2p/multiaddr.hpp"

#include <array>
#include <span>
#include <utility>

#include "base/byte_io.hpp"
#include "libp2p/multi/component.hpp"
#include "libp2p/multi/ip_text.hpp"
#include "libp2p/multi/protocol.hpp"

namespace libp2p {
namespace {

using base::ErrorClass;

constexpr std::size_t kMaxTextBytes = 4 * Multiaddr::kMaxBytes;
/// `/p2p/ID` in binary: code, length, multihash. An address without one leaves this much room, so that
/// `with_peer` cannot fail.
constexpr std::size_t kPeerSuffixBytes = 3 + PeerId::kMaxBytes;

constexpr base::ErrorRow row(MultiaddrErrc code, const char* message) {
  return {static_cast<int>(code), ErrorClass::configuration, message};
}
constexpr std::array kRows{
    row(MultiaddrErrc::empty, "address, or a part of it between two slashes, is empty"),
    row(MultiaddrErrc::no_leading_slash, "address must begin with a slash, as in /ip4/192.0.2.1/tcp/9000"),
    row(MultiaddrErrc::unknown_protocol,
        "address has an unknown protocol (names are lower-case: ip4, ip6, dns, tcp)"),
    row(MultiaddrErrc::missing_value, "address ends after a protocol name that needs a value"),
    row(MultiaddrErrc::bad_ip4, "IPv4 address must be four decimals without leading zeros, as in 192.0.2.1"),
    row(MultiaddrErrc::bad_ip6,
        "IPv6 address is malformed (an interface goes before it: /ip6zone/eth0/ip6/fe80::1)"),
    row(MultiaddrErrc::bad_port, "port must be a decimal number from 0 to 65535"),
    row(MultiaddrErrc::bad_name, "name or path is empty or has characters that cannot be there"),
    row(MultiaddrErrc::bad_zone,
        "zone is empty, has characters that cannot be there, or stands before an IPv4 address"),
    row(MultiaddrErrc::bad_peer_id, "value after /p2p is not a peer id"),
    row(MultiaddrErrc::truncated, "binary address ends inside a component, or has a number that is not minimal"),
    row(MultiaddrErrc::too_long, "address is longer than 1 KiB"),
    row(MultiaddrErrc::too_many_components, "address has more than 16 components"),
    row(MultiaddrErrc::not_dialable, "address is not IP or DNS with TCP, so it cannot be dialled or listened on"),
};

/// The last component of a valid address, and where it begins.
struct Tail {
  std::size_t at;
  AddrComponent component;
};

Tail tail_of(base::ByteSpan valid) {
  Tail tail{};
  for (base::ByteSpan rest = valid; !rest.empty();) {
    const std::size_t at = valid.size() - rest.size();
    tail = {at, *multi::take_component(rest)};
  }
  return tail;
}

bool is_path(Proto proto) { return proto == Proto::unix_socket; }

/// Takes `/part` from the front of `text`; the slash is known to be there.
std::string_view take_part(std::string_view& text) {
  text.remove_prefix(1);
  const std::string_view part = text.substr(0, text.find('/'));
  text.remove_prefix(part.size());
  return part;
}

base::Result<void> append_next(multi::AddressBuffer& out, std::string_view& text) {
  const std::string_view name = take_part(text);
  if (name.empty()) return MultiaddrErrc::empty;
  const auto protocol = multi::find_protocol(name);
  if (!protocol) return MultiaddrErrc::unknown_protocol;
  if (protocol->kind == multi::ValueKind::none) return multi::append_text_value(out, *protocol, {});
  if (text.empty()) return MultiaddrErrc::missing_value;
  if (is_path(protocol->code)) return multi::append_text_value(out, *protocol, std::exchange(text, {}));
  const std::string_view value = take_part(text);
  if (value.empty()) return MultiaddrErrc::empty;
  return multi::append_text_value(out, *protocol, value);
}

std::string host_text(const AddrComponent& host) {
  switch (host.proto) {
    case Proto::ip4: return multi::format_ip4(host.value.first<4>());
    case Proto::ip6: return multi::format_ip6(host.value.first<16>());
    default: return std::string{base::as_text(host.value)};
  }
}

bool is_tcp_host(Proto proto) {
  return proto == Proto::ip4 || proto == Proto::ip6 || proto == Proto::dns || proto == Proto::dns4 ||
         proto == Proto::dns6;
}

}  // namespace

base::ErrorCode make_error_code(MultiaddrErrc code) {
  static const base::TableCategory category{"libp2p.multiaddr", kRows};
  return {static_cast<int>(code), category};
}

base::Result<Multiaddr> Multiaddr::from_text(std::string_view text) {
  if (text.size() > kMaxTextBytes) return MultiaddrErrc::too_long;
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return MultiaddrErrc::empty;
  if (!text.starts_with('/')) return MultiaddrErrc::no_leading_slash;
  multi::AddressBuffer binary;
  while (!text.empty()) {
    if (const auto done = append_next(binary, text); !done) return done.error();
  }
  return from_bytes(binary.bytes());
}

base::Result<Multiaddr> Multiaddr::from_bytes(base::ByteSpan binary) {
  if (binary.empty()) return MultiaddrErrc::empty;
  if (binary.size() > kMaxBytes) return MultiaddrErrc::too_long;
  std::size_t count = 0;
  std::size_t body_bytes = 0;  // without `/p2p/ID` at the end
  std::size_t body_count = 0;
  for (base::ByteSpan rest = binary; !rest.empty();) {
    const base::Result<AddrComponent> next = multi::take_component(rest);
    if (!next) return next.error();
    if (++count > kMaxComponents) return MultiaddrErrc::too_many_components;
    if (is_path(next->proto) && !rest.empty())
      return MultiaddrErrc::bad_name;  // in text it would be read as the path
    if (next->proto == Proto::p2p && rest.empty()) break;
    body_bytes = binary.size() - rest.size();
    body_count = count;
  }
  if (body_bytes > kMaxBytes - kPeerSuffixBytes) return MultiaddrErrc::too_long;
  if (body_count > kMaxComponents - 1) return MultiaddrErrc::too_many_components;
  return Multiaddr{base::Bytes(binary.begin(), binary.end())};
}

base::Result<Multiaddr> Multiaddr::tcp(std::string_view ip, std::uint16_t port, std::string_view zone) {
  multi::AddressBuffer binary;
  const auto add = [&binary](Proto proto, base::ByteSpan value) { return append_component(binary, proto, value); };
  base::Result<void> done;
  if (const auto ip4 = multi::parse_ip4(ip)) {
    if (!zone.empty()) return MultiaddrErrc::bad_zone;
    done = add(Proto::ip4, *ip4);
  } else if (const auto ip6 = multi::parse_ip6(ip)) {
    if (!zone.empty()) done = add(Proto::ip6zone, base::as_bytes(zone));
    if (done) done = add(Proto::ip6, *ip6);
  } else {
    return ip.find(':') == std::string_view::npos ? MultiaddrErrc::bad_ip4 : MultiaddrErrc::bad_ip6;
  }
  std::array<std::uint8_t, 2> port_bytes{};
  base::store_be16(port_bytes.data(), port);
  if (done) done = add(Proto::tcp, port_bytes);
  if (!done) return done.error();
  return from_bytes(binary.bytes());
}

std::string Multiaddr::to_text() const {
  std::string text;
  text.reserve(bytes_.size() * 2);
  for (base::ByteSpan rest = bytes_; !rest.empty();)
    multi::append_component_text(text, *multi::take_component(rest));
  return text;
}

std::vector<AddrComponent> Multiaddr::components() const {
  std::vector<AddrComponent> all;
  for (base::ByteSpan rest = bytes_; !rest.empty();) all.push_back(*multi::take_component(rest));
  return all;
}

std::optional<PeerId> Multiaddr::peer() const {
  const AddrComponent last = tail_of(bytes_).component;
  if (last.proto != Proto::p2p) return std::nullopt;
  return *PeerId::from_bytes(last.value);
}

Multiaddr Multiaddr::with_peer(const PeerId& id) const {
  const Tail tail = tail_of(bytes_);
  if (is_path(tail.component.proto)) return *this;
  Multiaddr result = *this;
  if (tail.component.proto == Proto::p2p) result.bytes_.resize(tail.at);
  base::append_varint(result.bytes_, static_cast<std::uint64_t>(Proto::p2p));
  base::append_varint(result.bytes_, id.bytes().size());
  base::append(result.bytes_, id.bytes());
  return result;
}

std::optional<Multiaddr> Multiaddr::without_peer() const {
  const Tail tail = tail_of(bytes_);
  if (tail.component.proto != Proto::p2p) return *this;
  if (tail.at == 0) return std::nullopt;
  return Multiaddr{base::Bytes(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(tail.at))};
}

base::Result<TcpTarget> Multiaddr::tcp_target() const {
  const std::vector<AddrComponent> all = components();
  std::span<const AddrComponent> rest{all};
  const auto take = [&rest](auto&& wanted) -> const AddrComponent* {
    if (rest.empty() || !wanted(rest.front().proto)) return nullptr;
    const AddrComponent* front = rest.data();
    rest = rest.subspan(1);
    return front;
  };
  const AddrComponent* zone = take([](Proto proto) { return proto == Proto::ip6zone; });
  const AddrComponent* host = take(is_tcp_host);
  const AddrComponent* port = take([](Proto proto) { return proto == Proto::tcp; });
  const AddrComponent* peer = take([](Proto proto) { return proto == Proto::p2p; });
  if (host == nullptr || port == nullptr || !rest.empty()) return MultiaddrErrc::not_dialable;
  if (zone != nullptr && host->proto != Proto::ip6) return MultiaddrErrc::bad_zone;

  TcpTarget target{.host_kind = host->proto, .host = host_text(*host), .zone = {}, .peer = {}};
  target.port = base::load_be16(port->value.data());
  if (zone != nullptr) target.zone = base::as_text(zone->value);
  if (peer != nullptr) target.peer = *PeerId::from_bytes(peer->value);
  return target;
}

std::strong_ordering Multiaddr::operator<=>(const Multiaddr& other) const {
  return base::as_text(bytes_) <=> base::as_text(other.bytes_);
}

}  // namespace libp2p

std::size_t std::hash<libp2p::Multiaddr>::operator()(const libp2p::Multiaddr& addr) const noexcept {
  return std::hash<std::string_view>{}(base::as_text(addr.bytes()));
}
