#include "store/text/entry_sites.hpp"

#include <unordered_set>

#include "store/text/peers_reader.hpp"

namespace store::text {
namespace {

constexpr std::string_view kListHead = "peers:\n";

/// Ranges within a part that begins at `from` become ranges within the whole.
EntrySite within_whole(EntrySite site, std::size_t from) {
  for (Range* range : {&site.public_key, &site.addresses, &site.name, &site.source, &site.sequence, &site.record,
                       &site.last_seen}) {
    if (range->present()) *range = {range->start - kListHead.size() + from, range->stop - kListHead.size() + from};
  }
  return site;
}

/// The lines of one entry, read as a list of their own; nothing if they do not say what `entry` is.
std::optional<EntrySite> site_at(std::string_view text, const Range& item, std::uint32_t dash_column,
                                 const PeerEntry& entry) {
  const std::size_t line = text.rfind('\n', item.start) + 1;
  const std::size_t column = item.start - line;
  if (column < dash_column + 2) return std::nullopt;
  // The dash may stand some lines above: here it stands before the first key, and every column is as it was.
  std::string lines{kListHead};
  lines.append(dash_column, ' ').append(1, '-').append(column - dash_column - 1, ' ');
  lines += text.substr(item.start, item.stop - item.start);
  Findings findings;
  Layout layout;
  const auto document = PeersReader{lines, findings, &layout}.read();
  const bool is_as_known = document && findings.total == 0 && document->peers.size() == 1 &&
                           layout.peers.sites.size() == 1 && document->peers.front() == entry;
  if (!is_as_known) return std::nullopt;
  EntrySite site = within_whole(layout.peers.sites.front(), line);
  site.item = item;
  return site;
}

}  // namespace

std::optional<Layout> located(std::string_view text, const Document& document, const Layout& layout,
                              const Changes& changes) {
  if (!changes.unbury.empty()) return std::nullopt;  // Of tombstones nothing is kept; it is rare.
  if (document.peers.size() != layout.items.size()) return std::nullopt;
  std::unordered_set<RawKey, RawKeyHash> wanted{changes.remove.begin(), changes.remove.end()};
  for (const EntryEdit& edit : changes.edit) wanted.insert(edit.key);
  Layout outcome = layout;
  outcome.items.clear();
  for (std::size_t i = 0; i < document.peers.size() && !wanted.empty(); ++i) {
    const PeerEntry& entry = document.peers[i];
    if (wanted.erase(entry.key) == 0) continue;
    auto site = site_at(text, layout.items[i], layout.peers.dash_column, entry);
    if (!site) return std::nullopt;
    site->index = static_cast<std::uint32_t>(i);
    outcome.peers.sites.push_back(*site);
  }
  return outcome;
}

}  // namespace store::text
