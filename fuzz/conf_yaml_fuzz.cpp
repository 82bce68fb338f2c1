// fuzz/conf_yaml_fuzz.cpp: any text as conf.yaml: bounded, its messages are valid UTF-8 lines, what it means
// survives being written out, a key that is spliced in or taken out changes nothing else, and no output repeats
// it.
#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
#include "base/utf8.hpp"
#include "config/text/documents.hpp"
#include "config/text/keys.hpp"
#include "config/text/limits.hpp"
#include "config/text/parse.hpp"
#include "config/text/private_key.hpp"
#include "require.hpp"

namespace {

namespace text = config::text;

void check_messages(const text::Diagnostics& diagnostics) {
  require(diagnostics.items().size() <= text::kMaxDiagnostics, "findings are bounded");
  for (const text::Diagnostic& item : diagnostics.items()) {
    const std::string line = item.to_text("conf.yaml");
    require(line.find('\n') == std::string::npos, "a finding is one line");
    require(!base::find_invalid_utf8(line), "a finding is valid UTF-8");
  }
  require(!base::find_invalid_utf8(diagnostics.to_json("conf.yaml")), "JSON is valid UTF-8");
}

bool same_but_for_key(const text::Settings& before, const text::Settings& after) {
  const auto changed = text::changed_keys(before, after);
  return changed.empty() || (changed.size() == 1 && text::is_secret(*changed[0]));
}

/// What `config --effective` prints is the same configuration.
void check_written_out(const text::Parsed& parsed) {
  std::string effective = text::effective_file(*parsed.settings, parsed.origins, "conf.yaml");
  if (const std::size_t at = effective.find("(set)"); at != std::string::npos) effective.replace(at, 5, "\"\"");
  const text::Parsed again = text::parse(effective);
  require(again.settings.has_value(), "the effective configuration can be read");
  require(same_but_for_key(*parsed.settings, *again.settings), "the effective configuration is the same");
}

void check_splices(std::string_view input, const text::Settings& settings) {
  static const std::string key = [] {
    base::SeededRng rng{1};
    return base::to_base64(libp2p::Identity::generate(rng).private_key_bytes());
  }();
  const auto spliced = text::with_private_key(input, key);
  if (!spliced) return;
  const text::Parsed with = text::parse(spliced->view());
  check_messages(with.diagnostics);
  if (settings.node.private_key_file.empty()) {
    require(with.settings && with.settings->node.private_key, "the key is read back");
    require(same_but_for_key(settings, *with.settings), "a spliced key changes nothing else");
  }
  for (const text::Diagnostic& item : with.diagnostics.items()) {
    require(item.to_text("").find(key.substr(0, 16)) == std::string::npos, "no finding repeats the key");
  }
  const auto clean = text::without_private_key(spliced->view());
  if (!clean) return;
  require(clean->find(key.substr(0, 16)) == std::string::npos, "the key is gone");
  const text::Parsed without = text::parse(*clean);
  require(without.settings && !without.settings->node.private_key, "a text without its key is a configuration");
  require(same_but_for_key(settings, *without.settings), "taking a key out changes nothing else");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const text::Parsed parsed = text::parse(input);
  require(parsed.settings.has_value() == !parsed.diagnostics.has_errors(), "settings or an error");
  check_messages(parsed.diagnostics);
  if (!parsed.settings) return 0;
  require(!parsed.settings->network.addresses.empty(), "there is something to listen on");
  check_written_out(parsed);
  check_splices(input, *parsed.settings);
  return 0;
}
