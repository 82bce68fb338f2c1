// store/disk/save_schedule.hpp: when to write what changed. Machine code: no I/O, no clock.
// Changes are written together: one second after the last of them, at the latest five after the first, and never
// twice within a second; a save that costs much is followed by a rest in proportion. A failed write is tried again
// with back-off, sooner never than that, for as long as it takes.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/rng.hpp"

namespace store::disk {

inline constexpr base::Duration kSaveQuiet = std::chrono::seconds{1};  ///< Also the least time between writes.
inline constexpr base::Duration kSaveLatest = std::chrono::seconds{5};
/// So much longer than a save took is the rest behind it: a large file costs at most a tenth of a CPU.
inline constexpr int kSaveRestPerCost = 9;
inline constexpr base::Duration kSaveRestCap = std::chrono::minutes{1};
inline constexpr base::Duration kRetryFirst = std::chrono::seconds{1};
inline constexpr base::Duration kRetryCap = std::chrono::minutes{1};

class SaveSchedule {
 public:
  void on_change(base::TimePoint now);
  /// `took`: how long this save was at work.
  void on_saved(base::TimePoint now, base::Duration took = {});
  void on_failed(base::TimePoint now, base::Rng& rng);

  /// When to write; nothing if nothing changed since the last good write.
  std::optional<base::TimePoint> due() const;
  bool failing() const { return retry_at_.has_value(); }

 private:
  std::optional<base::TimePoint> first_change_;
  base::TimePoint last_change_{};
  std::optional<base::TimePoint> last_write_;
  base::Duration rest_ = kSaveQuiet;  ///< Behind the last write.
  std::optional<base::TimePoint> retry_at_;
  base::Duration retry_step_ = kRetryFirst;
};

}  // namespace store::disk
