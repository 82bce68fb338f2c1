// observe/level.hpp: how urgent a log line is. `error` is for the operator to act on; what a stranger's bytes can
// cause is `debug` or a folded summary.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace observe {

enum class Level : std::uint8_t { debug, info, warn, error };

inline constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

constexpr std::string_view to_text(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }

constexpr std::optional<Level> level_from(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i)
    if (kLevelNames[i] == name) return static_cast<Level>(i);
  return std::nullopt;
}

}  // namespace observe
