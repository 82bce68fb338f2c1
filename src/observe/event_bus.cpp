#include "observe/event_bus.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <mutex>
#include <unordered_map>

namespace observe {
namespace detail {

/// What waits for one subscriber.
class BusQueue {
 public:
  explicit BusQueue(SubscribeOptions options)
      : capacity_{std::max<std::size_t>(options.capacity, 1)}, wake_{std::move(options.wake)} {}

  /// True if the subscriber is to be woken.
  bool push(const BusItem& item) {
    const std::scoped_lock lock{mutex_};
    if (items_.size() == capacity_) {
      items_.pop_front();
      ++lost_;
    }
    items_.push_back(item);
    return !std::exchange(woken_, true);
  }

  std::vector<BusItem> take() {
    const std::scoped_lock lock{mutex_};
    woken_ = false;
    std::vector<BusItem> items{std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end())};
    items_.clear();
    return items;
  }

  std::uint64_t lost() const {
    const std::scoped_lock lock{mutex_};
    return lost_;
  }

  void wake() {
    const std::scoped_lock lock{wake_mutex_};
    if (wake_) wake_();
  }

  /// Waits for a wake that is under way; none follows.
  void close() {
    const std::scoped_lock lock{wake_mutex_};
    wake_ = nullptr;
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<BusItem> items_;
  std::uint64_t lost_ = 0;
  bool woken_ = false;
  std::mutex wake_mutex_;  ///< Apart from `mutex_`, so that a wake never holds up the queue.
  std::function<void()> wake_;
};

/// Who wants what. Publishing holds the lock while it fills the queues: that makes the one order for all.
class BusCore {
 public:
  bool wanted(std::type_index type) const {
    const std::scoped_lock lock{mutex_};
    return queues_.contains(type);
  }

  void deliver(const BusItem& item) {
    std::vector<std::shared_ptr<BusQueue>> to_wake;
    {
      const std::scoped_lock lock{mutex_};
      const auto found = queues_.find(item.type);
      if (found == queues_.end()) return;
      for (const auto& queue : found->second) {
        if (queue->push(item)) to_wake.push_back(queue);
      }
    }
    for (const auto& queue : to_wake) queue->wake();
  }

  void join(std::span<const std::type_index> types, const std::shared_ptr<BusQueue>& queue) {
    const std::scoped_lock lock{mutex_};
    for (const std::type_index type : types) queues_[type].push_back(queue);
  }

  void leave(const std::shared_ptr<BusQueue>& queue) {
    const std::scoped_lock lock{mutex_};
    for (auto at = queues_.begin(); at != queues_.end();) {
      std::erase(at->second, queue);
      at = at->second.empty() ? queues_.erase(at) : std::next(at);
    }
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::type_index, std::vector<std::shared_ptr<BusQueue>>> queues_;
};

BusMember::BusMember(std::shared_ptr<BusCore> core, std::shared_ptr<BusQueue> queue)
    : core_{std::move(core)}, queue_{std::move(queue)} {}

BusMember& BusMember::operator=(BusMember&& other) noexcept {
  leave();
  core_ = std::move(other.core_);
  queue_ = std::move(other.queue_);
  return *this;
}

BusMember::~BusMember() { leave(); }

void BusMember::leave() noexcept {
  if (!queue_) return;
  core_->leave(queue_);
  queue_->close();
}

std::vector<BusItem> BusMember::take() { return queue_->take(); }

std::uint64_t BusMember::lost() const { return queue_->lost(); }

}  // namespace detail

Bus::Bus() : core_{std::make_shared<detail::BusCore>()} {}

Bus::~Bus() = default;

bool Bus::wanted(std::type_index type) const { return core_->wanted(type); }

void Bus::deliver(const detail::BusItem& item) { core_->deliver(item); }

detail::BusMember Bus::join(std::span<const std::type_index> types, SubscribeOptions options) {
  auto queue = std::make_shared<detail::BusQueue>(std::move(options));
  core_->join(types, queue);
  return {core_, std::move(queue)};
}

}  // namespace observe
