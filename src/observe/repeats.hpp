// observe/repeats.hpp: folds the repeats of a failure, so that a peer that stays away costs one line and then one
// per interval with a count. Pure: `now` is passed in. Thread rules: none, its owner's thread.
// Invariant: at most `max_keys` are held; the one that was silent longest goes first.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "observe/limits.hpp"

namespace observe {

class Repeats {
 public:
  struct Options {
    base::Duration interval = kRepeatInterval;
    std::size_t max_keys = kMaxRepeatKeys;  ///< At least 1.
  };

  enum class Say : std::uint8_t {
    first,    ///< Log it as it is (warn).
    summary,  ///< Log it with `repeats`: so often since the last line (info).
    nothing,  ///< Folded into the next summary.
  };
  struct Verdict {
    Say say = Say::nothing;
    std::uint64_t repeats = 0;  ///< Occurrences since the last line, this one included; 0 for `first`.
  };

  Repeats() : Repeats{Options{}} {}
  explicit Repeats(Options options) : options_{options} {}

  /// `key` happened at `now`.
  Verdict note(std::string_view key, base::TimePoint now);

  /// It is over (the dial succeeded): the number that was folded and never told. The next one is `first` again.
  std::uint64_t clear(std::string_view key);
  /// The same for all keys that begin with `prefix`; looks at every key that is held.
  std::uint64_t clear_all(std::string_view prefix);

  std::size_t size() const { return by_key_.size(); }

 private:
  struct Entry {
    std::string key;
    base::TimePoint told;
    std::uint64_t folded = 0;
  };
  using Order = std::list<Entry>;  ///< Latest first.

  Options options_;
  Order order_;
  std::unordered_map<std::string_view, Order::iterator> by_key_;  ///< Keys point into `order_`.
};

}  // namespace observe
