// config/text/limits.hpp: bounds of conf.yaml; each with its reason and the test that reaches it.
#pragma once

#include <cstddef>

namespace config::text {

/// A configuration is a page; more is a wrong file.
inline constexpr std::size_t kMaxFileBytes = 256 * 1024;  // ReadYaml.RefusesALargeFile
/// Root, section, list, entry and one to spare. libyaml's time is quadratic in the depth.
inline constexpr std::size_t kMaxDepth = 8;  // ReadYaml.RefusesDeepNesting
/// Findings that are told of one file; the rest follows when these are mended.
inline constexpr std::size_t kMaxDiagnostics = 100;  // Diagnostics.AreBounded
/// Tabs that are read as spaces to find what is wrong behind them; each costs a reading of the file.
inline constexpr std::size_t kMaxMendedTabs = 20;  // ReadYaml.ReportsTabsUpToALimit
/// Characters of a value that a message repeats.
inline constexpr std::size_t kMaxQuotedBytes = 100;  // Diagnostics.CutALongValue

}  // namespace config::text
