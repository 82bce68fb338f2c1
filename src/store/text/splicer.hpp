// store/text/splicer.hpp: turns Changes into edits of one text, by the positions of its layout. Internal. Pure.
#pragma once

#include <unordered_map>

#include "store/text/entry_text.hpp"
#include "store/text/peers_yaml.hpp"
#include "store/text/text_edits.hpp"

namespace store::text {

class Splicer {
 public:
  /// All is borrowed.
  Splicer(std::string_view text, const Document& document, const Layout& layout);

  void name_version(unsigned version);
  void remove_peers(const std::vector<RawKey>& keys);
  void remove_tombstones(const std::vector<RawKey>& keys);
  void edit(const std::vector<EntryEdit>& edits);
  void append_peers(const std::vector<PeerEntry>& peers);
  void append_tombstones(const std::vector<Tombstone>& tombstones);
  void remove_seals();

  std::string apply() const { return edits_.apply(); }

 private:
  enum class Shape : std::uint8_t { lines, braces };  ///< Of a new entry of a block list.
  using Entries = std::vector<std::vector<FieldText>>;
  using SiteByKey = std::unordered_multimap<RawKey, const EntrySite*, RawKeyHash>;

  static SiteByKey all_sites_of(const ListLayout& list);
  static SiteByKey sites_of(const ListLayout& list);  ///< But for entries that were left out.
  void remove(const ListLayout& list, const SiteByKey& sites, const std::vector<RawKey>& keys);
  void remove_block_entry(const ListLayout& list, const EntrySite& site);
  void remove_flow_entry(const EntrySite& site);
  void edit_entry(const EntrySite& site, const EntryEdit& change);
  void set_addresses(const EntrySite& site, const EntryEdit& change, std::string& added);
  void set_field(const EntrySite& site, const Range& range, FieldText field, std::string& added);
  void append(const ListLayout& list, const char* name, const Entries& entries, Shape shape);
  void append_to_flow(const ListLayout& list, const Entries& entries, Shape shape);
  void insert_list(const char* name, const Entries& entries, Shape shape);
  void replace_list(const Range& range, const Entries& entries, Shape shape);
  std::string block_entries(const Entries& entries, std::size_t dash_column, Shape shape) const;
  std::string flow_entries(const Entries& entries) const;

  std::string_view text_;
  const Document& document_;
  const Layout& layout_;
  TextEdits edits_;
};

}  // namespace store::text
