#include "observe/line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/utf8.hpp"
#include "observe/limits.hpp"

namespace observe {
namespace {

constexpr std::string_view kCutMark = "...";

/// Characters that end a line, move the cursor or reorder what follows: never written as they are.
bool must_escape(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f || c == 0x2028 ||
         c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (at >= kMaxTextBytes) {
      out += kCutMark;
      return;
    }
    const base::CodePoint point = base::first_code_point(text.substr(at));
    if (!point.valid) {
      out += "\xef\xbf\xbd";
    } else if (point.value == U'"' || point.value == U'\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (point.value == U'\n') {
      out += "\\n";
    } else if (point.value == U'\t') {
      out += "\\t";
    } else if (must_escape(point.value)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(point.value));
    } else {
      out += text.substr(at, point.size);
    }
    at += point.size;
  }
}

/// Milliseconds with up to three decimals: 1.5, 20, 0.003.
void append_milliseconds(std::string& out, base::Duration time) {
  const double us = std::round(static_cast<double>(time.count()) / 1e3);
  fmt::format_to(std::back_inserter(out), "{}", us / 1e3);
}

struct JsonValue {
  std::string& out;

  void operator()(std::string_view text) const { append_json_string(out, text); }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(base::Duration time) const { append_milliseconds(out, time); }
  void operator()(double number) const {
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out), "{}", number);
    } else {
      out += "null";  // JSON has no word for it.
    }
  }
  void operator()(std::span<const std::string> list) const {
    out += '[';
    for (std::size_t i = 0; i < std::min(list.size(), kMaxListEntries); ++i) {
      if (i > 0) out += ',';
      append_json_string(out, list[i]);
    }
    if (list.size() > kMaxListEntries) {
      fmt::format_to(std::back_inserter(out), ",\"{}{} more\"", kCutMark, list.size() - kMaxListEntries);
    }
    out += ']';
  }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
};

/// In text a value needs quotes when a reader could not see where it ends.
bool needs_quotes(std::string_view text) {
  return text.empty() || std::ranges::any_of(text, [](char c) {
           const auto byte = static_cast<std::uint8_t>(c);
           return byte <= 0x20 || byte >= 0x7f || c == '"' || c == '\\' || c == '=';
         });
}

void append_bare_or_quoted(std::string& out, std::string_view text) {
  if (needs_quotes(text) || text.size() > kMaxTextBytes) {
    append_json_string(out, text);
  } else {
    out += text;
  }
}

void append_pair(std::string& out, std::string_view key, std::string_view value) {
  out += ' ';
  append_bare_or_quoted(out, key);
  out += '=';
  append_bare_or_quoted(out, value);
}

constexpr std::string_view colour_of(Level level) {
  switch (level) {
    case Level::debug: return "\x1b[36m";
    case Level::info: return "\x1b[32m";
    case Level::warn: return "\x1b[33m";
    case Level::error: return "\x1b[31m";
  }
  return "";
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ',';
  append_json_string(out, key);
  out += ':';
  append_json_string(out, value);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

std::string format_time(base::WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string line_key(const Field& field) {
  std::string key{field.key};
  if (std::holds_alternative<base::Duration>(field.value) && !field.key.ends_with("_ms")) key += "_ms";
  return key;
}

std::string to_text(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string{*text};
  std::string out;
  std::visit(JsonValue{out}, value);
  return out;
}

void append_json(std::string& out, const Record& record) {
  out += R"({"time":")";
  out += format_time(record.time);
  out += '"';
  append_member(out, "level", to_text(record.level));
  append_member(out, "component", record.component);
  append_member(out, "event", record.event);
  append_member(out, "message", record.message);
  append_member(out, "run", record.run);
  for (const ContextId& id : record.context) append_member(out, id.key, id.value);
  for (const Field& field : record.fields) {
    out += ',';
    append_json_string(out, line_key(field));
    out += ':';
    std::visit(JsonValue{out}, field.value);
  }
  out += "}\n";
}

void append_text(std::string& out, const Record& record, bool colour) {
  out += format_time(record.time);
  out += ' ';
  if (colour) out += colour_of(record.level);
  fmt::format_to(std::back_inserter(out), "{:<5}", to_text(record.level));
  if (colour) out += "\x1b[0m";
  out += ' ';
  append_escaped(out, record.component);
  out += ": ";
  append_escaped(out, record.message);
  append_pair(out, "event", record.event);
  append_pair(out, "run", record.run);
  for (const ContextId& id : record.context) append_pair(out, id.key, id.value);
  for (const Field& field : record.fields) {
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      append_pair(out, line_key(field), *text);
    } else {
      out += ' ';
      append_bare_or_quoted(out, line_key(field));
      out += '=';
      std::visit(JsonValue{out}, field.value);
    }
  }
  out += '\n';
}

}  // namespace observe
