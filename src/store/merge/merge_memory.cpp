// store/merge/merge_memory.cpp: the second half of a merge: what memory wants to be in the file.
#include <algorithm>

#include "store/merge/merger.hpp"

namespace store::merge {
namespace {

template <class Map>
std::vector<RawKey> sorted_keys(const Map& map) {
  std::vector<RawKey> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  std::ranges::sort(keys);
  return keys;
}

/// The addresses of `held`, and behind them those of `more` that it has not.
std::vector<libp2p::Multiaddr> joined(std::vector<libp2p::Multiaddr> held,
                                      const std::vector<libp2p::Multiaddr>& more) {
  for (const auto& address : more) {
    if (std::ranges::find(held, address) == held.end()) held.push_back(address);
  }
  return held;
}

}  // namespace

void Merger::obey_commands() {
  for (const RawKey& key : sorted_keys(waiting_.commands)) {
    const Command& command = waiting_.commands.at(key);
    command.kind == Command::Kind::add ? add(command) : remove(command);
  }
}

void Merger::add(const Command& command) {
  const RawKey& key = command.entry.key;
  const auto buried = std::ranges::find(out_.changes.bury, key, &Tombstone::key);
  if (buried != out_.changes.bury.end()) out_.changes.bury.erase(buried);
  const bool is_unburied = std::ranges::find(out_.changes.unbury, key) != out_.changes.unbury.end();
  if (is_tombstoned_in_file(key) && !is_unburied) out_.changes.unbury.push_back(key);
  gone_.erase(key);
  std::erase(out_.changes.remove, key);
  std::erase(out_.edits.removed, key);
  std::erase(out_.edits.forgotten, key);

  if (const auto appended = appended_.find(key); appended != appended_.end()) {
    PeerEntry& entry = out_.changes.append[appended->second];
    const bool was_learned = entry.source == Source::exchange;
    entry.addresses = was_learned ? command.entry.addresses : joined(entry.addresses, command.entry.addresses);
    entry.source = Source::operator_entry;
    if (!command.entry.name.empty()) entry.name = command.entry.name;
    return;
  }
  const PeerEntry* held = in_file(key);
  if (held == nullptr) {
    PeerEntry entry = command.entry;
    entry.source = Source::operator_entry;
    return append(std::move(entry));
  }
  const bool was_learned = held->source == Source::exchange && !taken_over_.contains(key);
  auto wanted = was_learned && !command.entry.addresses.empty() ? command.entry.addresses
                                                                : joined(held->addresses, command.entry.addresses);
  if (held->source == Source::exchange) {
    edit_of(key).source = Source::operator_entry;
    taken_over_.insert(key);
  }
  if (wanted != held->addresses) edit_of(key).addresses = std::move(wanted);
  if (!command.entry.name.empty() && command.entry.name != held->name) edit_of(key).name = command.entry.name;
}

void Merger::remove(const Command& command) {
  const RawKey& key = command.entry.key;
  gone_.insert(key);
  edits_.erase(key);
  if (const auto appended = appended_.find(key); appended != appended_.end()) {
    auto& list = out_.changes.append;
    const std::size_t index = appended->second;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(index));
    appended_.erase(appended);
    for (auto& [other, at] : appended_) {
      if (at > index) --at;
    }
  }
  const bool is_removed = std::ranges::find(out_.changes.remove, key) != out_.changes.remove.end();
  // Also an entry that cannot be used: mended later, it would undo the removal.
  const bool is_in_file = in_file(key) != nullptr || unusable_.contains(key);
  if (is_in_file && !is_removed) out_.changes.remove.push_back(key);
  std::erase(out_.changes.unbury, key);
  const bool is_buried = std::ranges::find(out_.changes.bury, key, &Tombstone::key) != out_.changes.bury.end();
  if (!is_tombstoned_in_file(key) && !is_buried) out_.changes.bury.push_back({.key = key, .at = command.at});
}

void Merger::write_learned() {
  for (const RawKey& key : sorted_keys(waiting_.learned)) {
    const PeerEntry& fact = waiting_.learned.at(key);
    if (gone_.contains(key) || unusable_.contains(key)) continue;
    if (const auto appended = appended_.find(key); appended != appended_.end()) {
      PeerEntry& entry = out_.changes.append[appended->second];
      if (adds_to(entry, fact)) take_over(entry, PeerEntry{fact});
    } else if (const PeerEntry* held = in_file(key)) {
      write_learned(*held, fact);
    } else if (!is_tombstoned_in_file(key)) {
      append(fact);
    }
  }
}

void Merger::write_learned(const PeerEntry& held, const PeerEntry& fact) {
  if (!adds_to(held, fact)) return;
  if (may_move(held, fact) && !taken_over_.contains(held.key) && fact.addresses != held.addresses) {
    edit_of(held.key).addresses = fact.addresses;
  }
  if (has_newer_record(held, fact)) {
    edit_of(held.key).learned = text::EntryEdit::Learned{.sequence = fact.sequence, .record = fact.record};
  }
  if (fact.last_seen > held.last_seen) edit_of(held.key).last_seen = fact.last_seen;
}

}  // namespace store::merge
