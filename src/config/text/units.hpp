// config/text/units.hpp: durations in Go notation and sizes, text <-> value. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace config::text {

enum class UnitErrc : std::uint8_t { bad_number = 1, missing_unit, unknown_unit, too_large };
base::ErrorCode make_error_code(UnitErrc code);

/// `1h30m`, `1.5s`, `300ms`, `0`: units ns, us, ms, s, m, h; up to about 292 years; no sign.
base::Result<base::Duration> parse_duration(std::string_view text);
/// The shortest such text: `1h30m`, `300ms`, `0s`. `time` must not be negative.
std::string format_duration(base::Duration time);

/// `10MB`, `1.5GiB`, `512B`: KB, MB, GB and KiB, MiB, GiB are all powers of 1024; up to 2^63 - 1 bytes.
base::Result<std::uint64_t> parse_size(std::string_view text);
/// The largest unit that divides it: `10MB`, `1025B`.
std::string format_size(std::uint64_t bytes);

}  // namespace config::text

template <>
struct boost::system::is_error_code_enum<config::text::UnitErrc> : std::true_type {};
