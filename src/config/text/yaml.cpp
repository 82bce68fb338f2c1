#include "config/text/yaml.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <memory>

#include "base/utf8.hpp"
#include "config/text/limits.hpp"

namespace config::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kSecretKey = "private_key";
constexpr std::size_t kShortestSecret = 32;

Position position_of(const yaml_mark_t& mark) {
  return {.line = static_cast<std::uint32_t>(mark.line + 1),
          .column = static_cast<std::uint32_t>(mark.column + 1)};
}

/// The place of a byte, for what is found before libyaml runs.
Position position_of(std::string_view before) {
  const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  const std::size_t last = before.rfind('\n');
  const std::string_view rest = last == std::string_view::npos ? before : before.substr(last + 1);
  const auto column = std::ranges::count_if(rest, [](char c) { return (c & 0xc0) != 0x80; });
  return {.line = line + 1, .column = static_cast<std::uint32_t>(column) + 1};
}

/// Replaces each long run of base64 that is the value of `private_key` by as many `x`.
std::string mask_secrets(std::string_view text) {
  std::string masked{text};
  const auto skip = [&masked](std::size_t at, std::string_view any) {
    return std::min(masked.find_first_not_of(any, at), masked.size());
  };
  for (std::size_t at = masked.find(kSecretKey); at != std::string::npos; at = masked.find(kSecretKey, at)) {
    at += kSecretKey.size();
    std::size_t value = skip(at, "\"' \t");
    if (value == masked.size() || masked[value] != ':') continue;
    value = skip(value + 1, "\"' \t\r\n");
    const std::size_t end = skip(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
    if (end - value < kShortestSecret) continue;
    std::fill(masked.begin() + static_cast<std::ptrdiff_t>(value),
              masked.begin() + static_cast<std::ptrdiff_t>(end), 'x');
    at = end;
  }
  return masked;
}

class Reader {
 public:
  Reader(std::string_view text, std::size_t skipped, Diagnostics& diagnostics)
      : text_{text}, diagnostics_{diagnostics} {
    for (std::size_t at = 0; at < text.size(); at += base::first_code_point(text.substr(at)).size) {
      offsets_.push_back(at + skipped);
    }
    offsets_.push_back(text.size() + skipped);
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::optional<YamlNode> read() {
    std::optional<YamlNode> root;
    while (next()) {
      switch (event_.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT: break;
        case YAML_DOCUMENT_START_EVENT:
          if (root) return fail(event_.start_mark, "only one document is allowed in this file");
          break;
        case YAML_STREAM_END_EVENT:
          if (!root) {
            const std::string_view all = text_;
            root.emplace();
            root->at = position_of(all);
            root->begin = root->end = offsets_.back();
            root->plain = true;
          }
          return root;
        default:
          root = node(0);
          if (!root) return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  bool next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 1) return true;
    const yaml_mark_t& mark = parser_.problem_mark;
    const std::size_t at = offset(mark);
    const char* problem = parser_.problem != nullptr ? parser_.problem : "not valid YAML";
    const bool tab = at < text_.size() && text_[at] == '\t';
    fail(mark, tab ? "a tab is not allowed here: indent with spaces" : std::string{"not valid YAML: "} + problem);
    return false;
  }

  std::nullopt_t fail(const yaml_mark_t& mark, std::string why) {
    diagnostics_.error(position_of(mark), "", std::move(why));
    return std::nullopt;
  }

  std::size_t offset(const yaml_mark_t& mark) const { return offsets_[std::min(mark.index, offsets_.size() - 1)]; }

  /// The node that the present event begins; ends on the node's last event.
  std::optional<YamlNode> node(std::size_t depth) {
    if (depth >= kMaxDepth) return fail(event_.start_mark, "nested too deeply");
    YamlNode made;
    made.at = position_of(event_.start_mark);
    made.begin = offset(event_.start_mark);
    made.end = offset(event_.end_mark);
    switch (event_.type) {
      case YAML_SCALAR_EVENT: return scalar(std::move(made));
      case YAML_SEQUENCE_START_EVENT: return sequence(std::move(made), depth);
      case YAML_MAPPING_START_EVENT: return mapping(std::move(made), depth);
      default: return fail(event_.start_mark, "aliases are not supported: write the value out");
    }
  }

  bool marked(const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (anchor != nullptr) fail(event_.start_mark, "anchors are not supported: write the value out");
    if (tag != nullptr) fail(event_.start_mark, "tags are not supported");
    return anchor != nullptr || tag != nullptr;
  }

  std::optional<YamlNode> scalar(YamlNode made) {
    const auto& data = event_.data.scalar;
    if (marked(data.anchor, data.tag)) return std::nullopt;
    made.text.assign(reinterpret_cast<const char*>(data.value), data.length);
    made.plain = data.style == YAML_PLAIN_SCALAR_STYLE;
    return made;
  }

  std::optional<YamlNode> sequence(YamlNode made, std::size_t depth) {
    const auto& data = event_.data.sequence_start;
    if (marked(data.anchor, data.tag)) return std::nullopt;
    made.kind = YamlNode::Kind::sequence;
    made.flow = data.style == YAML_FLOW_SEQUENCE_STYLE;
    while (next()) {
      if (event_.type == YAML_SEQUENCE_END_EVENT) {
        made.end = offset(event_.end_mark);
        return made;
      }
      std::optional<YamlNode> item = node(depth + 1);
      if (!item) return std::nullopt;
      made.items.push_back(std::move(*item));
    }
    return std::nullopt;
  }

  std::optional<YamlNode> mapping(YamlNode made, std::size_t depth) {
    const auto& data = event_.data.mapping_start;
    if (marked(data.anchor, data.tag)) return std::nullopt;
    made.kind = YamlNode::Kind::mapping;
    made.flow = data.style == YAML_FLOW_MAPPING_STYLE;
    while (next()) {
      if (event_.type == YAML_MAPPING_END_EVENT) {
        made.end = offset(event_.end_mark);
        return made;
      }
      const yaml_mark_t key_mark = event_.start_mark;
      std::optional<YamlNode> key = node(depth + 1);
      if (!key) return std::nullopt;
      if (key->kind != YamlNode::Kind::scalar) return fail(key_mark, "a key must be plain text");
      if (const YamlNode* first = made.find(key->text); first != nullptr) {
        return fail(key_mark, fmt::format("duplicate key {}", quoted(key->text)));
      }
      if (!next()) return std::nullopt;
      std::optional<YamlNode> value = node(depth + 1);
      if (!value) return std::nullopt;
      made.entries.push_back({.key = std::move(*key), .value = std::move(*value)});
    }
    return std::nullopt;
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<std::size_t> offsets_;  ///< Byte offset of each character: libyaml counts characters.
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

}  // namespace

bool YamlNode::is_null() const {
  return kind == Kind::scalar && plain &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

const YamlNode* YamlNode::find(std::string_view name) const {
  const auto at_name =
      std::ranges::find(entries, name, [](const YamlEntry& entry) -> std::string_view { return entry.key.text; });
  return at_name != entries.end() ? &at_name->value : nullptr;
}

std::optional<YamlNode> read_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxFileBytes) {
    diagnostics.error(
        {}, "", fmt::format("the file is larger than {} KiB: this is not a conf.yaml", kMaxFileBytes / 1024));
    return std::nullopt;
  }
  if (const auto invalid = base::find_invalid_utf8(text)) {
    diagnostics.error(position_of(text.substr(0, *invalid)), "", "not valid UTF-8: save the file as UTF-8");
    return std::nullopt;
  }
  const std::string masked = mask_secrets(text);
  std::string_view body = masked;
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  return Reader{body, masked.size() - body.size(), diagnostics}.read();
}

}  // namespace config::text
