#include "store/text/splicer.hpp"

#include <algorithm>
#include <utility>

#include "store/text/peers_layout.hpp"
#include "store/text/wall_text.hpp"

namespace store::text {
namespace {

using Style = ListLayout::Style;

constexpr std::size_t kIndent = 2;

std::string braces(const std::vector<FieldText>& fields) {
  std::string out = "{";
  for (const FieldText& field : fields) {
    if (out.size() > 1) out += ", ";
    out += std::string{field.name} + ": " + field.value;
  }
  return out + "}";
}

}  // namespace

Splicer::Splicer(std::string_view text, const Document& document, const Layout& layout)
    : text_{text}, document_{document}, layout_{layout}, edits_{text} {}

Splicer::SiteByKey Splicer::all_sites_of(const ListLayout& list) {
  SiteByKey sites;
  sites.reserve(list.sites.size());
  for (const EntrySite& site : list.sites) sites.emplace(site.key, &site);
  return sites;
}

Splicer::SiteByKey Splicer::sites_of(const ListLayout& list) {
  SiteByKey sites = all_sites_of(list);
  std::erase_if(sites, [](const auto& item) { return item.second->index == EntrySite::kLeftOut; });
  return sites;
}

void Splicer::name_version(unsigned version) {
  const std::string number = std::to_string(version);
  if (layout_.version.present()) return edits_.replace(layout_.version, number);
  const std::string named = "version: " + number;
  switch (layout_.root) {
    case Layout::Root::flow: return edits_.insert(layout_.root_start, named + ", ");
    case Layout::Root::block:
      return edits_.insert(layout_.root_start, named + edits_.newline() + std::string(layout_.root_column, ' '));
    case Layout::Root::none: return edits_.insert_lines(text_.size(), named);
  }
}

void Splicer::remove_seals() {
  for (const SealLine& line : seal_lines(text_)) edits_.erase(line.start, line.stop);
}

void Splicer::remove_peers(const std::vector<RawKey>& keys) {
  if (!keys.empty()) remove(layout_.peers, all_sites_of(layout_.peers), keys);
}

void Splicer::remove_tombstones(const std::vector<RawKey>& keys) {
  if (!keys.empty()) remove(layout_.removed, sites_of(layout_.removed), keys);
}

void Splicer::remove(const ListLayout& list, const SiteByKey& sites, const std::vector<RawKey>& keys) {
  for (const RawKey& key : keys) {
    const auto [from, to] = sites.equal_range(key);
    for (auto at = from; at != to; ++at) {
      list.style == Style::block ? remove_block_entry(list, *at->second) : remove_flow_entry(*at->second);
    }
  }
}

/// With its dash, which may stand some lines above the first key.
void Splicer::remove_block_entry(const ListLayout& list, const EntrySite& site) {
  std::size_t line = edits_.line_start(site.item.start);
  const auto has_dash = [&](std::size_t start) {
    const std::size_t dash = start + list.dash_column;
    return dash < text_.size() && text_[dash] == '-' &&
           text_.substr(start, list.dash_column).find_first_not_of(' ') == std::string_view::npos;
  };
  while (line > 0 && !has_dash(line)) line = edits_.line_start(line - 1);
  edits_.erase_lines(line, site.item.stop);
}

/// With the comma behind it, or the one before it if it is the last.
void Splicer::remove_flow_entry(const EntrySite& site) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t next = text_.find_first_not_of(kBlank, site.item.stop);
  if (next != std::string_view::npos && text_[next] == ',') {
    const std::size_t following = text_.find_first_not_of(kBlank, next + 1);
    return edits_.erase(site.item.start, following == std::string_view::npos ? next + 1 : following);
  }
  const std::size_t before =
      site.item.start == 0 ? std::string_view::npos : text_.find_last_not_of(kBlank, site.item.start - 1);
  const bool has_comma = before != std::string_view::npos && text_[before] == ',';
  edits_.erase(has_comma ? before : site.item.start, site.item.stop);
}

void Splicer::edit(const std::vector<EntryEdit>& edits) {
  if (edits.empty()) return;
  const SiteByKey sites = sites_of(layout_.peers);
  for (const EntryEdit& change : edits) {
    const auto [from, to] = sites.equal_range(change.key);
    for (auto at = from; at != to; ++at) edit_entry(*at->second, change);
  }
}

void Splicer::edit_entry(const EntrySite& site, const EntryEdit& change) {
  std::string added;
  if (change.mended_key) edits_.replace(site.public_key, key_text(*change.mended_key));
  if (change.addresses) set_addresses(site, change, added);
  if (change.name) set_field(site, site.name, {"name", quoted(*change.name)}, added);
  if (change.source) set_field(site, site.source, {"source", source_text(*change.source)}, added);
  if (change.last_seen) {
    set_field(site, site.last_seen, {"last_seen", format_wall(*change.last_seen)}, added);
  }
  if (change.learned) {
    const auto& [sequence, record] = *change.learned;
    set_field(site, site.sequence, {"sequence", std::to_string(sequence)}, added);
    set_field(site, site.record, {"record", record_text(record)}, added);
  }
  // After the key, which every entry has: only a comment can follow it on its line.
  if (added.empty()) return;
  edits_.insert(site.flow ? site.public_key.stop : edits_.line_end(site.public_key.stop), std::move(added));
}

