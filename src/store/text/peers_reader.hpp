// store/text/peers_reader.hpp: one pass over the events of a peers.yaml: its values, and where their bytes stand.
// Internal to this folder: read_document wants the values, splice the layout too.
#pragma once

#include <utility>

#include "store/text/key_index.hpp"
#include "store/text/peers_layout.hpp"
#include "store/text/peers_yaml.hpp"
#include "store/text/yaml_events.hpp"

namespace store::text {

class PeersReader {
 public:
  /// `layout` and `cancelled` may be null. All is borrowed.
  PeersReader(std::string_view text, Findings& findings, Layout* layout, const Cancelled* cancelled = nullptr);

  /// Everything but the seal. Errors: as read_document.
  base::Result<Document> read();

 private:
  enum class Field : std::uint8_t;
  struct Draft;

  bool read_root();
  bool read_mapping();
  bool read_version();
  bool read_list(ListLayout* layout, std::size_t max_entries, bool (PeersReader::*read_entry)());
  bool read_items(ListLayout* layout, std::size_t max_entries, bool (PeersReader::*read_entry)());
  bool read_fields(Draft& draft);
  bool read_field(Draft& draft, Field field, std::uint32_t column);
  void read_scalar(Draft& draft, Field field, const Range& range);
  void read_key(Draft& draft, std::uint32_t column);
  bool read_addresses(Draft& draft);
  void read_address(Draft& draft);
  bool read_peer();
  void keep_good_addresses(Draft& draft);
  void merge_again(Draft& draft);
  bool read_tombstone();
  void left_out(Draft& draft, std::uint32_t line, std::string reason);
  bool is_cancelled() const { return cancelled_ != nullptr && *cancelled_ && (*cancelled_)(); }
  bool refuse(PeersErrc code, std::uint32_t line, std::string reason);

  YamlEvents events_;
  Findings& findings_;
  Layout* layout_;
  const Cancelled* cancelled_;
  Document document_;
  KeyIndex<PeerEntry> peer_at_;
  KeyIndex<Tombstone> tombstone_at_;
  bool version_seen_ = false;
  bool peers_seen_ = false;
  bool removed_seen_ = false;
};

}  // namespace store::text
