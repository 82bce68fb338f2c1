#include "config/text/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "config/text/values.hpp"
#include "config/text/yaml.hpp"

namespace config::text {
namespace {

constexpr std::string_view kFlag = "--set";
constexpr Position kNoPosition{.line = 0, .column = 0};

std::vector<std::string> all_names(bool variables) {
  std::vector<std::string> names;
  for (const Key& key : all_keys()) names.push_back(variables ? key.variable() : key.path());
  return names;
}

std::string guess(std::string_view name, bool variables) {
  const std::vector<std::string> names = all_names(variables);
  return did_you_mean(name, {names.begin(), names.end()});
}

class Collector {
 public:
  void variable(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const bool unset = equals == std::string_view::npos || equals + 1 == text.size();
    if (unset || !name.starts_with(kVariablePrefix)) return;
    const auto key = std::ranges::find(all_keys(), name, &Key::variable);
    if (key == all_keys().end()) {
      Diagnostics one;
      one.warn(kNoPosition, "", fmt::format("unknown variable {} is ignored{}", quoted(name), guess(name, true)));
      return collected_.diagnostics.append(one, "environment");
    }
    add(*key, {.source = Origin::Source::environment, .name = std::string{name}}, text.substr(equals + 1));
  }

  void flag(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      return refuse(std::string{kFlag}, fmt::format("{}: SECTION.KEY=VALUE is needed", quoted(text)));
    }
    const std::string_view path = text.substr(0, equals);
    const Key* key = find_key(path);
    if (key == nullptr) {
      return refuse(std::string{kFlag}, fmt::format("unknown key {}{}", quoted(path), guess(path, false)));
    }
    add(*key, {.source = Origin::Source::flag, .name = fmt::format("{} {}", kFlag, path)},
        text.substr(equals + 1));
  }

  Overrides take() { return std::move(collected_); }

 private:
  void add(const Key& key, Origin origin, std::string_view value) {
    if (is_secret(key)) {
      return refuse(origin.name,
                    "others can read it there: put the key into a file and name it in node.private_key_file");
    }
    collected_.values.push_back({.key = &key, .origin = std::move(origin), .value = std::string{value}});
  }

  void refuse(const std::string& source, std::string why) {
    Diagnostics one;
    one.error(kNoPosition, "", std::move(why));
    collected_.diagnostics.append(one, source);
  }

  Overrides collected_;
};

bool is_list(const Key& key) {
  Settings none;
  return std::visit(
      [](auto* field) {
        using Field = std::remove_pointer_t<decltype(field)>;
        return std::is_same_v<Field, std::vector<libp2p::Multiaddr>> ||
               std::is_same_v<Field, std::vector<libp2p::PeerId>>;
      },
      key.field(none));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The node that the file would have held.
YamlNode node_of(const Override& item) {
  YamlNode node;
  node.at = kNoPosition;
  if (!is_list(*item.key)) {
    node.text = item.value;
    return node;
  }
  node.kind = YamlNode::Kind::sequence;
  std::string_view rest = trimmed(item.value);
  if (rest.starts_with('[') && rest.ends_with(']') && rest.size() > 1)
    rest = trimmed(rest.substr(1, rest.size() - 2));
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    YamlNode entry;
    entry.at = kNoPosition;
    entry.text = trimmed(rest.substr(0, comma));
    node.items.push_back(std::move(entry));
    rest = trimmed(rest.substr(std::min(comma + 1, rest.size())));
  }
  return node;
}

}  // namespace

std::string Origin::to_text(std::string_view file) const {
  switch (source) {
    case Source::default_value: return "default";
    case Source::file: return fmt::format("{}:{}", file, at.line);
    case Source::environment:
    case Source::flag: return name;
    case Source::key_file: return "file " + name;
    case Source::credential: return "credential " + name;
  }
  return "";
}

Overrides read_overrides(std::span<const std::string> environment, std::span<const std::string> flags) {
  Collector collector;
  for (const std::string& one : environment) collector.variable(one);
  for (const std::string& one : flags) collector.flag(one);
  return collector.take();
}

void apply_overrides(const Overrides& overrides, Settings& settings, std::vector<Origin>& origins,
                     Diagnostics& diagnostics) {
  diagnostics.append(overrides.diagnostics, "");
  for (const Override& item : overrides.values) {
    Diagnostics found;
    if (base::find_invalid_utf8(item.value)) {
      found.error(kNoPosition, item.key->path(), "not valid UTF-8");
    } else {
      read_value(*item.key, node_of(item), {}, settings, found);
    }
    diagnostics.append(found, item.origin.name);
    origins[index_of(*item.key)] = item.origin;
  }
}

}  // namespace config::text
