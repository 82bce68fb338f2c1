// fuzz/peers_yaml_fuzz.cpp: any bytes as a peers.yaml. A splice keeps what was read and can be read again.
#include <algorithm>
#include <cstdlib>

#include "base/bytes.hpp"
#include "store/text/peers_yaml.hpp"
#include "store/text/salvage.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// True if `whole` is `part` with insertions only.
bool has_all_bytes_of(std::string_view whole, std::string_view part) {
  std::size_t at = 0;
  for (const char c : part) {
    at = whole.find(c, at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return true;
}

store::PeerEntry learned() {
  store::PeerEntry entry{.sequence = 7, .source = store::Source::exchange};
  entry.key.fill(0xa5);
  entry.addresses.push_back(*libp2p::Multiaddr::from_text("/ip4/192.0.2.7/tcp/9000"));
  entry.record = {1, 2, 3};
  return entry;
}

store::text::Changes changes_to(const store::text::Document& document) {
  store::text::Changes changes;
  const auto entry = learned();
  const auto held = std::ranges::find(document.peers, entry.key, &store::PeerEntry::key);
  const bool is_unusable = std::ranges::find(document.unusable, entry.key) != document.unusable.end();
  if (held != document.peers.end()) {
    changes.edit = {{.key = entry.key,
                     .learned = store::text::EntryEdit::Learned{.sequence = 7, .record = entry.record},
                     .last_seen = base::WallTime{}}};
  } else if (is_unusable) {
    changes.remove = {entry.key};
  } else {
    changes.append = {entry};
  }
  store::Tombstone tombstone;
  tombstone.key.fill(0x5a);
  if (std::ranges::find(document.removed, tombstone.key, &store::Tombstone::key) == document.removed.end()) {
    changes.bury = {tombstone};
  }
  return changes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  store::Findings findings;
  const auto peers = store::text::parse_peers(text, findings);
  require(peers || !findings.first.empty());
  require(findings.first.size() <= findings.total);

  if (!peers) {
    store::text::salvage(text);
    return 0;
  }
  store::Findings again;
  const auto parsed = store::text::PeersText::parse(std::string{text}, again);
  require(bool{parsed});
  const auto changes = changes_to(parsed->document());
  const auto spliced = parsed->with(changes, {.file_id = 7, .generation = 8});
  if (!spliced) return 0;
  store::Findings after_findings;
  const auto after = store::text::PeersText::parse(spliced->text(), after_findings);
  require(bool{after});
  const bool takes_out = !changes.remove.empty();  // what cannot be used, and what was found wrong with it
  require(takes_out ? after_findings.total < findings.total : after_findings.total == findings.total);
  require(after->document().seal && after->document().seal->intact);
  require(after->document().peers.size() == peers->size() + changes.append.size());
  for (std::size_t i = 0; i < peers->size(); ++i) require(after->document().peers[i].key == (*peers)[i].key);
  // `null` and `[]` give way to the first entry, an older version to the newest, a seal to a newer one.
  const bool only_grows = !takes_out && !peers->empty() && changes.edit.empty() &&
                          !parsed->document().removed.empty() && parsed->document().version == 1 &&
                          !parsed->document().seal;
  if (only_grows) require(has_all_bytes_of(spliced->text(), text));
  // What was added can be taken away again.
  store::text::Changes undo;
  for (const auto& added : changes.append) undo.remove.push_back(added.key);
  const auto undone = spliced->with(undo, {.file_id = 7, .generation = 9});
  require(!undone || undone->document().peers.size() == peers->size());
  return 0;
}
