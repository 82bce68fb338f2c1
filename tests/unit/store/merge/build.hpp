// Versions of a peers.yaml for the tests of the merge, in few words.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "store/merge/merge.hpp"

namespace store::merge {

inline constexpr std::uint64_t kFileId = 0xf11e;
inline const base::WallTime kNow{std::chrono::hours{24 * 365 * 50}};

inline RawKey key_of(std::uint8_t byte) {
  RawKey key;
  key.fill(byte);
  return key;
}
inline libp2p::Multiaddr address(int number) {
  return *libp2p::Multiaddr::from_text("/ip4/192.0.2." + std::to_string(number) + "/tcp/9000");
}
inline PeerEntry by_hand(std::uint8_t byte, std::vector<libp2p::Multiaddr> addresses = {address(1)}) {
  return {.key = key_of(byte), .addresses = std::move(addresses)};
}
inline PeerEntry learned(std::uint8_t byte, std::uint64_t sequence = 1,
                         std::vector<libp2p::Multiaddr> addresses = {address(1)}) {
  return {.key = key_of(byte),
          .addresses = std::move(addresses),
          .record = base::Bytes{byte, static_cast<std::uint8_t>(sequence)},
          .sequence = sequence,
          .source = Source::exchange};
}
inline std::vector<PeerEntry> by_hand_all(std::initializer_list<std::uint8_t> bytes) {
  std::vector<PeerEntry> peers;
  for (const std::uint8_t byte : bytes) peers.push_back(by_hand(byte));
  return peers;
}

/// A version of the file as it was written: sealed, whole.
inline text::Document version(std::uint64_t generation, std::vector<PeerEntry> peers,
                              std::vector<Tombstone> removed = {}) {
  return {.version = 1,
          .peers = std::move(peers),
          .removed = std::move(removed),
          .unusable = {},
          .seal = text::Seal{.stamp = {kFileId, generation}, .intact = true}};
}
/// An edit of that version: the seal no longer fits.
inline text::Document edited(std::uint64_t generation, std::vector<PeerEntry> peers,
                             std::vector<Tombstone> removed = {}) {
  text::Document document = version(generation, std::move(peers), std::move(removed));
  document.seal->intact = false;
  return document;
}
inline text::Document without_seal(text::Document document) {
  document.seal.reset();
  return document;
}

/// With an entry of that key which cannot be read.
inline text::Document with_unusable(text::Document document, std::uint8_t byte) {
  document.unusable = {key_of(byte)};
  return document;
}

/// What is in the file after `outcome`: as PeersText::with, without text.
inline text::Document after(text::Document file, const text::Changes& changes) {
  const auto has = [](const std::vector<RawKey>& keys, const RawKey& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  std::erase_if(file.peers, [&](const PeerEntry& peer) { return has(changes.remove, peer.key); });
  std::erase_if(file.removed, [&](const Tombstone& tombstone) { return has(changes.unbury, tombstone.key); });
  for (const text::EntryEdit& edit : changes.edit) {
    const auto peer = std::ranges::find(file.peers, edit.key, &PeerEntry::key);
    if (peer == file.peers.end()) continue;
    if (edit.mended_key) peer->key = *edit.mended_key;
    if (edit.name) peer->name = *edit.name;
    if (edit.source) peer->source = *edit.source;
    if (edit.addresses) peer->addresses = *edit.addresses;
    if (edit.last_seen) peer->last_seen = edit.last_seen;
    if (!edit.learned) continue;
    peer->sequence = edit.learned->sequence;
    peer->record = edit.learned->record;
  }
  file.peers.insert(file.peers.end(), changes.append.begin(), changes.append.end());
  file.removed.insert(file.removed.end(), changes.bury.begin(), changes.bury.end());
  return file;
}

inline const PeerEntry* find(const text::Document& document, const RawKey& key) {
  const auto peer = std::ranges::find(document.peers, key, &PeerEntry::key);
  return peer != document.peers.end() ? &*peer : nullptr;
}
inline bool buried(const text::Document& document, const RawKey& key) {
  return std::ranges::find(document.removed, key, &Tombstone::key) != document.removed.end();
}

/// The keys' first bytes.
inline std::vector<int> numbers(const std::vector<PeerEntry>& peers) {
  std::vector<int> all;
  all.reserve(peers.size());
  for (const PeerEntry& peer : peers) all.push_back(peer.key[0]);
  return all;
}
inline Outcome merged(const Base& base, const text::Document& file, const Waiting& waiting = {},
                      bool bad_entries = false) {
  return merge(base, file, bad_entries, waiting, kNow);
}
/// Generation 5, with peers 1 to 5; 5 was written in it, the others before.
inline Base five() {
  return base_of(version(5, by_hand_all({1, 2, 3, 4, 5})), base_of(version(4, by_hand_all({1, 2, 3, 4})), {}));
}
inline Waiting knowing(std::initializer_list<PeerEntry> facts) {
  Waiting waiting;
  for (const PeerEntry& fact : facts) waiting.learned.emplace(fact.key, fact);
  return waiting;
}

}  // namespace store::merge
