// libp2p/multi/ip_text.hpp: IP addresses, text <-> bytes in network order. Pure.
// Strict in: four plain decimals, no short forms, no leading zeros, no zone. Out: RFC 5952.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace libp2p::multi {

using Ip4Bytes = std::array<std::uint8_t, 4>;
using Ip6Bytes = std::array<std::uint8_t, 16>;

std::optional<Ip4Bytes> parse_ip4(std::string_view text);
/// All forms of RFC 4291 section 2.2, a dotted quad at the end included.
std::optional<Ip6Bytes> parse_ip6(std::string_view text);

std::string format_ip4(std::span<const std::uint8_t, 4> ip);
/// Lower-case, the longest run of zeros as `::`, IPv4-mapped as `::ffff:1.2.3.4`.
std::string format_ip6(std::span<const std::uint8_t, 16> ip);

/// ::ffff:0:0/96, whose last four bytes are an IPv4 address.
bool is_ip4_mapped(std::span<const std::uint8_t, 16> ip);

}  // namespace libp2p::multi
