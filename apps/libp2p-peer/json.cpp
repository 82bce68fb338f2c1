#include "libp2p-peer/json.hpp"

#include <fmt/format.h>

#include <cmath>

namespace libp2p_peer {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD, for bytes that are no UTF-8

/// Length of the well-formed UTF-8 sequence at the front of `text`, or 0. RFC 3629 section 4.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) > 0x9f;
  const bool too_large = first == 0xf4 && byte(1) > 0x8f;
  return overlong || surrogate || too_large ? 0 : length;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text.front();
    if (length == 0) {
      out += kReplacement;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length == 1 && (c < 0x20 || c == 0x7f)) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  constexpr double kSteps = 1e6;
  out += std::isfinite(value) ? fmt::format("{}", std::round(value * kSteps) / kSteps) : "null";
}

template <class Values, class Append>
void append_array(std::string& out, const Values& values, Append append) {
  out += '[';
  const std::size_t start = out.size();
  for (const auto& value : values) {
    if (out.size() > start) out += ',';
    append(out, value);
  }
  out += ']';
}

}  // namespace

void JsonObject::begin(std::string_view key) {
  if (!fields_.empty()) fields_ += ',';
  append_quoted(fields_, key);
  fields_ += ':';
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  begin(key);
  append_quoted(fields_, value);
  return *this;
}

JsonObject& JsonObject::texts(std::string_view key, std::span<const std::string> values) {
  begin(key);
  append_array(fields_, values, append_quoted);
  return *this;
}

JsonObject& JsonObject::number(std::string_view key, double value) {
  begin(key);
  append_number(fields_, value);
  return *this;
}

JsonObject& JsonObject::numbers(std::string_view key, std::span<const double> values) {
  begin(key);
  append_array(fields_, values, append_number);
  return *this;
}

JsonObject& JsonObject::integer(std::string_view key, std::uint64_t value) {
  begin(key);
  fields_ += std::to_string(value);
  return *this;
}

JsonObject& JsonObject::flag(std::string_view key, bool value) {
  begin(key);
  fields_ += value ? "true" : "false";
  return *this;
}

JsonObject& JsonObject::null(std::string_view key) {
  begin(key);
  fields_ += "null";
  return *this;
}

JsonObject& JsonObject::fields(const JsonObject& more) {
  if (!fields_.empty() && !more.fields_.empty()) fields_ += ',';
  fields_ += more.fields_;
  return *this;
}

}  // namespace libp2p_peer
