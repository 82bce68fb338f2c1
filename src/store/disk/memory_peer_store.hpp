// store/disk/memory_peer_store.hpp: a PeerStore without a disk, for the simulator and for tests. What was updated
// is what a later `load` gives, so one object outlives the restarts of a simulated node.
#pragma once

#include <map>

#include "store/peer_store.hpp"

namespace store::disk {

class MemoryPeerStore final : public PeerStore {
 public:
  explicit MemoryPeerStore(std::vector<PeerEntry> peers = {}) {
    for (PeerEntry& peer : peers) peers_.emplace(peer.key, std::move(peer));
  }

  base::Result<std::vector<PeerEntry>> load(Findings&) override {
    std::vector<PeerEntry> peers;
    peers.reserve(peers_.size());
    for (const auto& [key, peer] : peers_) peers.push_back(peer);
    return peers;
  }
  void update(PeerEntry fact, base::TimePoint) override {
    const auto [at, is_new] = peers_.try_emplace(fact.key, fact);
    if (is_new || fact.sequence < at->second.sequence) return;
    // The operator's addresses stay theirs; only what the node learned is replaced.
    if (at->second.source == Source::operator_entry) {
      fact.addresses = std::move(at->second.addresses);
      fact.name = std::move(at->second.name);
      fact.source = Source::operator_entry;
    }
    at->second = std::move(fact);
  }
  void add(PeerEntry entry, base::TimePoint) override {
    entry.source = Source::operator_entry;
    peers_.insert_or_assign(entry.key, std::move(entry));
  }
  void remove(const RawKey& key, base::TimePoint) override { peers_.erase(key); }
  std::optional<base::TimePoint> next_deadline() const override { return std::nullopt; }
  std::optional<SaveReport> save_if_due(base::TimePoint) override { return std::nullopt; }
  SaveReport flush(base::TimePoint) override { return {}; }

  std::size_t size() const { return peers_.size(); }

 private:
  std::map<RawKey, PeerEntry> peers_;
};

}  // namespace store::disk
