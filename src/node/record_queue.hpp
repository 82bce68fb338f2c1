// node/record_queue.hpp: records of peers.yaml whose signatures are still to be checked, in their order. A check
// costs some 75 us, and a file holds many. Machine code: no I/O, no clock. Invariant: at most one record of a
// peer, the one that was put in last.
#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "libp2p/peer_id.hpp"

namespace node {

class RecordQueue {
 public:
  struct Item {
    libp2p::PeerId peer;
    base::Bytes envelope;
  };

  /// In the place of the one of that peer, if there is one.
  void put(const libp2p::PeerId& peer, base::Bytes envelope);
  /// The record of `peer`, which leaves the queue.
  std::optional<Item> take(const libp2p::PeerId& peer);
  /// The one that waits longest.
  std::optional<Item> take_next();
  void clear() { *this = RecordQueue{}; }

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  bool contains(const libp2p::PeerId& peer) const { return waiting_.contains(peer); }

 private:
  std::unordered_map<libp2p::PeerId, base::Bytes> waiting_;
  std::vector<libp2p::PeerId> order_;  ///< From `next_` on; some may have left already.
  std::size_t next_ = 0;
};

}  // namespace node
