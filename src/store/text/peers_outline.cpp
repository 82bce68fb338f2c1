#include "store/text/peers_outline.hpp"

#include <algorithm>
#include <utility>

#include "store/text/limits.hpp"
#include "store/text/peers_layout.hpp"

namespace store::text {
namespace {

/// The last line, with its line end.
std::string_view last_line(std::string_view text) {
  return text.size() < 2 ? text : text.substr(text.rfind('\n', text.size() - 2) + 1);
}

ListLayout without_sites(const ListLayout& list) {
  return {.style = list.style,
          .range = list.range,
          .dash_column = list.dash_column,
          .content_stop = list.content_stop,
          .empty = list.empty,
          .sites = {}};
}

/// One range per entry in place of its site.
std::shared_ptr<const Layout> packed(const Layout& layout) {
  const auto kept = std::make_shared<Layout>(Layout{.root = layout.root,
                                                    .root_start = layout.root_start,
                                                    .root_column = layout.root_column,
                                                    .version = layout.version,
                                                    .peers = without_sites(layout.peers),
                                                    .removed = without_sites(layout.removed),
                                                    .items = {}});
  kept->items.reserve(layout.peers.sites.size());
  for (const EntrySite& site : layout.peers.sites) kept->items.push_back(site.item);
  return kept;
}

}  // namespace

std::optional<PeersOutline> PeersOutline::of(const PeersText& text) {
  const Layout& layout = *text.layout_;
  const Document& document = text.document_;
  const bool is_plain = document.seal && document.seal->intact && document.version == kSchemaVersion &&
                        text.findings_ == 0 && layout.root == Layout::Root::block &&
                        layout.peers.style == ListLayout::Style::block &&
                        std::max(layout.peers.sites.size(), layout.items.size()) == document.peers.size();
  if (!is_plain) return std::nullopt;
  PeersOutline outline;
  outline.bytes_ = text.text_.size();
  outline.seal_line_ = last_line(text.text_);
  outline.others_ = {.version = document.version,
                     .peers = {},
                     .removed = document.removed,
                     .unusable = document.unusable,
                     .seal = document.seal};
  outline.layout_ = layout.items.empty() ? packed(layout) : text.layout_;
  return outline;
}

bool PeersOutline::is_of(std::string_view text) const {
  if (text.size() != bytes_ || !text.ends_with(seal_line_)) return false;
  const auto seal = find_seal(text);
  return seal && seal->intact;
}

PeersText PeersOutline::recalled(std::string text, std::vector<PeerEntry> peers) const {
  PeersText known;
  known.text_ = std::move(text);
  known.document_ = others_;
  known.document_.peers = std::move(peers);
  known.layout_ = layout_;
  return known;
}

}  // namespace store::text
