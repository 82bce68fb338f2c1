#include "config/text/yaml.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <optional>

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
    value = skip(value + 1, " \t");
    const bool block = value < masked.size() && (masked[value] == '|' || masked[value] == '>');
    if (block) value = std::min(masked.find('\n', value), masked.size());
    value = skip(value, "\"' \t\r\n");
    const std::size_t end = skip(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
    if (end - value < kShortestSecret) continue;
    std::fill(masked.begin() + static_cast<std::ptrdiff_t>(value),
              masked.begin() + static_cast<std::ptrdiff_t>(end), 'x');
    at = end;
  }
  return masked;
}

/// Why a text cannot be read on.
struct Break {
  std::size_t at;  ///< In bytes of the text.
  Position place;
  std::string why;
};

class Reader {
 public:
  Reader(std::string_view text, std::size_t skipped, Diagnostics& diagnostics)
      : text_{text}, skipped_{skipped}, diagnostics_{diagnostics} {
    for (std::size_t at = 0; at < text.size(); at += base::first_code_point(text.substr(at)).size) {
      offsets_.push_back(at);
    }
    offsets_.push_back(text.size());
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

  YamlNode read() {
    std::optional<YamlNode> root;
    while (next() && event_.type != YAML_STREAM_END_EVENT) {
      if (event_.type == YAML_STREAM_START_EVENT || event_.type == YAML_DOCUMENT_END_EVENT) continue;
      if (event_.type != YAML_DOCUMENT_START_EVENT) {
        root = node(0);
      } else if (root) {
        stop("only one document is allowed in this file");
      }
    }
    if (root) return std::move(*root);
    YamlNode nothing;
    nothing.at = position_of(text_);
    nothing.begin = nothing.end = skipped_ + text_.size();
    nothing.plain = true;
    return nothing;
  }

  /// Nothing if the text was read to its end.
  const std::optional<Break>& broken() const { return broken_; }

 private:
  bool next() {
    if (broken_) return false;
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 1) return true;
    const char* problem = parser_.problem != nullptr ? parser_.problem : "cannot be read";
    broken_ = {.at = offset(parser_.problem_mark) - skipped_,
               .place = position_of(parser_.problem_mark),
               .why = std::string{"not valid YAML: "} + problem};
    return false;
  }

  void stop(std::string why) {
    broken_ = {.at = offset(event_.start_mark) - skipped_,
               .place = position_of(event_.start_mark),
               .why = std::move(why)};
  }

  void refuse(const yaml_mark_t& mark, std::string why) {
    diagnostics_.error(position_of(mark), "", std::move(why));
  }

  std::size_t offset(const yaml_mark_t& mark) const {
    return skipped_ + offsets_[std::min(mark.index, offsets_.size() - 1)];
  }

  /// The node that the present event begins; ends on the node's last event. Nothing if it is refused as a whole.
  std::optional<YamlNode> node(std::size_t depth) {
    if (depth >= kMaxDepth) {
      stop("nested too deeply");
      return std::nullopt;
    }
    YamlNode made;
    made.at = position_of(event_.start_mark);
    made.begin = offset(event_.start_mark);
    made.end = offset(event_.end_mark);
    switch (event_.type) {
      case YAML_SCALAR_EVENT: return scalar(std::move(made));
      case YAML_SEQUENCE_START_EVENT: return sequence(std::move(made), depth);
      case YAML_MAPPING_START_EVENT: return mapping(std::move(made), depth);
      default: refuse(event_.start_mark, "aliases are not supported: write the value out"); return std::nullopt;
    }
  }

  void refuse_marks(const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (anchor != nullptr) refuse(event_.start_mark, "anchors are not supported: write the value out");
    if (tag != nullptr) refuse(event_.start_mark, "tags are not supported");
  }

  YamlNode scalar(YamlNode made) {
    const auto& data = event_.data.scalar;
    refuse_marks(data.anchor, data.tag);
    made.text.assign(reinterpret_cast<const char*>(data.value), data.length);
    made.plain = data.style == YAML_PLAIN_SCALAR_STYLE;
    return made;
  }

