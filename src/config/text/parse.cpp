#include "config/text/parse.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/text/keys.hpp"
#include "config/text/values.hpp"
#include "config/text/version.hpp"
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

void report_unknown_section(const YamlNode& name, Diagnostics& diagnostics) {
  if (const std::string_view home = home_of(name.text); !home.empty()) {
    return diagnostics.error(name.at, name.text, fmt::format("this key belongs into the section '{}'", home));
  }
  const std::vector<std::string_view> names{all_sections().begin(), all_sections().end()};
  diagnostics.warn(
      name.at, "",
      fmt::format("unknown section {} is ignored{}", quoted(name.text), did_you_mean(name.text, names)));
}

/// Reads a file into settings and origins.
class FileReader {
 public:
  FileReader(std::string_view source, Settings& settings, std::vector<Origin>& origins, Diagnostics& diagnostics)
      : source_{source}, settings_{settings}, origins_{origins}, diagnostics_{diagnostics} {}

  void read(const YamlNode& root) {
    if (root.kind != YamlNode::Kind::mapping && !root.is_null()) {
      return diagnostics_.error(root.at, "", "sections such as 'network:' are needed here");
    }
    for (const YamlEntry& entry : root.entries) {
      if (entry.key.text == kVersionKey) continue;  // read by `migrate`
      if (std::ranges::find(all_sections(), entry.key.text) == all_sections().end()) {
        report_unknown_section(entry.key, diagnostics_);
      } else {
        read_section(entry.key.text, entry.value);
      }
    }
  }

 private:
  void read_section(std::string_view section, const YamlNode& node) {
    if (node.is_null()) return;
    if (node.kind != YamlNode::Kind::mapping) {
      return diagnostics_.error(node.at, std::string{section}, "a section with keys is needed here");
    }
    for (const YamlEntry& entry : node.entries) {
      const Key* key = find_key(section, entry.key.text);
      if (key == nullptr) {
        report_unknown(section, entry.key, diagnostics_);
        continue;
      }
      read_value(*key, entry.value, source_, settings_, diagnostics_);
      if (!entry.value.is_null()) {
        origins_[index_of(*key)] = {.source = Origin::Source::file, .at = entry.value.at, .name = {}};
      }
    }
  }

  std::string_view source_;
  Settings& settings_;
  std::vector<Origin>& origins_;
  Diagnostics& diagnostics_;
};

/// What one key's value asks of another.
class TogetherCheck {
 public:
  TogetherCheck(const Settings& settings, const std::vector<Origin>& origins, Diagnostics& diagnostics)
      : settings_{settings}, origins_{origins}, diagnostics_{diagnostics} {}

  /// `whole`: the file was read to its end, so that a missing key is missing. `network`: where one is looked for.
  void run(bool whole, Position network) {
    if (whole && origin("network.addresses").source == Origin::Source::default_value) {
      diagnostics_.error(network, "network.addresses",
                         "required: a " + describe_type(*find_key("network.addresses")));
    }
    const bool nameless = settings_.logging.file_name.empty();
    if (settings_.logging.file_output && nameless && (whole || given("logging.file_name"))) {
      fault("logging.file_output", "logging.file_name", "required when file_output is true");
    }
    if (settings_.node.private_key && !settings_.node.private_key_file.empty()) {
      fault("node.private_key_file", "node.private_key_file",
            "node.private_key is set as well: keep one of the two");
    }
  }

 private:
  const Origin& origin(std::string_view path) const { return origins_[index_of(*find_key(path))]; }
  bool given(std::string_view path) const { return origin(path).source != Origin::Source::default_value; }

  /// Told where `at` was set.
  void fault(std::string_view at, std::string_view about, std::string why) {
    const Origin& place = origin(at);
    Diagnostics one;
    one.error(place.source == Origin::Source::file ? place.at : Position{.line = 0, .column = 0},
              std::string{about}, std::move(why));
    diagnostics_.append(one, place.name);
  }

  const Settings& settings_;
  const std::vector<Origin>& origins_;
  Diagnostics& diagnostics_;
};

Position place_of(const YamlNode& root, std::string_view section) {
  const YamlNode* found = root.find(section);
  return found != nullptr ? found->at : root.at;
}

}  // namespace

Parsed parse(std::string_view text, const Overrides& overrides) {
  Parsed parsed;
  parsed.origins.resize(all_keys().size());
  Settings settings;
  YamlDocument document = read_yaml(text, parsed.diagnostics);
  const bool readable = migrate(document.root, kVersion, migrations(), parsed.diagnostics);
  if (readable) FileReader{text, settings, parsed.origins, parsed.diagnostics}.read(document.root);
  apply_overrides(overrides, settings, parsed.origins, parsed.diagnostics);
  TogetherCheck{settings, parsed.origins, parsed.diagnostics}.run(document.whole && readable,
                                                                  place_of(document.root, "network"));
  if (!parsed.diagnostics.has_errors()) parsed.settings = std::move(settings);
  parsed.diagnostics.sort();
  return parsed;
}

}  // namespace config::text
