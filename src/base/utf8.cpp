#include "base/utf8.hpp"

namespace base {
namespace {

constexpr CodePoint kInvalid{.value = 0xfffd, .size = 1, .valid = false};

/// Length of a sequence by its leading byte and the smallest value that may be written with it.
struct Shape {
  std::size_t size;
  char32_t smallest;
  char32_t leading_bits;
};

std::optional<Shape> shape_of(std::uint8_t lead) {
  if (lead < 0x80) return Shape{1, 0, lead};
  if ((lead & 0xe0) == 0xc0) return Shape{2, 0x80, static_cast<char32_t>(lead & 0x1f)};
  if ((lead & 0xf0) == 0xe0) return Shape{3, 0x800, static_cast<char32_t>(lead & 0x0f)};
  if ((lead & 0xf8) == 0xf0) return Shape{4, 0x10000, static_cast<char32_t>(lead & 0x07)};
  return std::nullopt;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const std::optional<Shape> shape = shape_of(static_cast<std::uint8_t>(text.front()));
  if (!shape || text.size() < shape->size) return kInvalid;
  char32_t value = shape->leading_bits;
  for (const char c : text.substr(1, shape->size - 1)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0) != 0x80) return kInvalid;
    value = value << 6 | (byte & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < shape->smallest || value > 0x10ffff || surrogate) return kInvalid;
  return {.value = value, .size = shape->size, .valid = true};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    if (!point.valid) return at;
    at += point.size;
  }
  return std::nullopt;
}

}  // namespace base
