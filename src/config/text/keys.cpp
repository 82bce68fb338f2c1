#include "config/text/keys.hpp"

#include <algorithm>
#include <array>

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
    Key{.section = "node",
        .name = "private_key_file",
        .field = [](Settings& s) -> FieldRef { return &s.node.private_key_file; },
        .effect = Effect::live,
        .help = "A file with the private key instead, relative to the directory of this file."},
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
    Key{.section = "network",
        .name = "loops",
        .field = [](Settings& s) -> FieldRef { return &s.network.loops; },
        .effect = Effect::restart,
        .help = "Threads that carry connections; a peer's connections stay on one of them.",
        .least = 1,
        .most = 16,
        .unit = "threads"},
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
        .most = 65536,
        .unit = "connections"},
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
        .most = 1000,
        .unit = "files"},
    Key{.section = "logging",
        .name = "trace_peers",
        .field = [](Settings& s) -> FieldRef { return &s.logging.trace_peers; },
        .effect = Effect::live,
        .help = "Peer ids whose messages are traced at debug level; empty traces all."},
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

}  // namespace

std::span<const Key> all_keys() { return kKeys; }

std::span<const std::string_view> all_sections() { return kSections; }

const Key* find_key(std::string_view section, std::string_view name) {
  const auto at =
      std::ranges::find_if(kKeys, [=](const Key& k) { return k.section == section && k.name == name; });
  return at != kKeys.end() ? &*at : nullptr;
}

const Key* find_key(std::string_view path) {
  const auto at = std::ranges::find(kKeys, path, &Key::path);
  return at != kKeys.end() ? &*at : nullptr;
}

std::size_t index_of(const Key& key) { return static_cast<std::size_t>(&key - kKeys.data()); }

bool is_secret(const Key& key) {
  Settings none;
  return std::holds_alternative<std::optional<libp2p::Identity>*>(key.field(none));
}

std::string Key::variable() const {
  std::string out = std::string{kVariablePrefix} + path();
  for (char& c : out) {
    if (c == '.') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::vector<const Key*> changed_keys(const Settings& before, const Settings& after) {
  std::vector<const Key*> changed;
  for (const Key& key : kKeys) {
    if (!equal_values(field_of(key, before), field_of(key, after))) changed.push_back(&key);
  }
  return changed;
}

}  // namespace config::text
