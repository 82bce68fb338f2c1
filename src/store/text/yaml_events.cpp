#include "store/text/yaml_events.hpp"

#include <yaml.h>

#include <algorithm>
#include <vector>

#include "store/text/limits.hpp"

namespace store::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

/// Looks at all of it, without a way out in between: so the compiler takes many bytes at once.
bool is_ascii(std::string_view text) {
  unsigned bits = 0;
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}

/// The packaged parser counts characters; a splice needs bytes. For ASCII they are the same.
class BytePositions {
 public:
  explicit BytePositions(std::string_view text) : text_{text} {
    if (is_ascii(text)) return;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (starts_character(text[at]) && characters++ % kStride == 0) marks_.push_back(at);
    }
  }

  std::size_t operator()(std::size_t character) const {
    if (marks_.empty()) return std::min(character, text_.size());
    const std::size_t mark = std::min(character / kStride, marks_.size() - 1);
    std::size_t at = marks_[mark];
    for (std::size_t left = character - mark * kStride; left > 0 && at < text_.size(); --left) {
      do ++at;
      while (at < text_.size() && !starts_character(text_[at]));
    }
    return at;
  }

 private:
  static constexpr std::size_t kStride = 256;

  std::string_view text_;
  std::vector<std::size_t> marks_;  ///< The byte of every 256th character; empty for ASCII.
};

std::uint32_t line_of(std::string_view text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return static_cast<std::uint32_t>(std::count(text.begin(), end, '\n')) + 1;
}

}  // namespace

bool YamlEvent::is_null() const {
  return kind == Kind::scalar && plain &&
         (value.empty() || value == "~" || value == "null" || value == "Null" || value == "NULL");
}

struct YamlEvents::Parser {
  explicit Parser(std::string_view whole)
      : skipped{whole.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0},
        text{whole.substr(skipped)},
        positions{text} {
    if (yaml_parser_initialize(&parser) == 0) throw std::bad_alloc{};
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    const char* input = text.empty() ? "" : text.data();  // The parser asserts on a null pointer.
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(input), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    yaml_event_delete(&raw);
    yaml_parser_delete(&parser);
  }

  std::size_t position(const yaml_mark_t& mark) const { return skipped + positions(mark.index); }

  std::size_t skipped;  ///< The parser would take the mark for text.
  std::string_view text;
  BytePositions positions;
  yaml_parser_t parser{};
  yaml_event_t raw{};
};

YamlEvents::YamlEvents(std::string_view text) : parser_{std::make_unique<Parser>(text)} {}

YamlEvents::~YamlEvents() = default;

const YamlEvent& YamlEvents::next() {
  if (event_.kind == YamlEvent::Kind::failed && failure_.line != 0) return event_;
  if (event_.kind == YamlEvent::Kind::end) return event_;
  while (advance()) {
    switch (parser_->raw.type) {
      case YAML_STREAM_END_EVENT: event_ = {.kind = YamlEvent::Kind::end}; return event_;
      case YAML_DOCUMENT_START_EVENT:
        if (document_seen_) {
          fail(PeersErrc::bad_shape, static_cast<std::uint32_t>(parser_->raw.start_mark.line) + 1,
               "a second document begins here; one file holds one");
          return event_;
        }
        document_seen_ = true;
        break;
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
      case YAML_NO_EVENT: break;
      default: take_node(); return event_;
    }
  }
  return event_;
}

/// Asks the parser for one more raw event.
bool YamlEvents::advance() {
  yaml_event_delete(&parser_->raw);
  if (yaml_parser_parse(&parser_->parser, &parser_->raw) != 0) return true;
  fail_by_parser();
  return false;
}

void YamlEvents::fail_by_parser() {
  const yaml_parser_t& parser = parser_->parser;
  const char* problem = parser.problem != nullptr ? parser.problem : "out of memory";
  const std::uint32_t line = parser.error == YAML_READER_ERROR
                                 ? line_of(parser_->text, parser.problem_offset)
                                 : static_cast<std::uint32_t>(parser.problem_mark.line) + 1;
  fail(PeersErrc::bad_syntax, line, problem);
}

/// Takes over the start of a node; the anchor, if it has one.
const unsigned char* YamlEvents::take_start() {
  const yaml_event_t& raw = parser_->raw;
  switch (raw.type) {
    case YAML_SCALAR_EVENT: {
      const auto& scalar = raw.data.scalar;
      event_.kind = YamlEvent::Kind::scalar;
      event_.value = {reinterpret_cast<const char*>(scalar.value), scalar.length};
      event_.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
      event_.block_scalar = scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE;
      content_stop_ = event_.stop;
      return scalar.anchor;
    }
    case YAML_SEQUENCE_START_EVENT:
      event_.kind = YamlEvent::Kind::sequence_start;
      event_.flow = raw.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
      open_flow_.push_back(event_.flow);
      return raw.data.sequence_start.anchor;
    default:
      event_.kind = YamlEvent::Kind::mapping_start;
      event_.flow = raw.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
      open_flow_.push_back(event_.flow);
      return raw.data.mapping_start.anchor;
  }
}

void YamlEvents::take_node() {
  const yaml_event_t& raw = parser_->raw;
  event_ = {.start = parser_->position(raw.start_mark),
            .stop = parser_->position(raw.end_mark),
            .line = static_cast<std::uint32_t>(raw.start_mark.line) + 1,
            .column = static_cast<std::uint32_t>(raw.start_mark.column)};
  if (raw.type == YAML_ALIAS_EVENT) return fail(PeersErrc::alias, event_.line, "aliases (*name) are not allowed");
  if (raw.type == YAML_SEQUENCE_END_EVENT || raw.type == YAML_MAPPING_END_EVENT) {
    event_.kind =
        raw.type == YAML_SEQUENCE_END_EVENT ? YamlEvent::Kind::sequence_end : YamlEvent::Kind::mapping_end;
    event_.flow = open_flow_.back();
    open_flow_.pop_back();
    if (event_.flow) content_stop_ = event_.stop;
    return;
  }
  if (take_start() != nullptr) {
    fail(PeersErrc::alias, event_.line, "anchors (&name) are not allowed");
  } else if (open_flow_.size() > kMaxDepth) {
    fail(PeersErrc::too_deep, event_.line, "nested more than " + std::to_string(kMaxDepth) + " levels deep");
  }
}

bool YamlEvents::skip_node() {
  using Kind = YamlEvent::Kind;
  std::size_t open = 0;
  for (Kind kind = event_.kind;; kind = next().kind) {
    if (kind == Kind::failed || kind == Kind::end) return false;
    if (kind == Kind::sequence_start || kind == Kind::mapping_start) ++open;
    if (kind == Kind::sequence_end || kind == Kind::mapping_end) --open;
    if (open == 0) return true;
  }
}

void YamlEvents::fail(PeersErrc code, std::uint32_t line, std::string reason) {
  event_ = {.kind = YamlEvent::Kind::failed, .line = line};
  failure_ = {.code = code, .line = line, .reason = std::move(reason)};
}

}  // namespace store::text
