#include <algorithm>
#include <utility>

#include "store/disk/peers_file_sides.hpp"

#include "store/text/limits.hpp"
#include "store/text/salvage.hpp"

namespace store::disk {
namespace {

using State = FoundFile::State;

constexpr int kMaxEditsInARow = 16;
constexpr base::Duration kLockSlice = std::chrono::milliseconds{100};  // A stop waits for that long at most.

std::uint32_t bit_of(Notice::Kind kind) { return std::uint32_t{1} << static_cast<unsigned>(kind); }

/// What must be in the file although no side of the merge has it: what only memory knows, what was salvaged.
void want(merge::Waiting& waiting, const PeerEntry& peer) {
  if (waiting.commands.contains(peer.key)) return;
  if (peer.source == Source::operator_entry) {
    waiting.commands.emplace(peer.key, merge::Command{.kind = merge::Command::Kind::add, .entry = peer});
  }
  if (peer.source == Source::exchange || !peer.record.empty()) waiting.learned.try_emplace(peer.key, peer);
}

void want_gone(merge::Waiting& waiting, const RawKey& key, base::WallTime at) {
  waiting.commands.try_emplace(
      key, merge::Command{.kind = merge::Command::Kind::remove, .entry = {.key = key}, .at = at});
}

}  // namespace

PeersFile::PeersFile(World world, std::string path, PeersFileOptions options)
    : files_{world.files},
      clock_{world.clock},
      rng_{world.rng},
      path_{std::move(path)},
      options_{std::move(options)} {}

base::Result<Agreement> PeersFile::open(base::WallTime now, Findings& findings) {
  const auto target = files_.resolve(path_);
  if (!target) return target.error();
  const SideFiles side{files_, *target};
  Agreement agreement;
  const auto lock = lock_or_cancel(side);
  if (!lock && lock.error() == text::PeersErrc::cancelled) return lock.error();
  if (lock && lock->held) {
    if (auto cleared = clear_up(side, now, agreement); !cleared) {
      tell_once({.kind = Notice::Kind::backup_failed, .detail = cleared.error().message()}, agreement);
    }
  }
  outline_.reset();
  FoundFile found = look(side, findings, options_.cancelled);
  if (found.state == State::refused) return found.error;
  if (auto based = find_base(side, found); !based) return based.error();
  if (is_cancelled()) return text::PeersErrc::cancelled;
  const bool has_backup = base_.stamp.has_value();
  const bool is_lost = found.state == State::unreadable || (found.state == State::damaged && found.bytes.empty());
  if (is_lost && !has_backup) return found.error;
  if (found.state == State::good && !has_backup) {
    // A file of which we have written nothing: whatever it holds was meant. Its stamp is another node's.
    base_ = merge::base_of(found.text->document(), {});
    base_.stamp.reset();
  }
  if (lock && lock->held) make_up_backup(side, found, now, agreement);
  base::Result<void> agreed = lock ? base::Result<void>{make_error_code(text::PeersErrc::locked)} : lock.error();
  if (found.state == State::busy) {
    agreed = found.error;
  } else if (lock && lock->held) {
    const Damage damage = options_.repairs ? Damage::is_repaired : Damage::is_left;
    agreed = agree_locked(side, std::exchange(found, FoundFile{}), {}, now, damage, agreement);
    if (!agreed && agreement.peers.empty()) found = look(side, findings = {});
  } else if (lock) {
    tell_lock(*lock, agreement);
  }
  if (agreed) return agreement;
  // It cannot be written, but it can be read: the node goes on from memory.
  agreement.error = agreed.error();
  if (!agreement.peers.empty()) return agreement;
  if (auto read = read_only(side, std::move(found), now, agreement); !read) return read.error();
  return agreement;
}

base::Result<base::LockAttempt> PeersFile::lock_or_cancel(const SideFiles& side) {
  for (base::Duration left = options_.lock_wait; true; left -= kLockSlice) {
    auto lock = files_.lock(side.lock(), std::min(left, kLockSlice));
    if (!lock || lock->held || left <= kLockSlice) return lock;
    if (is_cancelled()) return text::PeersErrc::cancelled;
  }
}

/// The newest backup; the file itself if it is the same version, which saves reading the backup in full.
base::Result<void> PeersFile::find_base(const SideFiles& side, const FoundFile& found) {
  base_ = {};
  const auto backup = newest_backup(files_, side);
  if (!backup) return backup.error();
  if (!*backup) return base::ok();
  const auto seal = found.text ? found.text->document().seal : std::nullopt;
  if (seal && seal->intact && seal->stamp == (*backup)->stamp) {
    base_ = merge::base_of(found.text->document(), {});
    return base::ok();
  }
  Findings known_when_written;
  auto parsed = text::PeersText::parse((*backup)->text, known_when_written, options_.cancelled);
  if (parsed) base_ = merge::base_of(parsed->document(), {});
  return base::ok();
}

base::Result<void> PeersFile::read_only(const SideFiles& side, FoundFile found, base::WallTime now,
                                        Agreement& agreement) {
  auto sides = found.state == State::good ? sides_of(std::move(found), side, {}, now, Damage::is_left, agreement)
                                          : restored(side, {});
  if (!sides) return sides.error();
  const auto& document = sides->text.document();
  const auto outcome = merge::merge(sides->base(base_), document, sides->has_bad_entries, sides->waiting, now);
  const auto merged = sides->text.with(outcome.changes, next_stamp(*sides));
  agreement.peers = merged ? merged->document().peers : document.peers;
  return base::ok();
}

base::Result<void> PeersFile::agree(const merge::Waiting& waiting, base::WallTime now, Damage damage,
                                    Agreement& agreement) {
  const auto target = files_.resolve(path_);
  if (!target) return target.error();
  const SideFiles side{files_, *target};
  const bool is_last = damage == Damage::is_repaired;
  const auto lock = files_.lock(side.lock(), is_last ? options_.last_lock_wait : options_.save_lock_wait);
  if (!lock) return lock.error();
  if (!lock->held) {
    tell_lock(*lock, agreement);
    return make_error_code(text::PeersErrc::locked);
  }
  FoundFile found = look(side, agreement.findings);
  return agree_locked(side, std::move(found), waiting, now, damage, agreement);
}

base::Result<void> PeersFile::agree_locked(const SideFiles& side, FoundFile found, const merge::Waiting& waiting,
                                           base::WallTime now, Damage damage, Agreement& agreement) {
  if (unsynced_) {
    if (auto synced = side.sync_directory(); !synced) return synced;
    unsynced_ = false;
  }
  for (int edits = 0; edits < kMaxEditsInARow; ++edits) {
    if (found.state == State::busy) return found.error;
    const bool is_broken = found.state != State::good && found.state != State::missing;
    if (is_broken && (damage == Damage::is_left || found.state == State::refused)) {
      tell_broken(found, agreement);
      return found.error;
    }
    if (auto caught_up = catch_up(side, found, now, agreement); !caught_up) return caught_up;
    auto sides = sides_of(std::move(found), side, waiting, now, damage, agreement);
    if (!sides) return sides.error();
    const merge::Base& base = sides->base(base_);
    auto outcome = merge::merge(base, sides->text.document(), sides->has_bad_entries, sides->waiting, now);
    tell(*sides, outcome, agreement);
    if (outcome.changes.empty() && !outcome.reseal && !sides->must_write) {
      adopt(std::move(sides->text), base, agreement);
      return base::ok();
    }
    auto text = sides->text.with(outcome.changes, next_stamp(*sides));
    if (!text) return text.error();
    const auto kept = keep_copies(side, *sides, outcome.keep_copy, now, agreement);
    const auto replaced = kept ? write(side, *sides, *text, now, agreement) : base::Result<Replaced>{kept.error()};
    if (!replaced) {
      agreement.peers = std::move(*text).take_document().peers;
      return replaced.error();
    }
    if (*replaced == Replaced::edited) {
      agreement.findings = {};
      found = look(side, agreement.findings);
      continue;
    }
    agreement.wrote = true;
    told_.reset();  // should the same version come back, it is another edit
    adopt(std::move(*text), base, agreement);
    unsynced_ = true;
    if (auto synced = side.sync_directory(); !synced) return synced;
    unsynced_ = false;
    return base::ok();
  }
  return text::PeersErrc::unsteady;
}

/// An edit of an older version may have taken the place of what another process wrote, before we saw it. Its
/// backup is there: what only that version says is not to be lost.
base::Result<void> PeersFile::catch_up(const SideFiles& side, const FoundFile& found, base::WallTime now,
                                       Agreement& agreement) {
  if (!base_.stamp || found.state != State::good) return base::ok();
  const auto& seal = found.text->document().seal;
  if (seal && seal->intact && seal->stamp == *base_.stamp) return base::ok();
  auto newest = newest_backup(files_, side);
  if (!newest) return newest.error();
  const bool is_unseen = *newest && (*newest)->stamp.file_id == base_.stamp->file_id &&
                         (*newest)->stamp.generation > base_.generation();
  if (!is_unseen || (seal && seal->intact && seal->stamp == (*newest)->stamp)) return base::ok();
  Findings known_when_written;
  const auto unseen = text::PeersText::parse(std::move((*newest)->text), known_when_written);
  if (!unseen) return base::ok();
  const bool has_bad_entries = known_when_written.entries_left_out > 0;
  agreement.caught_up.append(merge::merge(base_, unseen->document(), has_bad_entries, {}, now).edits);
  agreement.edits = agreement.caught_up;
  base_ = merge::base_of(unseen->document(), base_);
  outline_.reset();
  return base::ok();
}

base::Result<PeersFile::Sides> PeersFile::sides_of(FoundFile&& found, const SideFiles& side,
                                                   const merge::Waiting& waiting, base::WallTime now,
                                                   Damage damage, Agreement& agreement) {
  if (found.state == State::good) {
    Sides sides{.text = std::move(*found.text), .waiting = waiting};
    sides.has_bad_entries = found.has_bad_entries;
    sides.was_found = true;
    return sides;
  }
  auto sides = restored(side, waiting);
  if (!sides || found.state == State::missing) return sides;
  if (damage == Damage::is_left) return found.error;
  if (auto aside = set_aside(found, side, now, agreement, *sides); !aside) return aside.error();
  return sides;
}

/// From the newest backup, and what memory knows beyond it.
base::Result<PeersFile::Sides> PeersFile::restored(const SideFiles& side, const merge::Waiting& waiting) {
  auto newest = newest_backup(files_, side);
  if (!newest) return newest.error();
  std::optional<text::PeersText> backup;
  Findings known_when_written;
  if (*newest) {
    auto parsed = text::PeersText::parse(std::move((*newest)->text), known_when_written);
    if (parsed) backup = std::move(*parsed);
  }
  const bool has_backup = backup.has_value();
  Sides sides{.text = backup ? std::move(*backup) : text::PeersText::blank(), .waiting = waiting};
  const merge::Base& base = sides.other_base.emplace(merge::base_of(sides.text.document(), base_));
  sides.must_write = has_backup;
  for (std::uint32_t i = 0; i < base_.peers.size(); ++i) {
    const RawKey key = base_.peers.key(i);
    if (!base.peers.contains(key)) want(sides.waiting, base_.peers.entry(i));
  }
  for (const auto& [key, buried] : base_.removed) {
    if (!base.removed.contains(key)) want_gone(sides.waiting, key, buried.at);
  }
  return sides;
}

/// Keeps what is damaged under another name, and takes from it what can still be read.
base::Result<void> PeersFile::set_aside(const FoundFile& found, const SideFiles& side, base::WallTime now,
                                        Agreement& agreement, Sides& sides) {
  sides.must_write = true;
  base::Result<std::string> aside = std::string{};
  std::string readable = found.bytes;
  if (found.state == State::damaged) {
    sides.damaged = found.bytes;
    if (!found.bytes.empty()) {
      aside = side.write(SideFiles::Kind::damaged, found.bytes, now, rng_.next_u64());
    }
  } else {
    if (const auto left = files_.read_what_is_left(side.target(), text::kMaxFileBytes)) {
      readable = base::as_text(*left);
    }
    aside = side.fresh(SideFiles::Kind::damaged, now);
    if (aside) {
      if (auto moved = files_.rename(side.target(), *aside); !moved) return moved;
    }
  }
  if (!aside) return aside.error();
  const text::Salvaged salvaged = text::salvage(readable);
  for (const PeerEntry& peer : salvaged.peers) want(sides.waiting, peer);
  for (const Tombstone& tombstone : salvaged.removed) {
    if (!sides.other_base->removed.contains(tombstone.key)) want_gone(sides.waiting, tombstone.key, tombstone.at);
  }
  agreement.notices.push_back({.kind = Notice::Kind::restored, .detail = found.error.message()});
  if (!aside->empty()) agreement.notices.push_back({.kind = Notice::Kind::set_aside, .detail = *aside});
  return base::ok();
}

text::Stamp PeersFile::next_stamp(const Sides& sides) {
  text::Stamp stamp = sides.base(base_).stamp.value_or(text::Stamp{});
  if (base_.stamp) stamp.generation = std::max(stamp.generation, base_.stamp->generation);
  const auto& seal = sides.text.document().seal;
  if (seal && seal->stamp.file_id == stamp.file_id) {
    stamp.generation = std::max(stamp.generation, seal->stamp.generation);
  }
  while (stamp.file_id == 0) stamp.file_id = rng_.next_u64();
  ++stamp.generation;
  return stamp;
}

/// The file as we last agreed upon it is not parsed again, for as long as it stays as it is.
FoundFile PeersFile::look(const SideFiles& side, Findings& findings, const text::Cancelled& cancelled) const {
  const auto recall = [this](std::string& text) -> std::optional<text::PeersText> {
    if (!outline_ || !outline_->is_of(text)) return std::nullopt;
    return outline_->recalled(std::move(text), base_.peers.entries());
  };
  return look_when_left_alone(files_, clock_, side, findings, {.recall = recall, .cancelled = cancelled});
}

void PeersFile::adopt(text::PeersText text, const merge::Base& former, Agreement& agreement) {
  base_ = merge::base_of(text.document(), former);
  outline_ = text::PeersOutline::of(text);
  text::Document document = std::move(text).take_document();
  agreement.peers = std::move(document.peers);
  agreement.left_out = std::move(document.unusable);
  if ((told_kinds_ & bit_of(Notice::Kind::broken)) != 0)
    agreement.notices.push_back({.kind = Notice::Kind::mended});
  told_kinds_ &= bit_of(Notice::Kind::written_in_place);
  told_broken_.clear();
}

/// Once for each version of the file, also if the merge has to be made again because it cannot be written.
void PeersFile::tell(const Sides& sides, merge::Outcome& outcome, Agreement& agreement) {
  if (!sides.was_found) return;
  const auto& seal = sides.text.document().seal;
  const bool is_known = seal && seal->intact && seal->stamp == base_.stamp;
  if (is_known) agreement.findings = {};
  if (outcome.edits.empty() && outcome.notices.empty() && agreement.findings.total == 0) return told_.reset();
  const auto digest = libp2p::crypto::sha256(base::as_bytes(sides.text.text()));
  if (told_ == digest) {
    agreement.findings = {};
    return;
  }
  told_ = digest;
  agreement.edits = agreement.caught_up;
  agreement.edits.append(outcome.edits);
  for (Notice& notice : outcome.notices) agreement.notices.push_back(std::move(notice));
}

void PeersFile::tell_once(Notice notice, Agreement& agreement) {
  const std::uint32_t bit = bit_of(notice.kind);
  if ((told_kinds_ & bit) != 0) return;
  told_kinds_ |= bit;
  agreement.notices.push_back(std::move(notice));
}

void PeersFile::tell_lock(const base::LockAttempt& lock, Agreement& agreement) {
  tell_once({.kind = Notice::Kind::lock_held, .detail = lock.holder ? std::to_string(*lock.holder) : ""},
            agreement);
}

void PeersFile::tell_broken(const FoundFile& found, Agreement& agreement) {
  agreement.findings = {};  // the one that matters is in `found`
  std::string detail = found.error.message();
  if (found.why) detail += " (line " + std::to_string(found.why->line) + ": " + found.why->reason + ")";
  if (detail != told_broken_) told_kinds_ &= ~bit_of(Notice::Kind::broken);  // a line was mended, another is not
  told_broken_ = detail;
  tell_once({.kind = Notice::Kind::broken, .detail = std::move(detail)}, agreement);
}

}  // namespace store::disk
