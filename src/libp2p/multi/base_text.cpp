#include "libp2p/multi/base_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace libp2p::multi {
namespace {

constexpr std::uint8_t kForeign = 0xff;

/// The digit of every character, kForeign where there is none.
constexpr std::array<std::uint8_t, 256> digits_of(std::string_view alphabet) {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kForeign);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    digits[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

/// A positional notation whose base is no power of two. Several digits are handled at once: as many as one 32-bit
/// limb holds, which makes the quadratic loops some twenty times shorter than digit by digit.
struct Radix {
  std::string_view alphabet;
  std::size_t digits_per_limb;
  std::uint32_t limb_base;  ///< alphabet.size() to the power of digits_per_limb.
  std::array<std::uint8_t, 256> digits;
};

constexpr Radix make_radix(std::string_view alphabet) {
  Radix radix{.alphabet = alphabet, .digits_per_limb = 0, .limb_base = 1, .digits = digits_of(alphabet)};
  while (std::uint64_t{radix.limb_base} * alphabet.size() <= UINT32_MAX) {
    radix.limb_base *= static_cast<std::uint32_t>(alphabet.size());
    ++radix.digits_per_limb;
  }
  return radix;
}

constexpr Radix kBase58 = make_radix("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
constexpr Radix kBase36 = make_radix("0123456789abcdefghijklmnopqrstuvwxyz");
constexpr std::string_view kBase32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr auto kBase32Digits = digits_of(kBase32Alphabet);

/// A number of up to kMaxRadixBytes bytes as 32-bit limbs, the least significant first.
class BigNumber {
 public:
  bool is_zero() const { return used_ == 0; }

  /// number = number * factor + addend; false if it no longer fits.
  bool multiply_add(std::uint64_t factor, std::uint64_t addend) {
    std::uint64_t carry = addend;
    for (std::size_t i = 0; i < used_; ++i) {
      carry += limbs_[i] * factor;
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry == 0) return true;
    if (used_ == limbs_.size()) return false;
    limbs_[used_++] = static_cast<std::uint32_t>(carry);
    return true;
  }

  /// Divides by `divisor` and returns the remainder.
  std::uint32_t divide(std::uint32_t divisor) {
    std::uint64_t rest = 0;
    for (std::size_t i = used_; i-- > 0;) {
      rest = rest << 32 | limbs_[i];
      limbs_[i] = static_cast<std::uint32_t>(rest / divisor);
      rest %= divisor;
    }
    while (used_ > 0 && limbs_[used_ - 1] == 0) --used_;
    return static_cast<std::uint32_t>(rest);
  }

 private:
  std::array<std::uint32_t, kMaxRadixBytes / 4> limbs_{};
  std::size_t used_ = 0;
};

std::string to_text(const Radix& radix, base::ByteSpan bytes) {
  if (bytes.size() > kMaxRadixBytes) std::abort();
  const auto first = std::ranges::find_if(bytes, [](std::uint8_t byte) { return byte != 0; });
  BigNumber number;
  for (auto at = first; at != bytes.end(); ++at) number.multiply_add(256, *at);

  std::string text;  // least significant digit first
  text.reserve(kMaxRadixText);
  while (!number.is_zero()) {
    std::uint32_t limb = number.divide(radix.limb_base);
    for (std::size_t i = 0; i < radix.digits_per_limb && (limb != 0 || !number.is_zero()); ++i) {
      text.push_back(radix.alphabet[limb % radix.alphabet.size()]);
      limb /= static_cast<std::uint32_t>(radix.alphabet.size());
    }
  }
  text.append(static_cast<std::size_t>(first - bytes.begin()), radix.alphabet.front());
  std::ranges::reverse(text);
  return text;
}

std::optional<base::Bytes> from_text(const Radix& radix, std::string_view text) {
  if (text.size() > kMaxRadixText) return std::nullopt;
  const std::size_t zeros = std::min(text.find_first_not_of(radix.alphabet.front()), text.size());
  BigNumber number;
  for (std::string_view rest = text.substr(zeros); !rest.empty();) {
    const std::string_view chunk = rest.substr(0, radix.digits_per_limb);
    rest.remove_prefix(chunk.size());
    std::uint64_t scale = 1;
    std::uint64_t limb = 0;
    for (const char c : chunk) {
      const std::uint8_t digit = radix.digits[static_cast<std::uint8_t>(c)];
      if (digit == kForeign) return std::nullopt;
      scale *= radix.alphabet.size();
      limb = limb * radix.alphabet.size() + digit;
    }
    if (!number.multiply_add(scale, limb)) return std::nullopt;
  }

  base::Bytes bytes;
  bytes.reserve(zeros + kMaxRadixBytes);
  while (!number.is_zero()) bytes.push_back(static_cast<std::uint8_t>(number.divide(256)));
  bytes.insert(bytes.end(), zeros, 0);
  if (bytes.size() > kMaxRadixBytes) return std::nullopt;
  std::ranges::reverse(bytes);
  return bytes;
}

}  // namespace

std::string to_base58(base::ByteSpan bytes) { return to_text(kBase58, bytes); }
std::string to_base36(base::ByteSpan bytes) { return to_text(kBase36, bytes); }
std::optional<base::Bytes> from_base58(std::string_view text) { return from_text(kBase58, text); }
std::optional<base::Bytes> from_base36(std::string_view text) { return from_text(kBase36, text); }

std::string to_base32(base::ByteSpan bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kBase32Alphabet[buffer >> (bits - 5) & 31]);
  }
  if (bits > 0) text.push_back(kBase32Alphabet[buffer << (5 - bits) & 31]);
  return text;
}

std::optional<base::Bytes> from_base32(std::string_view text) {
  base::Bytes bytes;
  bytes.reserve(text.size() * 5 / 8);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t digit = kBase32Digits[static_cast<std::uint8_t>(c)];
    if (digit == kForeign) return std::nullopt;
    buffer = buffer << 5 | digit;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(buffer >> bits));
  }
  const std::uint32_t spare = buffer & ((1U << bits) - 1);
  if (bits >= 5 || spare != 0) return std::nullopt;
  return bytes;
}

}  // namespace libp2p::multi
