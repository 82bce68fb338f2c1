#include "store/disk/save_schedule.hpp"

#include <algorithm>

namespace store::disk {

void SaveSchedule::on_change(base::TimePoint now) {
  if (!first_change_) first_change_ = now;
  last_change_ = now;
}

void SaveSchedule::on_saved(base::TimePoint now, base::Duration took) {
  *this = SaveSchedule{};
  last_write_ = now;
  rest_ = std::clamp(took * kSaveRestPerCost, kSaveQuiet, kSaveRestCap);
}

void SaveSchedule::on_failed(base::TimePoint now, base::Rng& rng) {
  const base::Duration half = retry_step_ / 2;
  retry_at_ = now + half + base::Duration{rng.below(half.count() + 1)};
  retry_step_ = std::min(retry_step_ * 2, kRetryCap);
}

std::optional<base::TimePoint> SaveSchedule::due() const {
  if (retry_at_) return retry_at_;
  if (!first_change_) return std::nullopt;
  const base::TimePoint wanted = std::min(last_change_ + kSaveQuiet, *first_change_ + kSaveLatest);
  return last_write_ ? std::max(wanted, *last_write_ + rest_) : wanted;
}

}  // namespace store::disk
