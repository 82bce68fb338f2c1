// store/disk/peers_file_write.cpp: the writing half of PeersFile: copies, the replacement, the backup.
#include "store/disk/peers_file_sides.hpp"
#include "store/text/limits.hpp"

namespace store::disk {

base::Result<Replaced> PeersFile::write(const SideFiles& side, const Sides& sides, const text::PeersText& text,
                                        base::WallTime now, Agreement& agreement) {
  const Replacement what{
      .expected = sides.expected(), .content = text.text(), .now = now, .suffix = rng_.next_u64()};
  std::string edited_copy;
  auto outcome = replace(files_, side, what, edited_copy);
  if (!edited_copy.empty()) {
    agreement.notices.push_back({.kind = Notice::Kind::copy_kept, .detail = std::move(edited_copy)});
  }
  if (!outcome) return outcome;
  if (*outcome == Replaced::mounted) return write_in_place(side, what, agreement);
  if (*outcome == Replaced::done) back_up(side, text.text(), now, agreement);
  return outcome;
}

/// The backup first: a crash in the middle leaves the beginning of it, and is known for that at the next start.
base::Result<Replaced> PeersFile::write_in_place(const SideFiles& side, const Replacement& what,
                                                 Agreement& agreement) {
  const auto backup = side.write(SideFiles::Kind::backup, what.content, what.now, rng_.next_u64());
  if (!backup) return backup.error();
  if (auto synced = side.sync_directory(); !synced) return synced.error();
  auto outcome = overwrite(files_, side, what);
  if (!outcome || *outcome != Replaced::done) {
    // It is of a version that never was: the next attempt makes its own.
    if (auto removed = files_.remove(*backup); !removed) return removed.error();
    return outcome;
  }
  tell_once({.kind = Notice::Kind::written_in_place}, agreement);
  if (auto pruned = side.prune(SideFiles::Kind::backup, options_.backups); !pruned) return pruned.error();
  return outcome;
}

/// The file is safe already: without the backup its own last line says that it is the base.
void PeersFile::back_up(const SideFiles& side, std::string_view text, base::WallTime now, Agreement& agreement) {
  const auto written = side.write(SideFiles::Kind::backup, text, now, rng_.next_u64());
  base::Result<void> step = base::ok();
  if (!written) step = written.error();
  if (step) step = side.prune(SideFiles::Kind::backup, options_.backups);
  if (!step) tell_once({.kind = Notice::Kind::backup_failed, .detail = step.error().message()}, agreement);
}

/// Whoever died right behind a replacement has left that version without a backup: damage would take with it what
/// only this version says.
void PeersFile::make_up_backup(const SideFiles& side, const FoundFile& found, base::WallTime now,
                               Agreement& agreement) {
  if (found.state != FoundFile::State::good || !base_.stamp) return;
  const auto& seal = found.text->document().seal;
  const bool is_ours = seal && seal->intact && seal->stamp.file_id == base_.stamp->file_id;
  if (is_ours && seal->stamp.generation > base_.generation()) back_up(side, found.text->text(), now, agreement);
}

base::Result<void> PeersFile::keep_copies(const SideFiles& side, const Sides& sides, bool overruled,
                                          base::WallTime now, Agreement& agreement) {
  if (!sides.was_found) return base::ok();
  if (!sides.text.document().seal) {
    // As the operator, or the earlier node, wrote it.
    const auto kept = side.write_once(SideFiles::Kind::original, sides.text.text(), now, rng_.next_u64());
    if (!kept) return kept.error();
    if (auto pruned = side.prune(SideFiles::Kind::original, kKeptOriginals); !pruned) return pruned;
  }
  if (!overruled) return base::ok();
  const auto kept = side.write_once(SideFiles::Kind::conflict, sides.text.text(), now, rng_.next_u64());
  if (!kept) return kept.error();
  agreement.notices.push_back({.kind = Notice::Kind::copy_kept, .detail = *kept});
  return side.prune(SideFiles::Kind::conflict, kKeptConflicts);
}

/// Temporary files of a process that died. An edit that had slipped in may be in one, and may be a broken one.
base::Result<void> PeersFile::clear_up(const SideFiles& side, base::WallTime now, Agreement& agreement) {
  const auto leftovers = side.all(SideFiles::Kind::temporary);
  if (!leftovers) return leftovers.error();
  if (leftovers->empty()) return base::ok();
  const auto backup = newest_backup(files_, side);
  if (!backup) return backup.error();
  const std::string_view safe = *backup ? std::string_view{(*backup)->text} : std::string_view{};
  for (const std::string& path : *leftovers) {
    const auto content = files_.read(path, text::kMaxFileBytes);
    const std::string_view text = content ? base::as_text(*content) : std::string_view{};
    const auto seal = text::find_seal(text);
    const bool is_safe = content && ((seal && seal->intact) || safe.starts_with(text));
    const auto step = SideFiles::is_part(path) || is_safe ? files_.remove(path)
                                                          : keep_leftover(side, path, text, now, agreement);
    if (!step) return step;
  }
  return side.prune(SideFiles::Kind::conflict, kKeptConflicts);
}

base::Result<void> PeersFile::keep_leftover(const SideFiles& side, const std::string& path, std::string_view text,
                                            base::WallTime now, Agreement& agreement) {
  Findings unreported;
  const bool is_good = text::PeersText::parse(std::string{text}, unreported).has_value();
  const auto name = side.fresh(is_good ? SideFiles::Kind::conflict : SideFiles::Kind::damaged, now);
  if (!name) return name.error();
  if (auto renamed = files_.rename(path, *name); !renamed) return renamed;
  agreement.notices.push_back(
      {.kind = is_good ? Notice::Kind::copy_kept : Notice::Kind::set_aside, .detail = *name});
  return base::ok();
}

}  // namespace store::disk
