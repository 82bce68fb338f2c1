// config/text/keys.hpp: every key of conf.yaml, once. From this table come parsing, validation, the diff, the
// default file and docs/configuration.md. A key's type is the type of the field that it sets, its default that
// field's.
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
  AddressUse use = AddressUse::none;
  std::string_view default_in_file = {};  ///< Where the written default file differs from an absent key.

  std::string path() const { return std::string{section} + "." + std::string{name}; }
};

std::span<const Key> all_keys();
/// In the order of the file.
std::span<const std::string_view> all_sections();

const Key* find_key(std::string_view section, std::string_view name);

/// "duration, 1s to 24h", "one of debug, info, warn, error": what would be right.
std::string describe_type(const Key& key);

/// The value as it would stand in the file; a private key only as "(set)" or `""`.
std::string value_text(const Key& key, const Settings& settings);

/// The keys in which two configurations differ.
std::vector<const Key*> changed_keys(const Settings& before, const Settings& after);

/// docs/configuration.md.
std::string reference_page();

}  // namespace config::text
