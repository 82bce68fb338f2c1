// Multiaddr: on random addresses text and binary are inverse; random bytes fail or come back unchanged.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/byte_io.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/multi/protocol.hpp"
#include "libp2p/multiaddr.hpp"

namespace libp2p {
namespace {

base::Bytes random_bytes(base::Rng& rng, std::size_t size) {
  base::Bytes bytes(size);
  rng.fill(bytes);
  return bytes;
}

/// A random valid value for `kind`, in binary form.
base::Bytes random_value(base::Rng& rng, multi::ValueKind kind) {
  using enum multi::ValueKind;
  if (const auto size = multi::fixed_size(kind)) {
    base::Bytes value = random_bytes(rng, *size);
    if (kind == onion3) value.back() |= 1;  // the port is not 0
    return value;
  }
  if (kind == peer) {
    base::Bytes value{0x12, 32};
    base::append(value, random_bytes(rng, 32));
    return value;
  }
  base::Bytes text = random_bytes(rng, static_cast<std::size_t>(rng.below(20) + 1));
  for (std::uint8_t& byte : text) byte = static_cast<std::uint8_t>('a' + byte % 26);
  if (kind == path) text.insert(text.begin(), '/');
  return text;
}

base::Bytes random_address(base::Rng& rng) {
  using enum Proto;
  constexpr std::array kAll{ip4,         tcp, ip6,    ip6zone, dns,     dns4, dns6, dnsaddr,    udp,
                            p2p_circuit, p2p, onion3, tls,     quic_v1, ws,   wss,  unix_socket};
  base::Bytes out;
  for (std::int64_t n = rng.below(8) + 1; n > 0; --n) {
    const auto code = static_cast<std::uint64_t>(kAll[static_cast<std::size_t>(rng.below(std::ssize(kAll)))]);
    const multi::Protocol protocol = *multi::find_protocol(code);
    const base::Bytes value = random_value(rng, protocol.kind);
    base::append_varint(out, code);
    if (!multi::fixed_size(protocol.kind)) base::append_varint(out, value.size());
    base::append(out, value);
    if (protocol.kind == multi::ValueKind::path) break;  // nothing can stand behind it
  }
  return out;
}

TEST(MultiaddrProperty, TextAndBinaryAreInverse) {
  base::SeededRng rng{21};
  for (int i = 0; i < 20000; ++i) {
    const base::Bytes binary = random_address(rng);
    const auto addr = Multiaddr::from_bytes(binary);
    ASSERT_TRUE(addr) << addr.error().message();
    EXPECT_TRUE(std::ranges::equal(addr->bytes(), binary));
    const auto again = Multiaddr::from_text(addr->to_text());
    ASSERT_TRUE(again) << addr->to_text() << ": " << again.error().message();
    EXPECT_EQ(*again, *addr) << addr->to_text();
  }
}

TEST(MultiaddrProperty, ChangedAddressesFailOrStayInverse) {
  base::SeededRng rng{22};
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    base::Bytes binary = random_address(rng);
    const auto at = static_cast<std::size_t>(rng.below(std::ssize(binary)));
    binary[at] = static_cast<std::uint8_t>(rng.below(256));
    if (rng.below(4) == 0) binary.resize(at);
    const auto addr = Multiaddr::from_bytes(binary);
    if (!addr) continue;
    ++accepted;
    EXPECT_TRUE(std::ranges::equal(addr->bytes(), binary));
    EXPECT_EQ(Multiaddr::from_text(addr->to_text()).value(), *addr) << addr->to_text();
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace libp2p
