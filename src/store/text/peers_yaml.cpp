#include "store/text/peers_yaml.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "store/text/entry_sites.hpp"
#include "store/text/limits.hpp"
#include "store/text/migrations.hpp"
#include "store/text/peers_layout.hpp"
#include "store/text/peers_reader.hpp"
#include "store/text/splicer.hpp"

namespace store::text {
namespace {

using KeySet = std::unordered_set<RawKey, RawKeyHash>;

void apply(const EntryEdit& edit, PeerEntry& entry) {
  if (edit.mended_key) entry.key = *edit.mended_key;
  if (edit.name) entry.name = *edit.name;
  if (edit.source) entry.source = *edit.source;
  if (edit.addresses) entry.addresses = *edit.addresses;
  if (edit.last_seen) entry.last_seen = edit.last_seen;
  if (!edit.learned) return;
  entry.sequence = edit.learned->sequence;
  entry.record = edit.learned->record;
}

/// What of `changes` a file can hold.
Changes writable_part(Changes changes) {
  for (PeerEntry& peer : changes.append) peer = writable(std::move(peer));
  for (EntryEdit& edit : changes.edit) {
    PeerEntry held{.addresses = std::move(edit.addresses).value_or(std::vector<libp2p::Multiaddr>{})};
    if (edit.name) held.name = *edit.name;
    held.last_seen = edit.last_seen;
    held = writable(std::move(held));
    if (edit.name && held.name.empty()) edit.name.reset();
    if (edit.addresses) edit.addresses = std::move(held.addresses);
    edit.last_seen = held.last_seen;
  }
  for (Tombstone& tombstone : changes.bury) {
    tombstone.at = std::chrono::floor<std::chrono::seconds>(tombstone.at);
  }
  return changes;
}

/// True if `after` holds what is left of `before` without `gone`, in its order, behind it `added`, and no more.
/// `same(one, other)`: the first of `before` has become the other.
template <class Item, class Same>
bool is_list_without(const std::vector<Item>& before, const KeySet& gone, const std::vector<Item>& added,
                     const std::vector<Item>& after, const Same& same) {
  auto next = after.begin();
  for (const Item& item : before) {
    if (!gone.empty() && gone.contains(item.key)) continue;
    if (next == after.end() || !same(item, *next)) return false;
    ++next;
  }
  return std::equal(next, after.end(), added.begin(), added.end());
}

/// True if `after` says what `before` did, with `changes` in it, and nothing else. Copies no list.
bool is_outcome(const Document& before, const Changes& changes, const Document& after) {
  std::unordered_map<RawKey, const EntryEdit*, RawKeyHash> edits;
  for (const EntryEdit& edit : changes.edit) edits.emplace(edit.key, &edit);
  const auto became = [&edits](const PeerEntry& peer, const PeerEntry& now) {
    const auto edit = edits.empty() ? edits.end() : edits.find(peer.key);
    if (edit == edits.end()) return peer == now;
    PeerEntry edited{peer};
    apply(*edit->second, edited);
    return edited == now;
  };
  const KeySet gone{changes.remove.begin(), changes.remove.end()};
  std::vector<RawKey> unusable = before.unusable;
  std::erase_if(unusable, [&gone](const RawKey& key) { return gone.contains(key); });
  return after.version == kSchemaVersion && after.unusable == unusable &&
         is_list_without(before.peers, gone, changes.append, after.peers, became) &&
         is_list_without(before.removed, {changes.unbury.begin(), changes.unbury.end()}, changes.bury,
                         after.removed, std::equal_to<>{});
}

}  // namespace

PeersText::PeersText() : layout_{std::make_shared<const Layout>()} {}

PeersText PeersText::blank() { return {}; }

base::Result<PeersText> PeersText::parse(std::string text, Findings& findings, const Cancelled& cancelled) {
  const auto refused = [&findings](PeersErrc code) {
    findings.add({.line = 1, .reason = make_error_code(code).message()});
    return make_error_code(code);
  };
  if (text.empty()) return refused(PeersErrc::empty_file);
  if (text.size() > kMaxFileBytes) return refused(PeersErrc::too_large);
  PeersText parsed;
  parsed.text_ = std::move(text);
  const std::size_t found_before = findings.total;
  const auto layout = std::make_shared<Layout>();
  auto document = PeersReader{parsed.text_, findings, layout.get(), &cancelled}.read();
  if (!document) return document.error();
  parsed.document_ = std::move(*document);
  parsed.document_.seal = find_seal(parsed.text_);
  parsed.findings_ = findings.total - found_before;
  for (const EntrySite& site : layout->peers.sites) {
    if (site.index == EntrySite::kLeftOut) parsed.document_.unusable.push_back(site.key);
  }
  parsed.layout_ = layout;
  return parsed;
}

/// One more text on the way to the last; what was found in the first was reported there.
base::Result<PeersText> PeersText::step(std::string text) {
  Findings unreported;
  auto next = parse(std::move(text), unreported);
  if (!next && next.error() != make_error_code(PeersErrc::too_large)) return PeersErrc::cannot_splice;
  return next;
}

base::Result<PeersText> PeersText::with(const Changes& asked, const Stamp& stamp) const {
  if (document_.version < kSchemaVersion) {
    auto migrated = step(migrations()[document_.version].apply(text_, document_, *layout_));
    if (!migrated) return migrated.error();
    // The name of the version may stand where it names nothing, as before a key written with "?".
    if (migrated->document_.version <= document_.version) return PeersErrc::cannot_splice;
    return migrated->with(asked, stamp);
  }
  const Changes changes = writable_part(asked);
  if (layout_->items.empty()) return spliced(*layout_, changes, stamp);
  if (const auto layout = located(text_, document_, *layout_, changes)) {
    auto outcome = spliced(*layout, changes, stamp);
    if (outcome || outcome.error() != make_error_code(PeersErrc::cannot_splice)) return outcome;
  }
  // The lines of single entries do not tell enough: all of it is read after all.
  const auto read = step(text_);
  if (!read) return read.error();
  return read->spliced(*read->layout_, changes, stamp);
}

/// `changes` as the file can hold them, at the places that `layout` names.
base::Result<PeersText> PeersText::spliced(const Layout& layout, const Changes& changes,
                                           const Stamp& stamp) const {
  if (!changes.remove.empty() || !changes.unbury.empty()) {
    // In a pass of its own: what is removed may be what the new entries would stand behind.
    Splicer splicer{text_, document_, layout};
    splicer.remove_peers(changes.remove);
    splicer.remove_tombstones(changes.unbury);
    const auto less = step(splicer.apply());
    if (!less) return less.error();
    Changes rest = changes;
    const Changes removal{.append = {},
                          .edit = {},
                          .remove = std::exchange(rest.remove, {}),
                          .bury = {},
                          .unbury = std::exchange(rest.unbury, {})};
    if (!is_outcome(document_, removal, less->document_)) return PeersErrc::cannot_splice;
    return less->spliced(*less->layout_, rest, stamp);
  }
  if (document_.peers.size() + changes.append.size() > kMaxEntries) return PeersErrc::too_many_entries;
  if (document_.removed.size() + changes.bury.size() > kMaxTombstones) return PeersErrc::too_many_entries;

  Splicer splicer{text_, document_, layout};
  splicer.remove_seals();
  splicer.append_tombstones(changes.bury);
  splicer.edit(changes.edit);
  splicer.append_peers(changes.append);
  auto outcome = step(sealed(splicer.apply(), stamp));
  if (!outcome) return outcome;
  const bool good = is_outcome(document_, changes, outcome->document_) && outcome->findings_ == findings_;
  if (!good) return PeersErrc::cannot_splice;
  return outcome;
}

base::Result<std::vector<PeerEntry>> parse_peers(std::string_view text, Findings& findings) {
  auto parsed = PeersText::parse(std::string{text}, findings);
  if (!parsed) return parsed.error();
  return std::move(*parsed).take_document().peers;
}

}  // namespace store::text
