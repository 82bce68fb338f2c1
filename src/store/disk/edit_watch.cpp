#include "store/disk/edit_watch.hpp"

#include <algorithm>
#include <utility>

namespace store::disk {

bool same_version(const base::FileInfo& one, const base::FileInfo& other) {
  return one.inode == other.inode && one.device == other.device && one.size == other.size &&
         one.modified == other.modified;
}

void EditWatch::note(base::TimePoint now, base::Duration quiet, base::Duration latest) {
  if (!first_) first_ = now;
  last_ = now;
  quiet_ = quiet;
  latest_ = latest;
}

void EditWatch::on_written(base::TimePoint now) {
  being_written_ = true;
  note(now, kUnfinishedQuiet, kUnfinishedLatest);
}

void EditWatch::on_finished(base::TimePoint now) {
  being_written_ = false;
  note(now, kEditQuiet, kEditLatest);
}

void EditWatch::on_polled(const std::optional<base::FileInfo>& info, base::TimePoint now) {
  const bool same = info && seen_ ? same_version(*info, *seen_) : info.has_value() == seen_.has_value();
  seen_ = info;
  if (std::exchange(polled_, true) && !same && !being_written_) note(now, kPollQuiet, kEditLatest);
}

void EditWatch::on_read() {
  first_.reset();
  being_written_ = false;
}

std::optional<base::TimePoint> EditWatch::due() const {
  if (!first_) return std::nullopt;
  return std::min(last_ + quiet_, *first_ + latest_);
}

}  // namespace store::disk
