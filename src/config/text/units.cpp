#include "config/text/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "base/error.hpp"

namespace config::text {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, as they are written.
constexpr std::array kTimes{Unit{"h", 3'600'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"s", 1'000'000'000},
                            Unit{"ms", 1'000'000},        Unit{"us", 1'000},         Unit{"ns", 1}};
constexpr std::uint64_t kKilo = 1024;
constexpr std::array kSizes{
    Unit{"GB", kKilo* kKilo* kKilo},  Unit{"MB", kKilo* kKilo},  Unit{"KB", kKilo}, Unit{"B", 1},
    Unit{"GiB", kKilo* kKilo* kKilo}, Unit{"MiB", kKilo* kKilo}, Unit{"KiB", kKilo}};
constexpr std::span kWrittenSizes{kSizes.data(), 4};

constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the leading digits off `text`.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

/// Takes `12.5unit` off the front of `text`, in the smallest unit.
base::Result<std::uint64_t> take_quantity(std::string_view& text, std::span<const Unit> units) {
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole.empty() && fraction.empty()) return UnitErrc::bad_number;

  const auto unit_end = std::ranges::find_if(text, [](char c) { return is_digit(c) || c == '.'; });
  const std::string_view name = text.substr(0, static_cast<std::size_t>(unit_end - text.begin()));
  text.remove_prefix(name.size());
  if (name.empty()) return UnitErrc::missing_unit;
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return UnitErrc::unknown_unit;

  std::uint64_t value = 0;
  for (const char c : whole) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMost / unit->factor - digit) / 10) return UnitErrc::too_large;
    value = value * 10 + digit;
  }
  value *= unit->factor;
  double part = 0;
  auto scale = static_cast<double>(unit->factor);
  for (const char c : fraction.substr(0, 18)) {
    scale /= 10;
    part += (c - '0') * scale;
  }
  // Decimal fractions are seldom exact in binary: 0.3us is 300ns, not 299.
  const auto rest = static_cast<std::uint64_t>(part + (fraction.empty() ? 0 : 1e-6));
  return rest > kMost - value ? base::Result<std::uint64_t>{UnitErrc::too_large} : value + rest;
}

}  // namespace

base::ErrorCode make_error_code(UnitErrc code) {
  using base::ErrorClass;
  static constexpr std::array kRows{
      base::ErrorRow{static_cast<int>(UnitErrc::bad_number), ErrorClass::configuration,
                     "not a number with a unit"},
      base::ErrorRow{static_cast<int>(UnitErrc::missing_unit), ErrorClass::configuration, "the unit is missing"},
      base::ErrorRow{static_cast<int>(UnitErrc::unknown_unit), ErrorClass::configuration, "unknown unit"},
      base::ErrorRow{static_cast<int>(UnitErrc::too_large), ErrorClass::configuration, "too large"}};
  static const base::TableCategory category{"config.units", kRows};
  return {static_cast<int>(code), category};
}

base::Result<base::Duration> parse_duration(std::string_view text) {
  if (text == "0") return base::Duration{0};
  std::uint64_t sum = 0;
  do {
    const base::Result<std::uint64_t> part = take_quantity(text, kTimes);
    if (!part) return part.error();
    if (*part > kMost - sum) return UnitErrc::too_large;
    sum += *part;
  } while (!text.empty());
  return base::Duration{static_cast<std::int64_t>(sum)};
}

std::string format_duration(base::Duration time) {
  auto left = static_cast<std::uint64_t>(time.count());
  if (left == 0) return "0s";
  std::string out;
  for (const Unit& unit : kTimes) {
    if (left >= unit.factor) out += fmt::format("{}{}", left / unit.factor, unit.name);
    left %= unit.factor;
  }
  return out;
}

base::Result<std::uint64_t> parse_size(std::string_view text) {
  const base::Result<std::uint64_t> size = take_quantity(text, kSizes);
  if (size && !text.empty()) return UnitErrc::bad_number;
  return size;
}

std::string format_size(std::uint64_t bytes) {
  const auto unit = std::ranges::find_if(
      kWrittenSizes, [bytes](const Unit& one) { return bytes >= one.factor && bytes % one.factor == 0; });
  if (unit == kWrittenSizes.end()) return fmt::format("{}B", bytes);
  return fmt::format("{}{}", bytes / unit->factor, unit->name);
}

}  // namespace config::text
