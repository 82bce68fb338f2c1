// store/disk/edit_watch.hpp: when to look at a file that others change: soon after they are done, and not while
// they write. Machine code: no I/O, no clock. Signs come from whoever watches the folder, or from looking at the
// file from time to time. Invariant: after a sign it is due within a bounded time, however the signs go on.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/files.hpp"

namespace store::disk {

inline constexpr base::Duration kEditQuiet = std::chrono::milliseconds{100};   ///< After a finished edit.
inline constexpr base::Duration kEditLatest = std::chrono::milliseconds{500};  ///< After the first of a row.
/// Of polling: after a version that is new. Longer than kPollEvery, so that a second look comes first.
inline constexpr base::Duration kPollQuiet = std::chrono::milliseconds{300};
inline constexpr base::Duration kPollEvery = std::chrono::milliseconds{250};
/// A file that is still open for writing is half written, or held open by a program that does not care.
inline constexpr base::Duration kUnfinishedQuiet = std::chrono::seconds{3};
inline constexpr base::Duration kUnfinishedLatest = std::chrono::seconds{10};

class EditWatch {
 public:
  void on_written(base::TimePoint now);
  void on_finished(base::TimePoint now);
  /// The file as a look from outside shows it; nothing if there is none. The first look is what later ones are
  /// compared with. Of a file that is being written it says nothing new.
  void on_polled(const std::optional<base::FileInfo>& info, base::TimePoint now);
  /// The file is read now.
  void on_read();

  /// When to read the file; nothing if nothing happened.
  std::optional<base::TimePoint> due() const;

 private:
  void note(base::TimePoint now, base::Duration quiet, base::Duration latest);

  std::optional<base::TimePoint> first_;
  base::TimePoint last_{};
  base::Duration quiet_{};
  base::Duration latest_{};
  bool being_written_ = false;
  bool polled_ = false;
  std::optional<base::FileInfo> seen_;
};

/// True if nobody changed the file between the two looks.
bool same_version(const base::FileInfo& one, const base::FileInfo& other);

}  // namespace store::disk
