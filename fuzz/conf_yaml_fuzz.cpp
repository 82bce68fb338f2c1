// fuzz/conf_yaml_fuzz.cpp: any text as conf.yaml: bounded, its messages are valid UTF-8 lines, and a key that is
// spliced in changes nothing else.
#include <cstdlib>

#include "base/utf8.hpp"
#include "config/text/keys.hpp"
#include "config/text/limits.hpp"
#include "config/text/parse.hpp"
#include "config/text/private_key.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace text = config::text;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const text::Parsed parsed = text::parse(input);
  require(parsed.settings.has_value() == !parsed.diagnostics.has_errors());
  require(parsed.diagnostics.items().size() <= text::kMaxDiagnostics);
  for (const text::Diagnostic& item : parsed.diagnostics.items()) {
    const std::string line = item.to_text("conf.yaml");
    require(line.find('\n') == std::string::npos);
    require(!base::find_invalid_utf8(line));
  }
  if (!parsed.settings) return 0;
  require(!parsed.settings->network.addresses.empty());
  const auto spliced = text::with_private_key(input, "");
  if (!spliced) return 0;
  const text::Parsed again = text::parse(*spliced);
  require(again.settings.has_value());
  for (const text::Key* key : text::changed_keys(*parsed.settings, *again.settings)) {
    require(key->name == "private_key");
  }
  return 0;
}
