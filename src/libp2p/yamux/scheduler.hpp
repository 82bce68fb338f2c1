// libp2p/yamux/scheduler.hpp: whose turn it is to send: classes first, round robin within a class.
// Machine code. Links live in the streams, so an empty scheduler owns nothing and every call is O(1).
// Invariant: only streams that can send are in a ring; one blocked on credit costs nothing. Among streams of a
// class that always have data, the bytes sent never differ by more than one quantum, however gathers cut the
// turns.
#pragma once

#include <array>
#include <cstdint>

#include "libp2p/yamux/limits.hpp"
#include "libp2p/yamux/stream.hpp"

namespace libp2p::yamux {

class Scheduler {
 public:
  bool empty() const;

  /// The stream to serve next; null if there is none.
  Stream* front() const;

  /// What is left of the turn of `front()`, in payload bytes; at least 1.
  std::uint32_t turn_bytes() const;

  /// Puts the stream at the end of the ring of its class; nothing if it is in one.
  void add(Stream& stream);
  void remove(Stream& stream);

  /// `front()` sent `bytes`, at most `turn_bytes()`: at the end of its turn the next stream comes to the front.
  void charge(std::uint32_t bytes);

 private:
  struct Ring {
    Stream* head = nullptr;
    std::uint32_t turn_bytes = kQuantumBytes;
  };
  Ring& ring_of(const Stream& stream) { return rings_[static_cast<std::size_t>(stream.traffic)]; }
  const Ring* busy() const;

  std::array<Ring, 3> rings_;
};

}  // namespace libp2p::yamux
