// config/text/keys.hpp: every key of conf.yaml, once. From this table come parsing, validation, the diff, the
// names in the environment, and all of documents.hpp. A key's type is the type of the field that it sets, its
// default that field's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/text/settings.hpp"

namespace config::text {

/// Where a key's value is kept.
using FieldRef = std::variant<std::optional<libp2p::Identity>*, std::vector<libp2p::Multiaddr>*,
                              std::vector<libp2p::PeerId>*, base::Duration*, ByteSize*, std::uint32_t*, bool*,
                              std::string*, observe::Level*, observe::LineFormat*>;

/// What it takes for a change to hold.
enum class Effect : std::uint8_t {
  live,     ///< At the reload.
  rebind,   ///< At the reload, with listeners opened and closed.
  restart,  ///< Only a new start.
};

enum class AddressUse : std::uint8_t { none, listen, announce };

struct Key {
  std::string_view section;
  std::string_view name;
  FieldRef (*field)(Settings&);
  Effect effect;
  std::string_view help;
  std::int64_t least = 0;  ///< Bounds of numbers, sizes (bytes) and durations (ns).
  std::int64_t most = 0;
  std::string_view unit = {};  ///< What a number counts; sizes and durations carry their unit.
  AddressUse use = AddressUse::none;
  std::string_view default_in_file = {};  ///< Where the written default file differs from an absent key.

  std::string path() const { return std::string{section} + "." + std::string{name}; }
  /// What overrides it in the environment: BTC_FEDERATION_PEERS_MAX_CONNECTIONS.
  std::string variable() const;
};

inline constexpr std::string_view kVariablePrefix = "BTC_FEDERATION_";

std::span<const Key> all_keys();
/// In the order of the file.
std::span<const std::string_view> all_sections();

const Key* find_key(std::string_view section, std::string_view name);
/// By "section.name".
const Key* find_key(std::string_view path);
/// The key's place in `all_keys`.
std::size_t index_of(const Key& key);

/// True if the value is a secret: never shown, and not taken from the environment or the command line.
bool is_secret(const Key& key);

/// "duration, 1s to 24h", "one of debug, info, warn, error": what would be right.
std::string describe_type(const Key& key);

/// The value as it would stand in the file; a private key only as "(set)" or `""`.
std::string value_text(const Key& key, const Settings& settings);

/// True if a file without the key is refused.
inline bool is_required(const Key& key) { return key.use == AddressUse::listen; }

/// What a change of the key needs: "reload", "reload, rebinds", "restart".
std::string_view to_text(Effect effect);

/// The keys in which two configurations differ, in the order of the table.
std::vector<const Key*> changed_keys(const Settings& before, const Settings& after);

}  // namespace config::text
