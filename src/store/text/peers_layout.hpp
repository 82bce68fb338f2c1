// store/text/peers_layout.hpp: where the parts of one peers.yaml stand, in bytes: what a splice needs beside the
// values. Internal to this folder. Positions take 32 bits: a file is far below 4 GiB (kMaxFileBytes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "store/peer_entry.hpp"

namespace store::text {

struct Range {
  std::uint32_t start = 0;
  std::uint32_t stop = 0;

  Range() = default;
  Range(std::size_t from, std::size_t to)
      : start{static_cast<std::uint32_t>(from)}, stop{static_cast<std::uint32_t>(to)} {}
  /// Nothing that is there ends at 0.
  bool present() const { return stop != 0; }
};

/// Where one entry stands, also one that was left out: its key must not be appended again.
struct EntrySite {
  static constexpr std::uint32_t kLeftOut = std::numeric_limits<std::uint32_t>::max();

  RawKey key{};
  std::uint32_t index = kLeftOut;  ///< Among the values that were read; two sites of one key share it.
  std::uint32_t column = 0;        ///< Of the field `public_key`.
  bool flow = false;
  bool addresses_flow = false;
  Range item;        ///< From the first key, or the `{`, to the end of the last value.
  Range public_key;  ///< Of the values from here on.
  Range addresses;
  std::uint32_t address_column = 0;  ///< Of the dashes, if the addresses are no flow list.
  Range name;
  Range source;
  Range sequence;
  Range record;
  Range last_seen;
};

struct ListLayout {
  enum class Style : std::uint8_t { absent, null, block, flow };

  Style style = Style::absent;
  Range range;                    ///< Of the null or of the `[...]`.
  std::uint32_t dash_column = 0;  ///< Of a block list.
  std::size_t content_stop = 0;   ///< After the last entry; after the `[` of an empty flow list.
  bool empty = true;
  std::vector<EntrySite> sites;
};

struct Layout {
  enum class Root : std::uint8_t { none, block, flow };

  Root root = Root::none;
  std::size_t root_start = 0;  ///< The first key of a block mapping; after the `{` of the other kind.
  std::uint32_t root_column = 0;
  Range version;  ///< Of its value.
  ListLayout peers;
  ListLayout removed;
  std::vector<Range> items;  ///< Of a recalled text: of each entry by its index; the sites are still to be read.
};

}  // namespace store::text
