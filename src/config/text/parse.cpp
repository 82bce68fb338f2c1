#include "config/text/parse.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/text/keys.hpp"
#include "config/text/values.hpp"
#include "config/text/yaml.hpp"

namespace config::text {
namespace {

std::vector<std::string_view> names_in(std::string_view section) {
  std::vector<std::string_view> names;
  for (const Key& key : all_keys()) {
    if (key.section == section) names.push_back(key.name);
  }
  return names;
}

/// The section that has a key of this name; empty if none.
std::string_view home_of(std::string_view name) {
  const auto at = std::ranges::find(all_keys(), name, &Key::name);
  return at != all_keys().end() ? at->section : std::string_view{};
}

void report_unknown(std::string_view section, const YamlNode& name, Diagnostics& diagnostics) {
  // Text of the file only in quotes: what stands here may be anything.
  if (const std::string_view home = home_of(name.text); !home.empty()) {
    return diagnostics.error(name.at, fmt::format("{}.{}", section, name.text),
                             fmt::format("this key belongs into the section '{}'", home));
  }
  diagnostics.warn(
      name.at, std::string{section},
      fmt::format("unknown key {} is ignored{}", quoted(name.text), did_you_mean(name.text, names_in(section))));
}

void read_section(std::string_view section, const YamlNode& node, std::string_view source, Settings& settings,
                  Diagnostics& diagnostics) {
  if (node.is_null()) return;
  if (node.kind != YamlNode::Kind::mapping) {
    return diagnostics.error(node.at, std::string{section}, "a section with keys is needed here");
  }
  for (const YamlEntry& entry : node.entries) {
    const Key* key = find_key(section, entry.key.text);
    if (key == nullptr) {
      report_unknown(section, entry.key, diagnostics);
    } else {
      read_value(*key, entry.value, source, settings, diagnostics);
    }
  }
}

void report_unknown_section(const YamlNode& name, Diagnostics& diagnostics) {
  if (const std::string_view home = home_of(name.text); !home.empty()) {
    return diagnostics.error(name.at, name.text, fmt::format("this key belongs into the section '{}'", home));
  }
  const std::vector<std::string_view> names{all_sections().begin(), all_sections().end()};
  diagnostics.warn(
      name.at, "",
      fmt::format("unknown section {} is ignored{}", quoted(name.text), did_you_mean(name.text, names)));
}

/// The value of SECTION.KEY if something was given for it.
const YamlNode* given(const YamlNode& root, std::string_view section, std::string_view name) {
  const YamlNode* in = root.find(section);
  const YamlNode* value = in != nullptr ? in->find(name) : nullptr;
  return value != nullptr && !value->is_null() ? value : nullptr;
}

/// What one key's value asks of another.
void check_together(const YamlNode& root, const Settings& settings, Diagnostics& diagnostics) {
  if (given(root, "network", "addresses") == nullptr) {
    const YamlNode* network = root.find("network");
    diagnostics.error(network != nullptr ? network->at : root.at, "network.addresses",
                      "required: a " + describe_type(*find_key("network", "addresses")));
  }
  if (settings.logging.file_output && settings.logging.file_name.empty()) {
    diagnostics.error(given(root, "logging", "file_output")->at, "logging.file_name",
                      "required when file_output is true");
  }
}

void read_root(const YamlNode& root, std::string_view source, Settings& settings, Diagnostics& diagnostics) {
  if (root.kind != YamlNode::Kind::mapping && !root.is_null()) {
    return diagnostics.error(root.at, "", "sections such as 'network:' are needed here");
  }
  for (const YamlEntry& entry : root.entries) {
    if (std::ranges::find(all_sections(), entry.key.text) == all_sections().end()) {
      report_unknown_section(entry.key, diagnostics);
    } else {
      read_section(entry.key.text, entry.value, source, settings, diagnostics);
    }
  }
  check_together(root, settings, diagnostics);
}

}  // namespace

Parsed parse(std::string_view text) {
  Parsed parsed;
  Settings settings;
  const std::optional<YamlNode> root = read_yaml(text, parsed.diagnostics);
  if (root) read_root(*root, text, settings, parsed.diagnostics);
  if (!parsed.diagnostics.has_errors()) parsed.settings = std::move(settings);
  parsed.diagnostics.sort();
  return parsed;
}

std::string default_file() {
  const Settings defaults;
  std::string out =
      "# Configuration of a BTC Federation node. Absent keys take the values shown here.\n"
      "# Durations: 300ms, 30s, 1h30m. Sizes: KB, MB, GB, powers of 1024.\n";
  std::string_view section;
  for (const Key& key : all_keys()) {
    if (key.section != section) {
      section = key.section;
      out += fmt::format("\n{}:\n", section);
    }
    out += fmt::format("  # {}\n  # Value: {}.\n  {}: {}\n", key.help, describe_type(key), key.name,
                       key.default_in_file.empty() ? value_text(key, defaults) : std::string{key.default_in_file});
  }
  return out;
}

}  // namespace config::text
