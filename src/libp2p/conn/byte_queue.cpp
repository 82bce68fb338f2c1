#include "libp2p/conn/byte_queue.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace libp2p::conn {
namespace {

/// A chunk behind another has at least this much room.
constexpr std::size_t kLeastRoom = 512;

}  // namespace

/// Header of one allocation; the bytes follow it.
struct ByteQueue::Chunk {
  Chunk* next = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t capacity = 0;

  std::size_t memory() const { return sizeof(Chunk) + capacity; }
  std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

void ByteQueue::push(base::ByteSpan bytes) {
  size_ += bytes.size();
  if (tail_ != nullptr) {
    const std::size_t here = std::min<std::size_t>(bytes.size(), tail_->capacity - tail_->end);
    std::ranges::copy(bytes.first(here), tail_->data() + tail_->end);
    tail_->end += static_cast<std::uint32_t>(here);
    bytes = bytes.subspan(here);
  }
  if (!bytes.empty()) add_chunk(bytes);
}

void ByteQueue::add_chunk(base::ByteSpan bytes) {
  const std::size_t capacity = head_ == nullptr ? bytes.size() : std::max(bytes.size(), kLeastRoom);
  void* memory = ::operator new(sizeof(Chunk) + capacity);
  auto* chunk = new (memory)
      Chunk{.end = static_cast<std::uint32_t>(bytes.size()), .capacity = static_cast<std::uint32_t>(capacity)};
  std::memcpy(chunk->data(), bytes.data(), bytes.size());
  (tail_ != nullptr ? tail_->next : head_) = chunk;
  tail_ = chunk;
  memory_ += chunk->memory();
}

base::ByteSpan ByteQueue::front() const {
  if (head_ == nullptr) return {};
  return {head_->data() + head_->begin, head_->end - head_->begin};
}

void ByteQueue::pop(std::size_t bytes) {
  size_ -= bytes;
  while (bytes > 0) {
    const std::size_t here = std::min<std::size_t>(bytes, head_->end - head_->begin);
    head_->begin += static_cast<std::uint32_t>(here);
    bytes -= here;
    if (head_->begin < head_->end) return;
    Chunk* done = head_;
    head_ = done->next;
    if (head_ == nullptr) tail_ = nullptr;
    memory_ -= done->memory();
    ::operator delete(done);
  }
}

std::size_t ByteQueue::read(base::MutableBytes into) {
  std::size_t done = 0;
  while (done < into.size() && !empty()) {
    const base::ByteSpan chunk = front();
    const std::size_t here = std::min(chunk.size(), into.size() - done);
    std::memcpy(into.data() + done, chunk.data(), here);
    pop(here);
    done += here;
  }
  return done;
}

void ByteQueue::clear() { pop(size_); }

}  // namespace libp2p::conn
