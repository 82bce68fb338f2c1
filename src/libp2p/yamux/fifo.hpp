// libp2p/yamux/fifo.hpp: a small queue that holds no memory while it is empty (a std::deque takes 700 bytes).
// Amortised O(1) push and pop; bounds are the owner's.
#pragma once

#include <cstddef>
#include <vector>

namespace libp2p::yamux {

template <class T>
class Fifo {
 public:
  bool empty() const { return items_.size() == taken_; }
  std::size_t size() const { return items_.size() - taken_; }
  const T& front() const { return items_[taken_]; }

  void push(T item) { items_.push_back(item); }

  void pop() {
    ++taken_;
    if (empty() || (taken_ >= kKeep && taken_ * 2 >= items_.size())) compact();
  }

  template <class Predicate>
  void erase_if(Predicate predicate) {
    compact();
    std::erase_if(items_, predicate);
    compact();
  }

 private:
  static constexpr std::size_t kKeep = 16;

  void compact() {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    if (items_.empty() && items_.capacity() > kKeep) items_ = std::vector<T>{};
  }

  std::vector<T> items_;
  std::size_t taken_ = 0;  ///< Items before it were popped.
};

}  // namespace libp2p::yamux
