#include "config/text/private_key.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "config/text/yaml.hpp"

namespace config::text {
namespace {

constexpr std::string_view kSection = "node";
constexpr std::string_view kName = "private_key";

/// Bytes [begin, end) of the text are to become `text`.
struct Edit {
  std::size_t begin;
  std::size_t end;
  std::string text;
};

std::string_view line_end_of(std::string_view text) {
  const std::size_t newline = text.find('\n');
  return newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r' ? "\r\n" : "\n";
}

/// What stands before `at` in its line.
std::string_view indent_before(std::string_view text, std::size_t at) {
  const std::size_t newline = text.substr(0, at).rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return text.substr(start, at - start);
}

/// `line` as a new first entry of `mapping`.
Edit first_entry(std::string_view text, const YamlNode& mapping, const std::string& entry) {
  if (mapping.flow) {
    const std::size_t inside = mapping.begin + 1;
    return {inside, inside, mapping.entries.empty() ? " " + entry + " " : " " + entry + ","};
  }
  const std::size_t at = mapping.entries.front().key.begin;
  return {at, at, entry + std::string{line_end_of(text)} + std::string{indent_before(text, at)}};
}

Edit plan(std::string_view text, const YamlNode& root, std::string_view base64) {
  const std::string quoted_key = "\"" + std::string{base64} + "\"";
  const std::string entry = std::string{kName} + ": " + quoted_key;
  const std::string section = std::string{kSection} + ": { " + entry + " }";
  if (root.kind != YamlNode::Kind::mapping) {
    const std::string eol{line_end_of(text)};
    return {text.size(), text.size(), (text.empty() || text.ends_with('\n') ? "" : eol) + section + eol};
  }
  const YamlNode* node = root.find(kSection);
  if (node == nullptr) return first_entry(text, root, section);
  if (const YamlNode* key = node->find(kName); key != nullptr) {
    return {key->begin, key->end, (key->begin == key->end ? " " : "") + quoted_key};
  }
  if (node->kind == YamlNode::Kind::mapping) return first_entry(text, *node, entry);
  return {node->begin, node->end, (node->begin == node->end ? " " : "") + ("{ " + entry + " }")};
}

bool same(const YamlNode& a, const YamlNode& b) {
  const auto same_entry = [](const YamlEntry& x, const YamlEntry& y) {
    return same(x.key, y.key) && same(x.value, y.value);
  };
  return a.kind == b.kind && a.text == b.text && a.is_null() == b.is_null() &&
         std::ranges::equal(a.items, b.items, same) && std::ranges::equal(a.entries, b.entries, same_entry);
}

/// Without the private key, and without a section that holds nothing else.
YamlNode without_key(YamlNode root) {
  for (YamlEntry& section : root.entries) {
    if (section.key.text != kSection) continue;
    std::erase_if(section.value.entries, [](const YamlEntry& entry) { return entry.key.text == kName; });
  }
  std::erase_if(root.entries, [](const YamlEntry& section) {
    return section.key.text == kSection && section.value.entries.empty();
  });
  if (root.entries.empty()) {
    root = {};
    root.plain = true;
  }
  return root;
}

}  // namespace

base::ErrorCode make_error_code(SpliceErrc code) {
  static constexpr std::array kRows{
      base::ErrorRow{static_cast<int>(SpliceErrc::not_yaml), base::ErrorClass::configuration,
                     "conf.yaml is not valid YAML: mend it first"},
      base::ErrorRow{
          static_cast<int>(SpliceErrc::no_place), base::ErrorClass::configuration,
          "the private key cannot be added to conf.yaml automatically: add a line 'private_key: \"\"' to "
          "its section 'node'"}};
  static const base::TableCategory category{"config.splice", kRows};
  return {static_cast<int>(code), category};
}

base::Result<std::string> with_private_key(std::string_view text, std::string_view base64) {
  Diagnostics ignored;
  const std::optional<YamlNode> before = read_yaml(text, ignored);
  if (!before) return SpliceErrc::not_yaml;
  const Edit edit = plan(text, *before, base64);
  std::string spliced;
  spliced.reserve(text.size() + edit.text.size());  // One buffer: the secret is not left in a smaller one.
  spliced += text.substr(0, edit.begin);
  spliced += edit.text;
  spliced += text.substr(edit.end);

  const std::optional<YamlNode> after = read_yaml(spliced, ignored);
  if (!after) return SpliceErrc::no_place;
  const YamlNode* node = after->find(kSection);
  const YamlNode* key = node != nullptr ? node->find(kName) : nullptr;
  const bool holds_key = key != nullptr && std::string_view{spliced}.substr(key->begin, key->end - key->begin) ==
                                               "\"" + std::string{base64} + "\"";
  if (!holds_key || !same(without_key(*before), without_key(*after))) return SpliceErrc::no_place;
  return spliced;
}

}  // namespace config::text
