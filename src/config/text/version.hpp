// config/text/version.hpp: `version: N` at the top of conf.yaml, and how the shape of an older version is brought
// to the present one before it is read. Pure. Without the key a file has the present version. The file itself is
// never rewritten: the operator is told.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "config/text/diagnostic.hpp"
#include "config/text/yaml.hpp"

namespace config::text {

inline constexpr std::string_view kVersionKey = "version";
/// The first version is 1; a step is added to `kMigrations` whenever this grows.
inline constexpr std::uint32_t kVersion = 1;

/// Brings a file of version `from` to the next one.
struct Migration {
  std::uint32_t from;
  std::string_view what;  ///< For the operator: "peers.interval is now peers.exchange_interval".
  void (*apply)(YamlNode& root);
};

/// Reads the version of `root` and applies every step up to `present`, in memory, with a warning for each.
/// False, with an error, if the file cannot be read as `present`.
bool migrate(YamlNode& root, std::uint32_t present, std::span<const Migration> steps, Diagnostics& diagnostics);

/// All steps up to kVersion.
std::span<const Migration> migrations();

}  // namespace config::text
