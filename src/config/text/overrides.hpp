// config/text/overrides.hpp: single keys set from outside the file, for containers: variables of the environment
// and flags. Pure. A flag beats the environment, the environment beats the file. Secrets are refused: others can
// read a process's environment and command line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/text/diagnostic.hpp"
#include "config/text/keys.hpp"
#include "config/text/origin.hpp"

namespace config::text {

struct Override {
  const Key* key;
  Origin origin;
  std::string value;  ///< As in the file without quotes; a list is separated by commas.
};

struct Overrides {
  std::vector<Override> values;  ///< Later ones beat earlier ones.
  Diagnostics diagnostics;       ///< Unknown names are warnings for variables and errors for flags.
};

/// `environment`: NAME=VALUE each; names without our prefix are somebody else's, an empty value counts as unset.
/// `flags`: SECTION.KEY=VALUE each.
Overrides read_overrides(std::span<const std::string> environment, std::span<const std::string> flags);

/// Sets the fields in `settings` and their `origins` (by index of the key), or reports what is wrong.
void apply_overrides(const Overrides& overrides, Settings& settings, std::vector<Origin>& origins,
                     Diagnostics& diagnostics);

}  // namespace config::text
