// fuzz/log_json_fuzz.cpp: any bytes as event, key, id and value: a line stays one line of valid UTF-8, and its
// JSON is well-formed by RFC 8259.
#include <cstdlib>
#include <string>

#include "base/utf8.hpp"
#include "observe/line.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Walks `"..."` by the grammar of RFC 8259 and returns what follows it.
std::string_view after_string(std::string_view json) {
  require(json.starts_with('"'));
  std::size_t at = 1;
  while (json.at(at) != '"') {
    require(static_cast<unsigned char>(json[at]) >= 0x20);
    if (json[at++] != '\\') continue;
    const char escape = json.at(at++);
    require(std::string_view{"\"\\ntu"}.find(escape) != std::string_view::npos);
    if (escape != 'u') continue;
    for (int i = 0; i < 4; ++i) require(is_hex(json.at(at++)));
  }
  return json.substr(at + 1);
}

/// `{"key":value,...}` where a value is a string or a list of strings.
void check_object(std::string_view json) {
  require(json.starts_with('{'));
  do {
    json = after_string(json.substr(1));
    require(json.starts_with(':'));
    json.remove_prefix(1);
    if (json.starts_with('[')) {
      do json = after_string(json.substr(1));
      while (json.starts_with(','));
      require(json.starts_with(']'));
      json.remove_prefix(1);
    } else {
      json = after_string(json);
    }
  } while (json.starts_with(','));
  require(json == "}\n");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const std::string half{input.substr(0, size / 2)};
  const std::vector<std::string> list{half, std::string{input}};
  const observe::Field fields[] = {{half, input}, {"list", list}};
  const observe::ContextId ids[] = {{.key = half, .value = half}};
  const observe::Record record{.time = {},
                               .level = observe::Level::warn,
                               .component = half,
                               .event = input,
                               .message = input,
                               .run = half,
                               .context = ids,
                               .fields = fields};
  std::string json;
  observe::append_json(json, record);
  check_object(json);
  std::string text;
  observe::append_text(text, record, /*colour=*/false);
  for (const std::string& line : {json, text}) {
    require(!base::find_invalid_utf8(line));
    require(line.find('\n') == line.size() - 1);
    require(line.find('\x1b') == std::string::npos);
  }
  return 0;
}
