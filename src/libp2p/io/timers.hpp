// libp2p/io/timers.hpp: the one deadline structure of a loop: a heap ordered by (time, sequence).
// Pure but for `rearm`, which an edge implements (an Asio timer, or the simulator's clock): the simulator gets its
// order from the same structure. Thread rules: belongs to its loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace libp2p::io {

class Timers;

/// A deadline that its owner holds as a member. Disarmed on destruction. Not movable: the heap points at it.
class Timer {
 public:
  Timer(Timers& timers, std::function<void()> on_due) : timers_{timers}, on_due_{std::move(on_due)} {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Due at `at`. Moving a deadline to a later time is cheap: the heap is corrected when the old time comes.
  void arm(base::TimePoint at);
  void cancel();
  bool armed() const { return armed_; }

 private:
  friend class Timers;
  static constexpr std::uint32_t kNotInHeap = UINT32_MAX;

  Timers& timers_;
  std::function<void()> on_due_;
  base::TimePoint due_{};     ///< When it is really due.
  base::TimePoint queued_{};  ///< The key under which the heap holds it; never later than `due_`.
  std::uint64_t sequence_ = 0;
  std::uint32_t index_ = kNotInHeap;
  bool armed_ = false;
};

class Timers {
 public:
  virtual ~Timers() = default;
  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// The earliest key in the heap: when `run_due` is to be called next.
  std::optional<base::TimePoint> next() const;

  /// Runs what is due at `now`, in (time, sequence) order. A callback may arm, cancel and destroy any timer; what
  /// it arms waits for the next run even if it is due already, so that a deadline in the past cannot hold up the
  /// loop.
  void run_due(base::TimePoint now);

  std::size_t size() const { return heap_.size(); }

 protected:
  /// The earliest deadline became `at`.
  virtual void rearm(base::TimePoint at) = 0;
  /// The last deadline was cancelled: nothing needs waking.
  virtual void disarm() {}

 private:
  friend class Timer;

  /// The earliest at or below `index` that is due and was armed in time.
  Timer* first_due(base::TimePoint now, std::uint64_t armed_before, std::size_t index) const;
  void insert(Timer& timer);
  void erase(Timer& timer);
  static bool before(const Timer& a, const Timer& b);
  void sift_up(std::uint32_t index);
  void sift_down(std::uint32_t index);
  void place(Timer* timer, std::uint32_t index);

  std::vector<Timer*> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace libp2p::io
