// store/text/key_index.hpp: where in a list the item with a given key stands. Holds positions only, the keys stay
// in the list: a map of 100,000 keys costs a tenth of reading the file. Internal to this folder. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/peer_entry.hpp"

namespace store::text {

/// `Item` has a member `key`. The list is handed over at every call, and must be the same one.
template <class Item>
class KeyIndex {
 public:
  struct Place {
    std::uint32_t index = 0;
    bool is_new = false;
  };

  /// Where the item with `key` stands in `items`. If it is new, its place is at their end: push it back there.
  Place place_of(const RawKey& key, const std::vector<Item>& items) {
    if (items.size() * 2 >= slots_.size()) grow(items);
    std::size_t slot = RawKeyHash{}(key) & (slots_.size() - 1);
    for (; slots_[slot] != kFree; slot = (slot + 1) & (slots_.size() - 1)) {
      if (items[slots_[slot] - 1].key == key) return {.index = slots_[slot] - 1, .is_new = false};
    }
    const auto end = static_cast<std::uint32_t>(items.size());
    slots_[slot] = end + 1;
    return {.index = end, .is_new = true};
  }

 private:
  static constexpr std::uint32_t kFree = 0;

  /// At most half full after it, a quarter at first.
  void grow(const std::vector<Item>& items) {
    slots_.assign(std::bit_ceil(items.size() * 4 + 16), kFree);
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::size_t slot = RawKeyHash{}(items[i].key) & (slots_.size() - 1);
      while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
  }

  std::vector<std::uint32_t> slots_;  ///< Open addressing; index + 1, or kFree.
};

}  // namespace store::text
