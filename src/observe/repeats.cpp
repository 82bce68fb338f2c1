#include "observe/repeats.hpp"

#include <utility>

namespace observe {

Repeats::Verdict Repeats::note(std::string_view key, base::TimePoint now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (by_key_.size() >= options_.max_keys) {
      by_key_.erase(order_.back().key);
      order_.pop_back();
    }
    order_.push_front({.key = std::string{key}, .told = now});
    by_key_.emplace(order_.front().key, order_.begin());
    return {.say = Say::first};
  }
  order_.splice(order_.begin(), order_, found->second);
  Entry& entry = order_.front();
  ++entry.folded;
  if (now - entry.told < options_.interval) return {.say = Say::nothing, .repeats = entry.folded};
  entry.told = now;
  return {.say = Say::summary, .repeats = std::exchange(entry.folded, 0)};
}

std::uint64_t Repeats::clear(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return 0;
  const Order::iterator entry = found->second;
  const std::uint64_t folded = entry->folded;
  by_key_.erase(found);
  order_.erase(entry);
  return folded;
}

std::uint64_t Repeats::clear_all(std::string_view prefix) {
  std::uint64_t folded = 0;
  for (auto at = order_.begin(); at != order_.end();) {
    const std::string_view key = (at++)->key;
    if (key.starts_with(prefix)) folded += clear(key);
  }
  return folded;
}

}  // namespace observe
