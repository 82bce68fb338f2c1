// libp2p/conn/byte_queue.hpp: received bytes that wait for their reader, in chunks: the first of exactly the
// data's size, those behind it with room for more, so that a peer that sends byte by byte does not get a chunk for
// each. Empty it takes four words and no heap: a connection has many streams and most of them wait for nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"

namespace libp2p::conn {

class ByteQueue {
 public:
  ByteQueue() = default;
  ~ByteQueue() { clear(); }
  ByteQueue(const ByteQueue&) = delete;
  ByteQueue& operator=(const ByteQueue&) = delete;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// What the chunks take, their spare room and headers included.
  std::size_t memory() const { return memory_; }

  void push(base::ByteSpan bytes);
  /// The first chunk's unread part; empty if the queue is.
  base::ByteSpan front() const;
  /// Drops `bytes` from the front; at most `size()`.
  void pop(std::size_t bytes);
  /// Moves up to `into.size()` bytes out; returns how many.
  std::size_t read(base::MutableBytes into);
  void clear();

 private:
  struct Chunk;

  void add_chunk(base::ByteSpan bytes);

  Chunk* head_ = nullptr;
  Chunk* tail_ = nullptr;
  std::size_t size_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace libp2p::conn
