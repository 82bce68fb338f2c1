// config/text/parse.hpp: the text of conf.yaml -> Settings, or all that is wrong with it. Pure: no file is
// touched.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/text/diagnostic.hpp"
#include "config/text/origin.hpp"
#include "config/text/overrides.hpp"
#include "config/text/settings.hpp"

namespace config::text {

struct Parsed {
  std::optional<Settings> settings;  ///< Nothing if there is an error among the diagnostics.
  std::vector<Origin> origins;       ///< Of each key, by its index.
  Diagnostics diagnostics;           ///< In the order of the file.
};

/// Only `network.addresses` must be there, in the file or in `overrides`. Unknown keys and sections are warnings;
/// a known key in the wrong section, a section that is no mapping, every wrong value and every fault of the YAML
/// are errors, all of them at once: what stands behind a broken place is read as far as it can be.
Parsed parse(std::string_view text, const Overrides& overrides = {});

}  // namespace config::text
