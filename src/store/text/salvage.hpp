// store/text/salvage.hpp: what can still be read of a peers.yaml that is no longer one: cut off, overwritten in
// parts, badly indented. Pure. Every entry is tried by itself; nothing of an unfinished last line is believed.
#pragma once

#include <string_view>
#include <vector>

#include "store/peer_entry.hpp"

namespace store::text {

struct Salvaged {
  std::vector<PeerEntry> peers;
  std::vector<Tombstone> removed;

  bool empty() const { return peers.empty() && removed.empty(); }
};

/// O(size); bounded by the limits of a whole file.
Salvaged salvage(std::string_view text);

}  // namespace store::text
