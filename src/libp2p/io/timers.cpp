#include "libp2p/io/timers.hpp"

namespace libp2p::io {

void Timer::arm(base::TimePoint at) {
  due_ = at;
  if (armed_ && queued_ <= at) return;  // moved later: corrected when the old key comes up
  cancel();
  armed_ = true;
  queued_ = at;
  sequence_ = timers_.next_sequence_++;
  timers_.insert(*this);
}

void Timer::cancel() {
  if (!armed_) return;
  armed_ = false;
  timers_.erase(*this);
  if (timers_.heap_.empty()) timers_.disarm();
}

std::optional<base::TimePoint> Timers::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->queued_;
}

void Timers::run_due(base::TimePoint now) {
  const std::uint64_t armed_before = next_sequence_;
  while (Timer* const timer = first_due(now, armed_before, 0)) {
    erase(*timer);
    if (timer->due_ > timer->queued_) {  // moved meanwhile: others may be due before it
      timer->queued_ = timer->due_;
      insert(*timer);
      continue;
    }
    timer->armed_ = false;
    const std::function<void()> due = timer->on_due_;  // a callback may destroy its own timer
    due();
  }
  if (!heap_.empty()) rearm(heap_.front()->queued_);
}

Timer* Timers::first_due(base::TimePoint now, std::uint64_t armed_before, std::size_t index) const {
  if (index >= heap_.size() || heap_[index]->queued_ > now) return nullptr;
  if (heap_[index]->sequence_ < armed_before) return heap_[index];
  Timer* const left = first_due(now, armed_before, 2 * index + 1);
  Timer* const right = first_due(now, armed_before, 2 * index + 2);
  if (left == nullptr || right == nullptr) return left != nullptr ? left : right;
  return before(*left, *right) ? left : right;
}

void Timers::insert(Timer& timer) {
  heap_.push_back(&timer);
  timer.index_ = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(timer.index_);
  if (heap_.front() == &timer) rearm(timer.queued_);
}

void Timers::erase(Timer& timer) {
  const std::uint32_t hole = timer.index_;
  timer.index_ = Timer::kNotInHeap;
  Timer* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  place(last, hole);
  sift_up(hole);
  sift_down(last->index_);
}

bool Timers::before(const Timer& a, const Timer& b) {
  return a.queued_ != b.queued_ ? a.queued_ < b.queued_ : a.sequence_ < b.sequence_;
}

void Timers::sift_up(std::uint32_t index) {
  Timer* timer = heap_[index];
  while (index > 0) {
    const std::uint32_t parent = (index - 1) / 2;
    if (!before(*timer, *heap_[parent])) break;
    place(heap_[parent], index);
    index = parent;
  }
  place(timer, index);
}

void Timers::sift_down(std::uint32_t index) {
  Timer* timer = heap_[index];
  const auto size = static_cast<std::uint32_t>(heap_.size());
  for (;;) {
    std::uint32_t child = 2 * index + 1;
    if (child >= size) break;
    if (child + 1 < size && before(*heap_[child + 1], *heap_[child])) ++child;
    if (!before(*heap_[child], *timer)) break;
    place(heap_[child], index);
    index = child;
  }
  place(timer, index);
}

void Timers::place(Timer* timer, std::uint32_t index) {
  heap_[index] = timer;
  timer->index_ = index;
}

}  // namespace libp2p::io
