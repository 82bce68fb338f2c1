#include "store/text/peers_yaml.hpp"

#include <algorithm>
#include <unordered_set>

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
  if (!edit.learned) return;
  entry.sequence = edit.learned->sequence;
  entry.record = edit.learned->record;
  if (edit.learned->last_seen) entry.last_seen = edit.learned->last_seen;
}

/// What of `changes` a file can hold.
Changes writable_part(Changes changes) {
  for (PeerEntry& peer : changes.append) peer = writable(std::move(peer));
  for (EntryEdit& edit : changes.edit) {
    PeerEntry held{.addresses = std::move(edit.addresses).value_or(std::vector<libp2p::Multiaddr>{})};
    if (edit.name) held.name = *edit.name;
    if (edit.learned) held.last_seen = edit.learned->last_seen;
    held = writable(std::move(held));
    if (edit.name && held.name.empty()) edit.name.reset();
    if (edit.addresses) edit.addresses = std::move(held.addresses);
    if (edit.learned) edit.learned->last_seen = held.last_seen;
  }
  for (Tombstone& tombstone : changes.bury) {
    tombstone.at = std::chrono::floor<std::chrono::seconds>(tombstone.at);
  }
  return changes;
}

/// What is to be read after `changes`.
void apply(const Changes& changes, Document& document) {
  document.version = kSchemaVersion;
  const KeySet gone{changes.remove.begin(), changes.remove.end()};
  const KeySet unburied{changes.unbury.begin(), changes.unbury.end()};
  std::erase_if(document.peers, [&](const PeerEntry& peer) { return gone.contains(peer.key); });
  std::erase_if(document.removed, [&](const Tombstone& tombstone) { return unburied.contains(tombstone.key); });
  std::unordered_map<RawKey, const EntryEdit*, RawKeyHash> edits;
  for (const EntryEdit& edit : changes.edit) edits.emplace(edit.key, &edit);
  for (PeerEntry& peer : document.peers) {
    if (edits.empty()) break;
    if (const auto edit = edits.find(peer.key); edit != edits.end()) apply(*edit->second, peer);
  }
  document.peers.insert(document.peers.end(), changes.append.begin(), changes.append.end());
  document.removed.insert(document.removed.end(), changes.bury.begin(), changes.bury.end());
}

bool says_the_same(const Document& one, const Document& other) {
  return one.version == other.version && one.peers == other.peers && one.removed == other.removed &&
         one.unusable == other.unusable;
}

}  // namespace

PeersText::PeersText() : layout_{std::make_unique<Layout>()} {}
PeersText::PeersText(PeersText&&) noexcept = default;
PeersText& PeersText::operator=(PeersText&&) noexcept = default;
PeersText::~PeersText() = default;

PeersText PeersText::blank() { return {}; }

base::Result<PeersText> PeersText::parse(std::string text, Findings& findings) {
  const auto refused = [&findings](PeersErrc code) {
    findings.add({.line = 1, .reason = make_error_code(code).message()});
    return make_error_code(code);
  };
  if (text.empty()) return refused(PeersErrc::empty_file);
  if (text.size() > kMaxFileBytes) return refused(PeersErrc::too_large);
  PeersText parsed;
  parsed.text_ = std::move(text);
  const std::size_t found_before = findings.total;
  auto document = PeersReader{parsed.text_, findings, parsed.layout_.get()}.read();
  if (!document) return document.error();
  parsed.document_ = std::move(*document);
  parsed.document_.seal = find_seal(parsed.text_);
  parsed.findings_ = findings.total - found_before;
  for (const EntrySite& site : parsed.layout_->peers.sites) {
    if (site.index == EntrySite::kLeftOut) parsed.document_.unusable.push_back(site.key);
  }
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
    return migrated->with(asked, stamp);
  }
  const Changes changes = writable_part(asked);
  if (!changes.remove.empty() || !changes.unbury.empty()) {
    // In a pass of its own: what is removed may be what the new entries would stand behind.
    Splicer splicer{text_, document_, *layout_};
    splicer.remove_peers(changes.remove);
    splicer.remove_tombstones(changes.unbury);
    const auto less = step(splicer.apply());
    if (!less) return less.error();
    Document meant{document_};
    apply({.append = {}, .edit = {}, .remove = changes.remove, .bury = {}, .unbury = changes.unbury}, meant);
    if (!says_the_same(meant, less->document_)) return PeersErrc::cannot_splice;
    Changes rest = changes;
    rest.remove.clear();
    rest.unbury.clear();
    return less->with(rest, stamp);
  }
  if (document_.peers.size() + changes.append.size() > kMaxEntries) return PeersErrc::too_many_entries;
  if (document_.removed.size() + changes.bury.size() > kMaxTombstones) return PeersErrc::too_many_entries;

  Splicer splicer{text_, document_, *layout_};
  splicer.remove_seals();
  splicer.append_tombstones(changes.bury);
  splicer.edit(changes.edit);
  splicer.append_peers(changes.append);
  auto spliced = step(sealed(splicer.apply(), stamp));
  if (!spliced) return spliced;
  Document meant{document_};
  apply(changes, meant);
  const bool good = says_the_same(meant, spliced->document_) && spliced->findings_ == findings_;
  if (!good) return PeersErrc::cannot_splice;
  return spliced;
}

base::Result<std::vector<PeerEntry>> parse_peers(std::string_view text, Findings& findings) {
  auto parsed = PeersText::parse(std::string{text}, findings);
  if (!parsed) return parsed.error();
  return std::move(*parsed).take_document().peers;
}

}  // namespace store::text
