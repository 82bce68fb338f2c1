#include "libp2p/yamux/scheduler.hpp"

#include <algorithm>
#include <cassert>

namespace libp2p::yamux {

bool Scheduler::empty() const { return busy() == nullptr; }

const Scheduler::Ring* Scheduler::busy() const {
  const auto at = std::ranges::find_if(rings_, [](const Ring& ring) { return ring.head != nullptr; });
  return at != rings_.end() ? &*at : nullptr;
}

Stream* Scheduler::front() const {
  const Ring* ring = busy();
  return ring != nullptr ? ring->head : nullptr;
}

std::uint32_t Scheduler::turn_bytes() const {
  const Ring* ring = busy();
  return ring != nullptr ? ring->turn_bytes : kQuantumBytes;
}

void Scheduler::add(Stream& stream) {
  if (stream.ring_next != nullptr) return;
  Ring& ring = ring_of(stream);
  if (ring.head == nullptr) {
    ring.head = stream.ring_next = stream.ring_prev = &stream;
    return;
  }
  stream.ring_next = ring.head;
  stream.ring_prev = ring.head->ring_prev;
  stream.ring_prev->ring_next = &stream;
  ring.head->ring_prev = &stream;
}

void Scheduler::remove(Stream& stream) {
  if (stream.ring_next == nullptr) return;
  Ring& ring = ring_of(stream);
  if (ring.head == &stream) {
    ring.head = stream.ring_next == &stream ? nullptr : stream.ring_next;
    ring.turn_bytes = kQuantumBytes;
  }
  stream.ring_next->ring_prev = stream.ring_prev;
  stream.ring_prev->ring_next = stream.ring_next;
  stream.ring_next = stream.ring_prev = nullptr;
}

void Scheduler::charge(std::uint32_t bytes) {
  Ring& ring = ring_of(*front());
  assert(bytes <= ring.turn_bytes);
  ring.turn_bytes -= bytes;
  if (ring.turn_bytes > 0) return;
  ring.head = ring.head->ring_next;
  ring.turn_bytes = kQuantumBytes;
}

}  // namespace libp2p::yamux
