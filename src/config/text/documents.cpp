#include "config/text/documents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/text/keys.hpp"
#include "config/text/version.hpp"

namespace config::text {
namespace {

/// Where the comments of `effective_file` begin, unless a value is longer.
constexpr std::size_t kCommentColumn = 48;

/// Calls `begin(section)` before the first key of each section, `each(key)` for every key.
template <class Begin, class Each>
void walk(Begin begin, Each each) {
  std::string_view section;
  for (const Key& key : all_keys()) {
    if (key.section != section) begin(section = key.section);
    each(key);
  }
}

}  // namespace

std::string default_file() {
  const Settings defaults;
  std::string out = fmt::format(
      "# Configuration of a BTC Federation node. Absent keys take the values shown here.\n"
      "# Durations: 300ms, 30s, 1h30m. Sizes: KB, MB, GB, powers of 1024.\n\n{}: {}\n",
      kVersionKey, kVersion);
  walk([&](std::string_view section) { out += fmt::format("\n{}:\n", section); },
       [&](const Key& key) {
         out += fmt::format(
             "  # {}\n  # Value: {}.\n  {}: {}\n", key.help, describe_type(key), key.name,
             key.default_in_file.empty() ? value_text(key, defaults) : std::string{key.default_in_file});
       });
  return out;
}

std::string effective_file(const Settings& settings, std::span<const Origin> origins, std::string_view file) {
  std::string out = fmt::format("{}: {}\n", kVersionKey, kVersion);
  walk([&](std::string_view section) { out += fmt::format("{}:\n", section); },
       [&](const Key& key) {
         const std::string entry = fmt::format("  {}: {}", key.name, value_text(key, settings));
         const std::string origin = origins[index_of(key)].to_text(file);
         out += fmt::format("{:<{}}  # {}\n", entry, kCommentColumn, origin);
       });
  return out;
}

std::string reference_page() {
  std::string page =
      "# conf.yaml\n\n"
      "Every key, made from the table in `src/config/text/keys.cpp` (a unit test compares them). Absent keys "
      "take\n"
      "the default; only `network.addresses` is required. Unknown keys are a warning, wrong values end the start\n"
      "with status 1 and one line per fault. Sizes take B, KB, MB, GB or KiB, MiB, GiB, all powers of 1024.\n\n"
      "`btc-federation config --default` prints a commented file, `config --effective` what holds and where each\n"
      "value comes from, `config --schema` a JSON Schema for editors, `check --json` the faults for programs.\n\n"
      "| key | value | default | a change needs | meaning |\n| --- | --- | --- | --- | --- |\n";
  const Settings defaults;
  for (const Key& key : all_keys()) {
    page += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.path(), describe_type(key),
                        is_required(key) ? "none: required" : "`" + value_text(key, defaults) + "`",
                        to_text(key.effect), key.help);
  }
  page += fmt::format(
      "\n`{}: {}` at the top is optional. A file of an older version is read as the present one, with a warning "
      "for\n"
      "each thing to change in it; one of a newer version is refused.\n\n"
      "## Single keys from outside\n\n"
      "A variable of the environment overrides one key: `{}` and the key in capitals, the dot as an\n"
      "underscore, such as `{}=64`. The flag `--set peers.max_connections=64` beats\n"
      "both, and may be repeated. Lists are separated by commas; an empty variable counts as unset. The private "
      "key\n"
      "is not taken from there, because others can read a process's environment and command line.\n\n"
      "## The private key outside the file\n\n"
      "`node.private_key_file` names a file that holds the base64 text and nothing else (`btc-federation keygen\n"
      "--file PATH` makes one). A service manager's credential `private_key` (systemd: `LoadCredential=`) is "
      "used\n"
      "when neither key is set. Two keys in two places are an error.\n",
      kVersionKey, kVersion, kVariablePrefix, find_key("peers.max_connections")->variable());
  return page;
}

}  // namespace config::text