void Splicer::set_addresses(const EntrySite& site, const EntryEdit& change, std::string& added) {
  const auto& wanted = *change.addresses;
  if (!site.addresses.present() || site.addresses_flow) {
    return set_field(site, site.addresses, {"addresses", address_list(wanted)}, added);
  }
  // A list with one address a line, and maybe comments: lines are added behind it. Taking some away rewrites it.
  const auto& held = document_.peers[site.index].addresses;
  const bool only_more =
      wanted.size() >= held.size() && std::equal(held.begin(), held.end(), wanted.begin()) && !held.empty();
  if (!only_more) {
    // The dashes of a list may stand below its key; brackets may not.
    const std::string indent = site.address_column <= site.column ? "  " : "";
    return edits_.replace(site.addresses, indent + address_list(wanted));
  }
  std::string lines;
  for (std::size_t i = held.size(); i < wanted.size(); ++i) {
    if (!lines.empty()) lines += edits_.newline();
    lines += std::string(site.address_column, ' ') + "- " + quoted(wanted[i].to_text());
  }
  if (!lines.empty()) edits_.insert_lines(site.addresses.stop, lines);
}

void Splicer::set_field(const EntrySite& site, const Range& range, FieldText field, std::string& added) {
  if (range.present()) return edits_.replace(range, std::move(field.value));
  added += site.flow ? ", " : edits_.newline() + std::string(site.column, ' ');
  added += std::string{field.name} + ": " + field.value;
}

void Splicer::append_peers(const std::vector<PeerEntry>& peers) {
  Entries entries;
  entries.reserve(peers.size());
  for (const PeerEntry& peer : peers) entries.push_back(fields_of(peer));
  append(layout_.peers, "peers", entries, Shape::lines);
}

void Splicer::append_tombstones(const std::vector<Tombstone>& tombstones) {
  Entries entries;
  entries.reserve(tombstones.size());
  for (const Tombstone& tombstone : tombstones) entries.push_back(fields_of(tombstone));
  append(layout_.removed, "removed", entries, Shape::braces);
}

void Splicer::append(const ListLayout& list, const char* name, const Entries& entries, Shape shape) {
  if (entries.empty()) return;
  switch (list.style) {
    case Style::block:
      return edits_.insert_lines(list.content_stop, block_entries(entries, list.dash_column, shape));
    case Style::null: return replace_list(list.range, entries, shape);
    case Style::flow: return append_to_flow(list, entries, shape);
    case Style::absent: return insert_list(name, entries, shape);
  }
}

void Splicer::append_to_flow(const ListLayout& list, const Entries& entries, Shape shape) {
  const Range& range = list.range;
  const bool one_line = text_.substr(range.start, range.stop - range.start).find('\n') == std::string_view::npos;
  if (list.empty && one_line) return replace_list(range, entries, shape);
  const std::size_t at = list.empty ? range.stop - 1 : list.content_stop;
  edits_.insert(at, (list.empty ? "" : ", ") + flow_entries(entries));
}

/// Behind the version, which is always there: what somebody appends to the end of the file still stands in the
/// list that was the last one.
void Splicer::insert_list(const char* name, const Entries& entries, Shape shape) {
  const std::string key = std::string{name} + ":";
  if (layout_.root == Layout::Root::flow) {
    return edits_.insert(layout_.version.stop, ", " + key + " [" + flow_entries(entries) + "]");
  }
  edits_.insert_lines(layout_.version.stop, std::string(layout_.root_column, ' ') + key + edits_.newline() +
                                                block_entries(entries, layout_.root_column + kIndent, shape));
}

/// In place of a null or of `[]`.
void Splicer::replace_list(const Range& range, const Entries& entries, Shape shape) {
  if (layout_.root == Layout::Root::flow) return edits_.replace(range, " [" + flow_entries(entries) + "]");
  Range gone = range;
  while (gone.start > 0 && text_[gone.start - 1] == ' ') --gone.start;
  edits_.erase(gone.start, gone.stop);
  edits_.insert_lines(range.stop, block_entries(entries, layout_.root_column + kIndent, shape));
}

/// Lines without a line end after the last.
std::string Splicer::block_entries(const Entries& entries, std::size_t dash_column, Shape shape) const {
  const std::string indent(dash_column, ' ');
  std::string out;
  for (const auto& fields : entries) {
    if (!out.empty()) out += edits_.newline();
    out += indent + "- ";
    if (shape == Shape::braces) {
      out += braces(fields);
      continue;
    }
    bool first = true;
    for (const FieldText& field : fields) {
      if (!std::exchange(first, false)) out += edits_.newline() + indent + "  ";
      out += std::string{field.name} + ": " + field.value;
    }
  }
  return out;
}

std::string Splicer::flow_entries(const Entries& entries) const {
  std::string out;
  for (const auto& fields : entries) {
    out += (out.empty() ? "" : ",") + edits_.newline() + std::string(layout_.root_column + kIndent, ' ');
    out += braces(fields);
  }
  return out;
}

}  // namespace store::text
