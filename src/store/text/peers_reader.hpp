// store/text/peers_reader.hpp: one pass over the events of a peers.yaml: the peers, and where their bytes stand.
// Internal to this folder: parse_peers wants the peers, splice_peers the layout too.
#pragma once

#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "store/text/peers_yaml.hpp"
#include "store/text/yaml_events.hpp"

namespace store::text {

struct Range {
  std::size_t start = 0;
  std::size_t stop = 0;
};

/// Where one entry stands, also one that was left out: its key must not be appended again.
struct EntrySite {
  static constexpr std::size_t kLeftOut = std::numeric_limits<std::size_t>::max();

  RawKey key{};
  std::size_t peer = kLeftOut;  ///< Index among the peers.
  bool flow = false;
  std::uint32_t column = 0;        ///< Of the field `public_key`.
  std::size_t key_stop = 0;        ///< After the value of `public_key`.
  std::optional<Range> addresses;  ///< If written as `[...]`.
  std::optional<Range> sequence;
  std::optional<Range> record;
};

struct Layout {
  enum class List : std::uint8_t { absent, null, block, flow };
  enum class Root : std::uint8_t { none, block, flow };

  Root root = Root::none;
  std::size_t root_start = 0;  ///< The first key of a block mapping; after the `{` of the other kind.
  std::uint32_t root_column = 0;
  List list = List::absent;
  Range list_range;               ///< Of the null or of the `[...]`.
  std::uint32_t dash_column = 0;  ///< Of a block list.
  std::size_t content_stop = 0;   ///< After the last entry; after the `[` of an empty flow list.
  bool list_empty = true;
  std::vector<EntrySite> sites;
};

class PeersReader {
 public:
  /// `layout` may be null.
  PeersReader(std::string_view text, Findings& findings, Layout* layout);

  base::Result<std::vector<PeerEntry>> read();

 private:
  struct Draft;

  bool read_document();
  bool read_root();
  bool read_version();
  bool read_list();
  bool read_entries();
  bool read_entry();
  bool read_field(Draft& draft, const std::string& field, std::uint32_t column);
  bool read_addresses(Draft& draft);
  void read_address(Draft& draft);
  void read_key(Draft& draft, std::uint32_t column);
  void finish_entry(Draft& draft);
  void keep_good_addresses(Draft& draft);
  void merge(PeerEntry&& again, Draft& draft);
  void left_out(Draft& draft, std::uint32_t line, std::string reason);
  bool refuse(PeersErrc code, std::uint32_t line, std::string reason);

  YamlEvents events_;
  Findings& findings_;
  Layout* layout_;
  std::vector<PeerEntry> peers_;
  std::unordered_map<RawKey, std::uint32_t, RawKeyHash> by_key_;  ///< Index among the peers.
  std::size_t entries_ = 0;
  bool list_seen_ = false;
};

}  // namespace store::text
