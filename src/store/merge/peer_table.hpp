// store/merge/peer_table.hpp: all peers of one version of the file, packed: their data in one piece of memory, a
// table of positions, and an index by key. Pure. In the order of the file; never changed, only made anew.
// Cost: 12 to 16 bytes per peer for positions and index, 25 for lengths and flags, 2 per address.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "store/peer_entry.hpp"

namespace store::merge {

class PeerTable {
 public:
  PeerTable() = default;
  /// `since(key)`: the generation of the file in which that peer first stood. Keys must differ.
  PeerTable(std::span<const PeerEntry> peers, const std::function<std::uint64_t(const RawKey&)>& since);

  std::size_t size() const { return starts_.size(); }
  bool empty() const { return starts_.empty(); }
  std::size_t bytes() const;  ///< Of memory held.

  std::optional<std::uint32_t> find(const RawKey& key) const;
  bool contains(const RawKey& key) const { return find(key).has_value(); }

  RawKey key(std::uint32_t index) const;
  std::uint64_t since(std::uint32_t index) const;
  std::uint64_t sequence(std::uint32_t index) const;
  PeerEntry entry(std::uint32_t index) const;
  std::vector<PeerEntry> entries() const;  ///< All, unpacked, in their order.
  /// True if that peer has the addresses, the name and the source of `other`, without unpacking it.
  bool says_the_same(std::uint32_t index, const PeerEntry& other) const;
  bool has_addresses(std::uint32_t index, std::span<const libp2p::Multiaddr> addresses) const;
  Source source(std::uint32_t index) const;

 private:
  struct Head;
  Head head(std::uint32_t index) const;
  base::ByteSpan body(std::uint32_t index) const;

  base::Bytes packed_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> slots_;  ///< Open addressing; index + 1, or 0.
};

}  // namespace store::merge
