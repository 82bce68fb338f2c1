#include "store/text/seal.hpp"

#include <array>
#include <charconv>

#include "base/base64.hpp"
#include "base/byte_io.hpp"
#include "libp2p/crypto/hash.hpp"

namespace store::text {
namespace {

constexpr std::string_view kHead = "# kept by btc-federation: file ";
constexpr std::string_view kGeneration = " generation ";
constexpr std::string_view kDigest = " sha256 ";

struct ParsedSeal {
  SealLine line;
  Stamp stamp;
  std::string_view digest;
};

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool take_number(std::string_view& text, std::uint64_t& number, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::optional<ParsedSeal> seal_at(std::string_view text, std::size_t start) {
  std::size_t end = text.find('\n', start);
  ParsedSeal seal{
      .line = {start, end == std::string_view::npos ? text.size() : end + 1}, .stamp = {}, .digest = {}};
  if (end == std::string_view::npos) end = text.size();
  std::string_view left = text.substr(start, end - start);
  if (left.ends_with('\r')) left.remove_suffix(1);
  if (!take(left, kHead) || !take_number(left, seal.stamp.file_id, 16) || !take(left, kGeneration) ||
      !take_number(left, seal.stamp.generation, 10) || !take(left, kDigest)) {
    return std::nullopt;
  }
  seal.digest = left;
  return seal;
}

/// The last seal that begins before `end`.
std::optional<ParsedSeal> last_seal(std::string_view text, std::size_t end) {
  while (end > 0) {
    const std::size_t at = text.rfind(kHead, end - 1);
    if (at == std::string_view::npos) return std::nullopt;
    if (at == 0 || text[at - 1] == '\n') {
      if (auto seal = seal_at(text, at)) return seal;
    }
    end = at;
  }
  return std::nullopt;
}

std::string digest_of(std::string_view text) { return base::to_hex(libp2p::crypto::sha256(base::as_bytes(text))); }

}  // namespace

std::optional<Seal> find_seal(std::string_view text) {
  const auto seal = last_seal(text, text.size());
  if (!seal) return std::nullopt;
  const auto& [line, stamp, digest] = *seal;
  return Seal{.stamp = stamp,
              .intact = line.stop == text.size() && digest == digest_of(text.substr(0, line.start))};
}

std::vector<SealLine> seal_lines(std::string_view text) {
  std::vector<SealLine> lines;
  for (auto seal = last_seal(text, text.size()); seal; seal = last_seal(text, seal->line.start)) {
    lines.push_back(seal->line);
  }
  return lines;
}

std::string sealed(std::string body, const Stamp& stamp) {
  if (!body.empty() && body.back() != '\n') body += '\n';
  std::array<std::uint8_t, 8> id{};
  base::store_be64(id.data(), stamp.file_id);
  const std::string digest = digest_of(body);
  body += kHead;
  body += base::to_hex(id);
  body += kGeneration;
  body += std::to_string(stamp.generation);
  body += kDigest;
  body += digest;
  return body += '\n';
}

}  // namespace store::text