  /// Nothing if the text breaks off inside: half a list would be judged as if it were meant.
  std::optional<YamlNode> sequence(YamlNode made, std::size_t depth) {
    const auto& data = event_.data.sequence_start;
    refuse_marks(data.anchor, data.tag);
    made.kind = YamlNode::Kind::sequence;
    made.flow = data.style == YAML_FLOW_SEQUENCE_STYLE;
    while (next() && event_.type != YAML_SEQUENCE_END_EVENT) {
      if (std::optional<YamlNode> item = node(depth + 1)) made.items.push_back(std::move(*item));
    }
    if (broken_) return std::nullopt;
    made.end = offset(event_.end_mark);
    return made;
  }

  /// Where the text breaks off inside, the entries before.
  YamlNode mapping(YamlNode made, std::size_t depth) {
    const auto& data = event_.data.mapping_start;
    refuse_marks(data.anchor, data.tag);
    made.kind = YamlNode::Kind::mapping;
    made.flow = data.style == YAML_FLOW_MAPPING_STYLE;
    while (next() && event_.type != YAML_MAPPING_END_EVENT) {
      const yaml_mark_t mark = event_.start_mark;
      std::optional<YamlNode> key = node(depth + 1);
      if (!next()) break;
      std::optional<YamlNode> value = node(depth + 1);
      if (!key || key->kind != YamlNode::Kind::scalar) {
        refuse(mark, "a key must be plain text");
      } else if (made.find(key->text) != nullptr) {
        refuse(mark, fmt::format("duplicate key {}", quoted(key->text)));
      } else if (value) {
        made.entries.push_back({.key = std::move(*key), .value = std::move(*value)});
      }
    }
    if (!broken_) made.end = offset(event_.end_mark);
    return made;
  }

  std::string_view text_;
  std::size_t skipped_;  ///< Bytes of the file before `text_`.
  Diagnostics& diagnostics_;
  std::vector<std::size_t> offsets_;  ///< Byte offset of each character: libyaml counts characters.
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  std::optional<Break> broken_;
};

/// What libyaml takes (YAML 1.1, "Characters"), so that it never stops at a single character.
bool may_stand(char32_t c) {
  if (c < 0x20) return c == U'\t' || c == U'\n' || c == U'\r';
  if (c < 0xa0) return c < 0x7f || c == 0x85;
  return c != 0xfeff && c != 0xfffe && c != 0xffff;
}

/// Reports each run of bytes that is no text, and puts underscores in its place.
void mend_characters(std::string& text, std::size_t from, Diagnostics& diagnostics) {
  Position place;
  bool bad_before = false;
  for (std::size_t at = from; at < text.size();) {
    const base::CodePoint point = base::first_code_point(std::string_view{text}.substr(at));
    const bool good = point.valid && may_stand(point.value);
    if (!good && !bad_before) {
      diagnostics.error(
          place, "",
          point.valid ? "a control character is not allowed here" : "not valid UTF-8: save the file as UTF-8");
    }
    if (!good) std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), point.size, '_');
    bad_before = !good;
    at += point.size;
    place = point.value == U'\n' ? Position{.line = place.line + 1} : Position{place.line, place.column + 1};
  }
}

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

YamlDocument read_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxFileBytes) {
    diagnostics.error(
        {}, "", fmt::format("the file is larger than {} KiB: this is not a conf.yaml", kMaxFileBytes / 1024));
    YamlDocument nothing;
    nothing.root.plain = true;
    return nothing;
  }
  std::string readable = mask_secrets(text);
  const std::size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  mend_characters(readable, skipped, diagnostics);
  for (std::size_t tabs = 0;; ++tabs) {
    Diagnostics found;
    Reader reader{std::string_view{readable}.substr(skipped), skipped, found};
    YamlDocument document{.root = reader.read(), .whole = !reader.broken()};
    if (const std::optional<Break>& broken = reader.broken()) {
      const std::size_t at = skipped + broken->at;
      const bool tab = at < readable.size() && readable[at] == '\t';
      if (tab) {
        diagnostics.error(broken->place, "", "a tab is not allowed here: indent with spaces");
        // As if it were a space the rest can be told as well.
        readable[at] = ' ';
        if (tabs < kMaxMendedTabs) continue;
      } else if (tabs == 0) {
        diagnostics.error(broken->place, "", broken->why);
      }  // else it is most likely the indentation that the tabs meant
    }
    diagnostics.append(found, "");
    return document;
  }
}

}  // namespace config::text
