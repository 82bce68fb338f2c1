// observe/line.hpp: a record as one line of JSON or of text. Pure; the output is always one line of valid UTF-8.
// What came from a peer or a file is escaped in both forms: control characters, invalid bytes, and the characters
// that reorder text on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "observe/record.hpp"

namespace observe {

enum class LineFormat : std::uint8_t { json, text };

/// Appends `{"time":...,"level":...,"component":...,"event":...,"message":...,"run":..., ids, fields}` and a
/// newline.
void append_json(std::string& out, const Record& record);

/// Appends `TIME level component: message event=... run=... id=... field=...` and a newline. Values with spaces or
/// quotes stand in quotes. `colour` paints the level with ANSI sequences.
void append_text(std::string& out, const Record& record, bool colour);

/// `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// RFC 3339 in UTC with milliseconds: 2026-01-31T12:00:00.000Z.
std::string format_time(base::WallTime time);

/// The value as it stands in a text line, without quotes.
std::string to_text(const Value& value);

/// The key as it stands in a line: a duration's gets the suffix `_ms`.
std::string line_key(const Field& field);

}  // namespace observe
