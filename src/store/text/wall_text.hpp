// store/text/wall_text.hpp: dates as the node's files hold them: RFC 3339 in UTC, to the second
// (2026-02-03T04:05:06Z). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace store::text {

std::string format_wall(base::WallTime time);

/// Nothing unless it is exactly that form and a date that exists.
std::optional<base::WallTime> parse_wall(std::string_view text);

}  // namespace store::text
