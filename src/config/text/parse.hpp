// config/text/parse.hpp: the text of conf.yaml -> Settings, or all that is wrong with it. Pure: no file is
// touched.
#pragma once

#include <optional>
#include <string_view>

#include "config/text/diagnostic.hpp"
#include "config/text/settings.hpp"

namespace config::text {

struct Parsed {
  std::optional<Settings> settings;  ///< Nothing if there is an error among the diagnostics.
  Diagnostics diagnostics;           ///< In the order of the file.
};

/// Only `network.addresses` must be there. Unknown keys and sections are warnings; a known key in the wrong
/// section, a section that is no mapping, and every wrong value are errors.
Parsed parse(std::string_view text);

/// The text of a new conf.yaml: every key with its default and what it means.
std::string default_file();

}  // namespace config::text
