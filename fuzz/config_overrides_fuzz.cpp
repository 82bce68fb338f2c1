// fuzz/config_overrides_fuzz.cpp: any lines as variables of the environment and as flags: bounded, told in valid
// UTF-8, and a private key is never taken from there.
#include "base/utf8.hpp"
#include "config/text/limits.hpp"
#include "config/text/parse.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace text = config::text;
  std::string_view input{reinterpret_cast<const char*>(data), size};
  std::vector<std::string> environment;
  std::vector<std::string> flags;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    (line.starts_with(text::kVariablePrefix) ? environment : flags).emplace_back(line);
  }
  const text::Parsed parsed =
      text::parse("network: { addresses: [/ip4/127.0.0.1/tcp/1] }\n", text::read_overrides(environment, flags));
  require(parsed.settings.has_value() == !parsed.diagnostics.has_errors(), "settings or an error");
  require(parsed.diagnostics.items().size() <= text::kMaxDiagnostics, "findings are bounded");
  for (const text::Diagnostic& item : parsed.diagnostics.items()) {
    require(!base::find_invalid_utf8(item.to_text("conf.yaml")), "a finding is valid UTF-8");
  }
  if (parsed.settings) {
    require(!parsed.settings->node.private_key, "the private key is not taken from here");
    require(!parsed.settings->network.addresses.empty(), "there is something to listen on");
  }
  return 0;
}
