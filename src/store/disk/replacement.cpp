#include "store/disk/replacement.hpp"

#include "store/text/limits.hpp"

namespace store::disk {
namespace {

namespace errc = boost::system::errc;

bool is_missing(const base::ErrorCode& error) { return error == errc::no_such_file_or_directory; }
bool is_mount(const base::ErrorCode& error) {
  return error == errc::device_or_resource_busy || error == errc::cross_device_link;
}
/// The file system has no such operation.
bool is_unknown(const base::ErrorCode& error) {
  return error == errc::invalid_argument || error == errc::function_not_supported ||
         error == errc::operation_not_supported || error == errc::operation_not_permitted;
}

class Attempt {
 public:
  Attempt(base::Files& files, const SideFiles& side, const Replacement& what, std::string& edited_copy)
      : files_{files},
        side_{side},
        what_{what},
        edited_copy_{edited_copy},
        temporary_{side.temporary(what.suffix)} {}

  base::Result<Replaced> run() {
    if (auto written = side_.put(temporary_, what_.content, what_.suffix); !written) return written.error();
    base::Result<Replaced> outcome = what_.expected ? exchange() : make_new();
    // What is still there is ours, or was merged: an edit was moved elsewhere.
    if (holds_temporary_) {
      auto removed = files_.remove(temporary_);
      if (!removed && outcome && !is_missing(removed.error())) return removed.error();
    }
    return outcome;
  }

 private:
  base::Result<Replaced> make_new() {
    const auto linked = files_.link(temporary_, target());
    if (linked) return Replaced::done;
    if (linked.error() == errc::file_exists) return Replaced::edited;
    if (!is_unknown(linked.error())) return linked.error();
    if (files_.stat(target())) return Replaced::edited;
    return rename_over();
  }

  base::Result<Replaced> exchange() {
    const auto exchanged = files_.exchange(temporary_, target());
    if (exchanged) return judge_what_came_out();
    if (is_missing(exchanged.error())) return Replaced::edited;
    if (is_mount(exchanged.error())) return Replaced::mounted;
    if (is_unknown(exchanged.error())) return link_aside();
    return exchanged.error();
  }

  base::Result<Replaced> judge_what_came_out() {
    if (holds(temporary_, *what_.expected)) return Replaced::done;
    // An edit slipped in: it belongs where it was. If that fails, or came out changed again, a copy keeps it.
    if (files_.exchange(temporary_, target()) && holds(temporary_, what_.content)) return Replaced::edited;
    if (!holds(temporary_, what_.content)) {
      // Written to between the two: the younger edit is the one in the file's place.
      (void)files_.exchange(temporary_, target());
      if (auto kept = keep_copy(); !kept) return kept.error();
    }
    return Replaced::edited;
  }

  base::Result<void> keep_copy() {
    holds_temporary_ = false;
    const auto name = side_.fresh(SideFiles::Kind::conflict, what_.now);
    if (!name) return name.error();
    if (auto renamed = files_.rename(temporary_, *name); !renamed) return renamed;
    edited_copy_ = *name;
    return base::ok();
  }

  /// Without an exchange: the old file gets a second name first, by which it can be looked at afterwards.
  base::Result<Replaced> link_aside() {
    const std::string aside = temporary_ + ".old";
    const auto linked = files_.link(target(), aside);
    if (!linked) {
      if (is_missing(linked.error())) return Replaced::edited;
      if (!is_unknown(linked.error())) return linked.error();
      return holds(target(), *what_.expected) ? rename_over() : base::Result<Replaced>{Replaced::edited};
    }
    base::Result<Replaced> outcome = Replaced::edited;
    if (same_file(aside, target()) && holds(aside, *what_.expected)) {
      outcome = rename_over();
      if (outcome && *outcome == Replaced::done && !holds(aside, *what_.expected)) {
        // Written to while it was replaced.
        if (auto back = files_.rename(aside, target()); !back) return back.error();
        return Replaced::edited;
      }
    }
    auto removed = files_.remove(aside);
    if (!removed && outcome) return removed.error();
    return outcome;
  }

  base::Result<Replaced> rename_over() {
    const auto renamed = files_.rename(temporary_, target());
    if (!renamed && is_mount(renamed.error())) return Replaced::mounted;
    if (!renamed) return renamed.error();
    holds_temporary_ = false;
    return Replaced::done;
  }

  bool same_file(const std::string& one, const std::string& other) {
    const auto first = files_.stat(one);
    const auto second = files_.stat(other);
    return first && second && first->inode == second->inode && first->device == second->device;
  }

  bool holds(const std::string& path, std::string_view text) {
    const auto content = files_.read(path, text::kMaxFileBytes);
    return content && base::as_text(*content) == text;
  }

  const std::string& target() const { return side_.target(); }

  base::Files& files_;
  const SideFiles& side_;
  const Replacement& what_;
  std::string& edited_copy_;
  std::string temporary_;
  bool holds_temporary_ = true;
};

}  // namespace

base::Result<Replaced> replace(base::Files& files, const SideFiles& side, const Replacement& what,
                               std::string& edited_copy) {
  return Attempt{files, side, what, edited_copy}.run();
}

base::Result<Replaced> overwrite(base::Files& files, const SideFiles& side, const Replacement& what) {
  const auto held = files.read(side.target(), text::kMaxFileBytes);
  if (held && what.expected && base::as_text(*held) != *what.expected) return Replaced::edited;
  auto file = files.overwrite(side.target());
  if (!file) return file.error();
  if (auto written = (*file)->write(base::as_bytes(what.content)); !written) return written.error();
  if (auto synced = (*file)->sync(); !synced) return synced.error();
  return Replaced::done;
}

}  // namespace store::disk
