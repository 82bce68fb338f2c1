#include "config/text/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/text/units.hpp"

namespace config::text {
namespace {

constexpr std::int64_t nanoseconds(base::Duration time) { return time.count(); }

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> kSections{"node", "network", "peers", "logging"};

const std::array kKeys{
    Key{.section = "node",
        .name = "private_key",
        .field = [](Settings& s) -> FieldRef { return &s.node.private_key; },
        .effect = Effect::restart,
        .help = "The node's identity; made and written here when empty. Keep it secret, keep a copy."},
    Key{.section = "network",
        .name = "addresses",
        .field = [](Settings& s) -> FieldRef { return &s.network.addresses; },
        .effect = Effect::rebind,
        .help = "Where the node listens.",
        .use = AddressUse::listen,
        .default_in_file = "[/ip4/0.0.0.0/tcp/9000, /ip6/::/tcp/9000]"},
    Key{.section = "network",
        .name = "announce_addresses",
        .field = [](Settings& s) -> FieldRef { return &s.network.announce_addresses; },
        .effect = Effect::live,
        .help = "What peers are told instead of the addresses above, for a node behind NAT.",
        .use = AddressUse::announce},
    Key{.section = "peers",
        .name = "exchange_interval",
        .field = [](Settings& s) -> FieldRef { return &s.peers.exchange_interval; },
        .effect = Effect::live,
        .help = "Time between two rounds of peer exchange.",
        .least = nanoseconds(1s),
        .most = nanoseconds(24h)},
    Key{.section = "peers",
        .name = "connection_timeout",
        .field = [](Settings& s) -> FieldRef { return &s.peers.connection_timeout; },
        .effect = Effect::live,
        .help = "Time for the whole of establishing a connection.",
        .least = nanoseconds(1s),
        .most = nanoseconds(10min)},
    Key{.section = "peers",
        .name = "max_connections",
        .field = [](Settings& s) -> FieldRef { return &s.peers.max_connections; },
        .effect = Effect::live,
        .help = "Connections held at once; up to it the mesh is full.",
        .least = 1,
        .most = 65536},
    Key{.section = "logging",
        .name = "level",
        .field = [](Settings& s) -> FieldRef { return &s.logging.level; },
        .effect = Effect::live,
        .help = "The least urgent lines that are written."},
    Key{.section = "logging",
        .name = "format",
        .field = [](Settings& s) -> FieldRef { return &s.logging.format; },
        .effect = Effect::live,
        .help = "Form of the lines on the console; the file is always JSON."},
    Key{.section = "logging",
        .name = "console_output",
        .field = [](Settings& s) -> FieldRef { return &s.logging.console_output; },
        .effect = Effect::live,
        .help = "Log to standard output."},
    Key{.section = "logging",
        .name = "console_color",
        .field = [](Settings& s) -> FieldRef { return &s.logging.console_color; },
        .effect = Effect::live,
        .help = "Colour for the text format, on a terminal only."},
    Key{.section = "logging",
        .name = "file_output",
        .field = [](Settings& s) -> FieldRef { return &s.logging.file_output; },
        .effect = Effect::live,
        .help = "Log to a file; file_name is then required."},
    Key{.section = "logging",
        .name = "file_name",
        .field = [](Settings& s) -> FieldRef { return &s.logging.file_name; },
        .effect = Effect::live,
        .help = "The log file, relative to the directory of this file."},
    Key{.section = "logging",
        .name = "file_max_size",
        .field = [](Settings& s) -> FieldRef { return &s.logging.file_max_size; },
        .effect = Effect::live,
        .help = "Size at which the log file is rotated into NAME-TIMESTAMP.log.gz.",
        .least = 64 * 1024,
        .most = 256 * 1024 * 1024},
    Key{.section = "logging",
        .name = "file_max_backups",
        .field = [](Settings& s) -> FieldRef { return &s.logging.file_max_backups; },
        .effect = Effect::live,
        .help = "Rotated files that are kept.",
        .least = 1,
        .most = 1000},
    Key{.section = "logging",
        .name = "trace_peers",
        .field = [](Settings& s) -> FieldRef { return &s.logging.trace_peers; },
        .effect = Effect::live,
        .help = "Peer ids whose messages are traced at debug level; empty traces all."},
};

template <class List, class Text>
std::string list_text(const List& list, Text text) {
  std::string out = "[";
  for (const auto& item : list) {
    if (out.size() > 1) out += ", ";
    out += text(item);
  }
  return out + "]";
}

/// A double-quoted YAML scalar.
std::string yaml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

struct ValueText {
  std::string operator()(const std::optional<libp2p::Identity>* key) const { return *key ? "(set)" : "\"\""; }
  std::string operator()(const std::vector<libp2p::Multiaddr>* list) const {
    return list_text(*list, [](const libp2p::Multiaddr& addr) { return addr.to_text(); });
  }
  std::string operator()(const std::vector<libp2p::PeerId>* list) const {
    return list_text(*list, [](const libp2p::PeerId& id) { return id.to_base58(); });
  }
  std::string operator()(const base::Duration* time) const { return format_duration(*time); }
  std::string operator()(const ByteSize* size) const { return format_size(size->bytes); }
  std::string operator()(const std::uint32_t* number) const { return std::to_string(*number); }
  std::string operator()(const bool* flag) const { return *flag ? "true" : "false"; }
  std::string operator()(const std::string* text) const { return yaml_string(*text); }
  std::string operator()(const observe::Level* level) const { return std::string{to_text(*level)}; }
  std::string operator()(const observe::LineFormat* format) const {
    return *format == observe::LineFormat::json ? "json" : "text";
  }
};

struct TypeText {
  const Key& key;

