#include "libp2p/multi/component.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/byte_io.hpp"
#include "libp2p/multi/base_text.hpp"
#include "libp2p/multi/ip_text.hpp"
#include "libp2p/multi/utf8.hpp"

namespace libp2p::multi {
namespace {

constexpr std::size_t kOnionAddressBytes = 35;

std::optional<std::array<std::uint8_t, 2>> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): `end` is given
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  std::array<std::uint8_t, 2> bytes{};
  base::store_be16(bytes.data(), port);
  return bytes;
}

/// What goes between two slashes, survives a text file and does not garble a terminal.
bool is_text_part(base::ByteSpan value) {
  return !value.empty() && is_printable_utf8(value) && base::as_text(value).find('/') == std::string_view::npos;
}

/// A path begins with the slash that is also the separator; one at its end would be lost in text.
bool is_path(base::ByteSpan value) {
  return value.size() > 1 && value.front() == '/' && value.back() != '/' && is_printable_utf8(value);
}

/// The rules for a value beyond its size; the only place where they stand.
base::Result<void> check_value(ValueKind kind, base::ByteSpan value) {
  const auto unless = [](bool good, MultiaddrErrc error) { return good ? base::ok() : base::Result<void>{error}; };
  switch (kind) {
    case ValueKind::name: return unless(is_text_part(value), MultiaddrErrc::bad_name);
    case ValueKind::zone: return unless(is_text_part(value), MultiaddrErrc::bad_zone);
    case ValueKind::path: return unless(is_path(value), MultiaddrErrc::bad_name);
    case ValueKind::peer: return unless(PeerId::from_bytes(value).has_value(), MultiaddrErrc::bad_peer_id);
    case ValueKind::onion3:
      return unless(base::load_be16(value.data() + kOnionAddressBytes) != 0, MultiaddrErrc::bad_port);
    case ValueKind::none:
    case ValueKind::ip4:
    case ValueKind::ip6:
    case ValueKind::port: return base::ok();
  }
  return MultiaddrErrc::unknown_protocol;
}

std::optional<std::uint64_t> take_varint(base::ByteSpan& in) {
  const base::Varint number = base::read_varint(in);
  if (number.state != base::Varint::State::complete) return std::nullopt;
  in = in.subspan(number.size);
  return number.value;
}

/// `ADDRESS:PORT`, the address in base32.
base::Result<void> append_onion3(AddressBuffer& out, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return MultiaddrErrc::bad_port;
  const auto address = from_base32(text.substr(0, colon));
  if (!address || address->size() != kOnionAddressBytes) return MultiaddrErrc::bad_name;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return MultiaddrErrc::bad_port;
  base::Bytes value = *address;
  base::append(value, *port);
  return append_component(out, Proto::onion3, value);
}

std::string value_text(ValueKind kind, base::ByteSpan value) {
  switch (kind) {
    case ValueKind::ip4: return format_ip4(value.first<4>());
    case ValueKind::ip6: return format_ip6(value.first<16>());
    case ValueKind::port: return std::to_string(base::load_be16(value.data()));
    case ValueKind::peer: return to_base58(value);
    case ValueKind::onion3:
      return to_base32(value.first(kOnionAddressBytes)) + ':' +
             std::to_string(base::load_be16(value.data() + kOnionAddressBytes));
    case ValueKind::none:
    case ValueKind::name:
    case ValueKind::zone:
    case ValueKind::path: break;
  }
  return std::string{base::as_text(value)};
}

}  // namespace

base::Result<void> AddressBuffer::append(base::ByteSpan more) {
  if (more.size() > bytes_.size() - size_) return MultiaddrErrc::too_long;
  std::ranges::copy(more, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += more.size();
  return base::ok();
}

base::Result<void> AddressBuffer::append_varint(std::uint64_t value) {
  std::array<std::uint8_t, base::kMaxVarintBytes> bytes{};
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<std::uint8_t>(value | 0x80);
  bytes[size++] = static_cast<std::uint8_t>(value);
  return append(base::ByteSpan{bytes}.first(size));
}

base::Result<AddrComponent> take_component(base::ByteSpan& in) {
  base::ByteSpan rest = in;
  const auto code = take_varint(rest);
  if (!code) return MultiaddrErrc::truncated;
  const auto protocol = find_protocol(*code);
  if (!protocol) return MultiaddrErrc::unknown_protocol;
  std::optional<std::uint64_t> size = fixed_size(protocol->kind);
  if (!size) size = take_varint(rest);
  if (!size || *size > rest.size()) return MultiaddrErrc::truncated;
  const AddrComponent component{protocol->code, rest.first(static_cast<std::size_t>(*size))};
  if (const auto valid = check_value(protocol->kind, component.value); !valid) return valid.error();
  in = rest.subspan(component.value.size());
  return component;
}

base::Result<void> append_component(AddressBuffer& out, Proto proto, base::ByteSpan value) {
  const auto code = static_cast<std::uint64_t>(proto);
  const auto protocol = find_protocol(code);
  if (!protocol) return MultiaddrErrc::unknown_protocol;
  if (const auto done = out.append_varint(code); !done) return done;
  if (!fixed_size(protocol->kind)) {
    if (const auto done = out.append_varint(value.size()); !done) return done;
  }
  return out.append(value);
}

base::Result<void> append_text_value(AddressBuffer& out, const Protocol& protocol, std::string_view text) {
  switch (protocol.kind) {
    case ValueKind::none:
    case ValueKind::name:
    case ValueKind::zone:
    case ValueKind::path: return append_component(out, protocol.code, base::as_bytes(text));
    case ValueKind::ip4: {
      const auto ip = parse_ip4(text);
      return ip ? append_component(out, protocol.code, *ip) : base::Result<void>{MultiaddrErrc::bad_ip4};
    }
    case ValueKind::ip6: {
      const auto ip = parse_ip6(text);
      return ip ? append_component(out, protocol.code, *ip) : base::Result<void>{MultiaddrErrc::bad_ip6};
    }
    case ValueKind::port: {
      const auto port = parse_port(text);
      return port ? append_component(out, protocol.code, *port) : base::Result<void>{MultiaddrErrc::bad_port};
    }
    case ValueKind::peer: {
      const auto id = PeerId::from_text(text);
      return id ? append_component(out, protocol.code, id->bytes())
                : base::Result<void>{MultiaddrErrc::bad_peer_id};
    }
    case ValueKind::onion3: return append_onion3(out, text);
  }
  return MultiaddrErrc::unknown_protocol;
}

void append_component_text(std::string& out, const AddrComponent& component) {
  const auto protocol = find_protocol(static_cast<std::uint64_t>(component.proto));
  if (!protocol) return;  // not reachable: a Multiaddr holds known protocols only
  out += '/';
  out += protocol->name;
  if (protocol->kind == ValueKind::none) return;
  if (protocol->kind != ValueKind::path) out += '/';
  out += value_text(protocol->kind, component.value);
}

}  // namespace libp2p::multi
