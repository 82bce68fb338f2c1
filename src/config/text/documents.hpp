// config/text/documents.hpp: what is made from the table of keys for people and their tools. Pure. No text made
// here holds a secret.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/text/origin.hpp"
#include "config/text/settings.hpp"

namespace config::text {

/// The text of a new conf.yaml: every key with its default and what it means.
std::string default_file();

/// Every key with the value that holds and where it comes from; `origins` by index of the key. `file`: the name of
/// conf.yaml.
std::string effective_file(const Settings& settings, std::span<const Origin> origins, std::string_view file);

/// A JSON Schema (2020-12) of conf.yaml, for editors.
std::string json_schema();

/// docs/configuration.md.
std::string reference_page();

}  // namespace config::text
