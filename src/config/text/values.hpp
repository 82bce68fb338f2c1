// config/text/values.hpp: one YAML node -> the field of a key, by the field's type. Internal to config/text.
#pragma once

#include <string_view>

#include "config/text/diagnostic.hpp"
#include "config/text/keys.hpp"
#include "config/text/yaml.hpp"

namespace config::text {

/// Sets the key's field from `value`, or reports what is wrong with it. `source` is the whole text: a private key
/// is read from there, its node holds only a mask.
void read_value(const Key& key, const YamlNode& value, std::string_view source, Settings& settings,
                Diagnostics& diagnostics);

}  // namespace config::text
