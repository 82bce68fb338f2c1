#include "config/text/private_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "config/text/keys.hpp"
#include "config/text/yaml.hpp"
#include "libp2p/crypto/secret.hpp"

namespace config::text {
namespace {

constexpr std::string_view kSection = "node";
constexpr std::string_view kName = "private_key";
constexpr char kPlaceholder = '!';  // no base64: it marks the place of the key in an edit

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

/// As many characters as `base64` stand in its place: the secret itself is only copied into the result.
Edit plan(std::string_view text, const YamlNode& root, std::string_view base64) {
  const std::string quoted_key = "\"" + std::string(base64.size(), kPlaceholder) + "\"";
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

/// The text's tree, if nothing is wrong with it.
std::optional<YamlNode> tree_of(std::string_view text) {
  Diagnostics found;
  YamlDocument document = read_yaml(text, found);
  return found.has_errors() ? std::nullopt : std::optional{std::move(document.root)};
}

const YamlNode* key_in(const YamlNode& root) {
  const YamlNode* node = root.find(kSection);
  return node != nullptr ? node->find(kName) : nullptr;
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

/// Comments that may hold a key, an old one perhaps, are replaced.
std::string with_comments_hidden(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline == std::string_view::npos ? text.size() : newline + 1);
    text.remove_prefix(line.size());
    std::size_t comment = line.find('#');
    while (comment != std::string_view::npos && comment > 0 && line[comment - 1] != ' ') {
      comment = line.find('#', comment + 1);
    }
    if (comment == std::string_view::npos || !may_hold_key(line.substr(comment))) {
      out += line;
      continue;
    }
    const bool windows = line.ends_with("\r\n");
    out += line.substr(0, comment);
    out += "# (hidden)";
    if (line.ends_with('\n')) out += windows ? "\r\n" : "\n";
  }
  return out;
}

}  // namespace

base::ErrorCode make_error_code(SpliceErrc code) {
  static constexpr std::array kRows{
      base::ErrorRow{static_cast<int>(SpliceErrc::not_yaml), base::ErrorClass::configuration,
                     "conf.yaml is not valid YAML: mend it first"},
      base::ErrorRow{
          static_cast<int>(SpliceErrc::no_place), base::ErrorClass::configuration,
          "the private key cannot be added to conf.yaml automatically: add a line 'private_key: \"\"' to "
          "its section 'node'"},
      base::ErrorRow{static_cast<int>(SpliceErrc::key_left), base::ErrorClass::configuration,
                     "something in conf.yaml besides node.private_key may be a key"}};
  static const base::TableCategory category{"config.splice", kRows};
  return {static_cast<int>(code), category};
}

ReadKey read_private_key(std::string_view base64) {
  std::optional<base::Bytes> raw = base::from_base64(base64);
  if (!raw) return {.identity = {}, .fault = fmt::format("not base64; expected {}", kPrivateKeyForm)};
  const base::Result<libp2p::Identity> identity = libp2p::Identity::from_private_key(*raw);
  libp2p::crypto::wipe(*raw);
  if (identity) return {.identity = *identity, .fault = {}};
  if (identity.error() == make_error_code(libp2p::KeyErrc::key_mismatch)) {
    return {.identity = {},
            .fault = "the public half does not belong to the seed: the key is damaged, restore it from a copy"};
  }
  return {.identity = {}, .fault = fmt::format("it has {} bytes; expected {}", raw->size(), kPrivateKeyForm)};
}

base::Result<SecretText> with_private_key(std::string_view text, std::string_view base64) {
  const std::optional<YamlNode> before = tree_of(text);
  if (!before) return SpliceErrc::not_yaml;
  const Edit edit = plan(text, *before, base64);
  const std::size_t place = edit.text.find('"') + 1;
  SecretText spliced{text.size() - (edit.end - edit.begin) + edit.text.size()};
  spliced.append(text.substr(0, edit.begin));
  spliced.append(std::string_view{edit.text}.substr(0, place));
  spliced.append(base64);
  spliced.append(std::string_view{edit.text}.substr(place + base64.size()));
  spliced.append(text.substr(edit.end));

  const std::optional<YamlNode> after = tree_of(spliced.view());
  if (!after) return SpliceErrc::no_place;
  const YamlNode* key = key_in(*after);
  const bool holds_key = key != nullptr && key->begin == edit.begin + place - 1 &&
                         key->end == key->begin + base64.size() + 2;  // in its quotes
  if (!holds_key || !same(without_key(*before), without_key(*after))) return SpliceErrc::no_place;
  return spliced;
}

base::Result<std::string> without_private_key(std::string_view text) {
  const std::optional<YamlNode> before = tree_of(text);
  if (!before) return SpliceErrc::not_yaml;
  std::string clean;
  const YamlNode* key = key_in(*before);
  if (key != nullptr && !key->is_null()) {
    // A block scalar's end is behind its line.
    std::size_t end = key->end;
    while (end > key->begin && (text[end - 1] == '\n' || text[end - 1] == '\r' || text[end - 1] == ' ')) --end;
    clean += text.substr(0, key->begin);
    clean += "\"\"";
    clean += text.substr(end);
  } else {
    clean = text;
  }
  clean = with_comments_hidden(clean);
  const std::optional<YamlNode> after = tree_of(clean);
  if (!after || !same(without_key(*before), without_key(*after))) return SpliceErrc::no_place;
  if (may_hold_key(clean)) return SpliceErrc::key_left;
  return clean;
}

}  // namespace config::text
