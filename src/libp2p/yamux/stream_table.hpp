// libp2p/yamux/stream_table.hpp: the live streams by id, and which ids were ever used.
// Machine code. Invariants: ids are handed out once; a Stream stays at its address as long as it is in the table;
// an empty table holds no heap memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "libp2p/yamux/stream.hpp"
#include "libp2p/yamux/types.hpp"

namespace libp2p::yamux {

/// Hands out our ids and remembers how far the remote came with its own.
class StreamIds {
 public:
  explicit StreamIds(Role role) : StreamIds{role == Role::client ? 1U : 2U} {}
  /// `first`: our next id; its parity says who we are. For tests near the end of the range.
  explicit StreamIds(StreamId first) : next_{first}, odd_{first % 2 == 1} {}

  /// Our next id, or nothing if all were used.
  std::optional<StreamId> take();

  bool ours(StreamId id) const { return (id % 2 == 1) == odd_; }
  void saw_remote(StreamId id);

  /// Whether the id may have been in use. The remote's may arrive a little out of order, so all of its ids below
  /// the highest one count as used.
  bool ever_used(StreamId id) const { return ours(id) ? id < next_ : id <= highest_remote_; }

 private:
  std::uint64_t next_;  // Wider than an id, so that the end of the range is a value like any other.
  StreamId highest_remote_ = 0;
  bool odd_;
};

/// A vector sorted by id: small, no memory while empty, and no hash for a peer to attack with chosen ids.
class StreamTable {
 public:
  Stream* find(StreamId id);
  const Stream* find(StreamId id) const;
  /// `id` must not be in the table.
  Stream& add(StreamId id, StreamState state, base::TimePoint now);
  void erase(StreamId id);
  std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    StreamId id;
    std::unique_ptr<Stream> stream;
  };
  std::vector<Slot> slots_;
};

}  // namespace libp2p::yamux