  std::string operator()(const std::optional<libp2p::Identity>*) const {
    return "base64 of the 64 bytes of an Ed25519 key (seed and public key), or empty";
  }
  std::string operator()(const std::vector<libp2p::Multiaddr>*) const {
    return key.use == AddressUse::listen ? "list of addresses such as /ip4/0.0.0.0/tcp/9000, not empty"
                                         : "list of addresses such as /dns4/node1.example.com/tcp/9000";
  }
  std::string operator()(const std::vector<libp2p::PeerId>*) const { return "list of peer ids (12D3Koo...)"; }
  std::string operator()(const base::Duration*) const {
    return fmt::format("duration, {} to {}, such as 30s or 1m30s", format_duration(base::Duration{key.least}),
                       format_duration(base::Duration{key.most}));
  }
  std::string operator()(const ByteSize*) const {
    return fmt::format("size, {} to {}, such as 10MB", format_size(static_cast<std::uint64_t>(key.least)),
                       format_size(static_cast<std::uint64_t>(key.most)));
  }
  std::string operator()(const std::uint32_t*) const {
    return fmt::format("whole number, {} to {}", key.least, key.most);
  }
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::string*) const { return "text"; }
  std::string operator()(const observe::Level*) const { return "one of debug, info, warn, error"; }
  std::string operator()(const observe::LineFormat*) const { return "one of json, text"; }
};

/// The field of a configuration that is only read.
FieldRef field_of(const Key& key, const Settings& settings) { return key.field(const_cast<Settings&>(settings)); }

bool equal_values(const FieldRef& a, const FieldRef& b) {
  return std::visit(
      [&b](auto* left) {
        auto* right = std::get<decltype(left)>(b);
        if constexpr (std::is_same_v<decltype(left), std::optional<libp2p::Identity>*>) {
          return left->has_value() == right->has_value() &&
                 (!*left || (*left)->public_key() == (*right)->public_key());
        } else {
          return *left == *right;
        }
      },
      a);
}

constexpr std::string_view effect_text(Effect effect) {
  switch (effect) {
    case Effect::live: return "reload";
    case Effect::rebind: return "reload, rebinds";
    case Effect::restart: return "restart";
  }
  return "";
}

}  // namespace

std::span<const Key> all_keys() { return kKeys; }

std::span<const std::string_view> all_sections() { return kSections; }

const Key* find_key(std::string_view section, std::string_view name) {
  const auto at =
      std::ranges::find_if(kKeys, [=](const Key& k) { return k.section == section && k.name == name; });
  return at != kKeys.end() ? &*at : nullptr;
}

std::string describe_type(const Key& key) {
  Settings none;
  return std::visit(TypeText{key}, key.field(none));
}

std::string value_text(const Key& key, const Settings& settings) {
  return std::visit(ValueText{}, field_of(key, settings));
}

std::vector<const Key*> changed_keys(const Settings& before, const Settings& after) {
  std::vector<const Key*> changed;
  for (const Key& key : kKeys) {
    if (!equal_values(field_of(key, before), field_of(key, after))) changed.push_back(&key);
  }
  return changed;
}

std::string reference_page() {
  std::string page =
      "# conf.yaml\n\n"
      "Every key, made from the table in `src/config/text/keys.cpp` (a unit test compares them). Absent keys "
      "take\n"
      "the default; only `network.addresses` is required. Unknown keys are a warning, wrong values end the start\n"
      "with status 1 and one line per fault. Sizes take B, KB, MB, GB or KiB, MiB, GiB, all powers of 1024.\n\n"
      "| key | value | default | a change needs | meaning |\n| --- | --- | --- | --- | --- |\n";
  const Settings defaults;
  for (const Key& key : kKeys) {
    page += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.path(), describe_type(key),
                        key.use == AddressUse::listen ? "none: required" : "`" + value_text(key, defaults) + "`",
                        effect_text(key.effect), key.help);
  }
  return page;
}

}  // namespace config::text
