#include "libp2p/multi/ip_text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/byte_io.hpp"

namespace libp2p::multi {
namespace {

constexpr Ip6Bytes kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kMappedPrefixBytes = 12;
constexpr std::size_t kGroups = 8;

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// The groups that `::` stands for: the first of the longest runs of at least two zero groups.
Run longest_zero_run(const std::array<std::uint16_t, kGroups>& groups) {
  Run best;
  for (std::size_t i = 0; i < kGroups;) {
    Run run{.begin = i};
    while (i < kGroups && groups[i] == 0) ++i, ++run.size;
    if (run.size > best.size) best = run;
    if (run.size == 0) ++i;
  }
  return best.size >= 2 ? best : Run{};
}

void append_hex(std::string& out, std::uint16_t group) {
  std::array<char, 4> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), group, 16).ptr;
  out.append(text.data(), end);
}

}  // namespace

std::optional<Ip4Bytes> parse_ip4(std::string_view text) {
  Ip4Bytes ip;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < ip.size(); ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [stop, error] = std::from_chars(at, end, ip[i]);
    const bool leading_zero = stop - at > 1 && *at == '0';
    if (error != std::errc{} || leading_zero) return std::nullopt;
    at = stop;
  }
  return at == end ? std::optional{ip} : std::nullopt;
}

std::optional<Ip6Bytes> parse_ip6(std::string_view text) {
  // inet_pton knows the grammar; it wants a terminated string, so other characters (a NUL, a zone) go first.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  Ip6Bytes ip;
  if (inet_pton(AF_INET6, terminated.data(), ip.data()) != 1) return std::nullopt;
  return ip;
}

std::string format_ip4(std::span<const std::uint8_t, 4> ip) {
  std::array<char, 16> text{};
  char* at = text.data();
  for (std::size_t i = 0; i < ip.size(); ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, text.data() + text.size(), ip[i]).ptr;
  }
  return {text.data(), at};
}

std::string format_ip6(std::span<const std::uint8_t, 16> ip) {
  if (is_ip4_mapped(ip)) return "::ffff:" + format_ip4(ip.last<4>());
  std::array<std::uint16_t, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) groups[i] = base::load_be16(ip.data() + 2 * i);
  const Run gap = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (gap.size > 0 && i == gap.begin) {
      text += "::";
      i += gap.size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_hex(text, groups[i]);
  }
  return text;
}

bool is_ip4_mapped(std::span<const std::uint8_t, 16> ip) {
  return std::ranges::equal(ip.first<kMappedPrefixBytes>(), std::span{kMappedPrefix}.first<kMappedPrefixBytes>());
}

}  // namespace libp2p::multi
