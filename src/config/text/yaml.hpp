// config/text/yaml.hpp: YAML text -> a tree with positions, over libyaml's events. Pure, bounded in size and
// depth. Refused, each with its place: anchors, aliases, tags, duplicate keys, a second document, bad UTF-8. A
// fault does not end the reading where what follows can still be told. Invariant: what stands after `private_key:`
// is masked before libyaml sees it, so its buffers hold no secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/text/diagnostic.hpp"

namespace config::text {

struct YamlEntry;

struct YamlNode {
  enum class Kind : std::uint8_t { scalar, sequence, mapping };

  Kind kind = Kind::scalar;
  Position at;
  std::size_t begin = 0;  ///< Bytes of the text that it takes; for collections up to the last entry's end.
  std::size_t end = 0;
  bool plain = false;              ///< A scalar without quotes.
  bool flow = false;               ///< A collection in brackets.
  std::string text;                ///< Of a scalar.
  std::vector<YamlNode> items;     ///< Of a sequence.
  std::vector<YamlEntry> entries;  ///< Of a mapping, in order; keys are scalars and unique.

  /// Nothing was given: an empty plain scalar, `~` or `null`.
  bool is_null() const;
  const YamlNode* find(std::string_view name) const;
};

struct YamlEntry {
  YamlNode key;
  YamlNode value;
};

struct YamlDocument {
  YamlNode root;       ///< A null scalar at the end of a text without a document.
  bool whole = false;  ///< It was read to its end; else `root` holds what stands before the break.
};

/// What is wrong becomes an error among `diagnostics`, all of it at once.
YamlDocument read_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace config::text
