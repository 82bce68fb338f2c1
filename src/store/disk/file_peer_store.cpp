#include "store/disk/file_peer_store.hpp"

#include <utility>

#include "store/disk/edit_watch.hpp"

namespace store::disk {

FilePeerStore::FilePeerStore(World world, std::string path, PeersFileOptions options)
    : world_{world},
      path_{path},
      file_{{world.files, world.clock, world.rng}, std::move(path), std::move(options)} {}

base::Result<std::vector<PeerEntry>> FilePeerStore::load(Findings& findings) {
  seen_ = info_of_file();
  was_read_back_ = false;
  auto opened = file_.open(world_.clock.wall(), findings);
  if (!opened) return opened.error();
  notices_ = std::move(opened->notices);
  left_out_ = std::move(opened->left_out);
  unsettled_ = opened->error.failed();
  if (unsettled_) schedule_.on_change(world_.clock.now());
  return std::move(opened->peers);
}

void FilePeerStore::update(PeerEntry fact, base::TimePoint now) {
  fact = text::writable(std::move(fact));
  const merge::Base& base = file_.base();
  if (base.removed.contains(fact.key)) return;
  const auto index = base.peers.find(fact.key);
  if (index && !merge::adds_to(base.peers.entry(*index), fact)) return;
  const RawKey key = fact.key;
  if (const auto [at, is_new] = waiting_.learned.try_emplace(key, fact); !is_new) {
    if (!merge::adds_to(at->second, fact)) return;
    merge::take_over(at->second, std::move(fact));
  }
  schedule_.on_change(now);
}

void FilePeerStore::add(PeerEntry entry, base::TimePoint now) {
  entry = text::writable(std::move(entry));
  const RawKey key = entry.key;
  waiting_.commands.insert_or_assign(
      key,
      merge::Command{.kind = merge::Command::Kind::add, .entry = std::move(entry), .at = world_.clock.wall()});
  schedule_.on_change(now);
}

void FilePeerStore::remove(const RawKey& key, base::TimePoint now) {
  waiting_.learned.erase(key);
  waiting_.commands.insert_or_assign(
      key, merge::Command{.kind = merge::Command::Kind::remove, .entry = {.key = key}, .at = world_.clock.wall()});
  schedule_.on_change(now);
}

std::optional<SaveReport> FilePeerStore::save_if_due(base::TimePoint now) {
  const auto due = schedule_.due();
  if (!due || now < *due) return std::nullopt;
  return save(now, PeersFile::Damage::is_left);
}

SaveReport FilePeerStore::flush(base::TimePoint now) {
  if (waiting_.empty() && !unsettled_) return {};
  return save(now, PeersFile::Damage::is_left);
}

std::optional<SaveReport> FilePeerStore::refresh(base::TimePoint now) {
  if (was_read_back_ && is_as_seen()) return std::nullopt;
  const bool is_own_version = !was_read_back_;
  SaveReport report = save(now, PeersFile::Damage::is_left);
  const bool is_news = report.wrote || report.error || report.news || !report.edits.empty() ||
                       !report.notices.empty() || report.findings.total > 0;
  if (is_own_version && !is_news) return std::nullopt;
  report.touched = true;
  return report;
}

SaveReport FilePeerStore::close(base::TimePoint now) {
  if (waiting_.empty() && !unsettled_ && !schedule_.failing()) return {};
  return save(now, PeersFile::Damage::is_repaired);
}

SaveReport FilePeerStore::save(base::TimePoint now, PeersFile::Damage damage) {
  const bool was_failing = schedule_.failing();
  SaveReport report{.entries = waiting_.size()};
  Agreement agreement;
  const base::TimePoint began = world_.clock.now();
  // Before the file is read: what comes later is another version at the next look.
  std::optional<base::FileInfo> found = info_of_file();
  const auto agreed = file_.agree(waiting_, world_.clock.wall(), damage, agreement);
  const base::Duration took = world_.clock.now() - began;
  report.wrote = agreement.wrote;
  report.edits = std::move(agreement.edits);
  report.notices = std::move(agreement.notices);
  report.findings = std::move(agreement.findings);
  if (!agreed) {
    report.error = agreed.error();
    report.news = !was_failing;
    schedule_.on_failed(now, world_.rng);
    return report;
  }
  report.news = was_failing;
  unsettled_ = false;
  schedule_.on_saved(now + took, took);
  drop_what_is_written();
  if (!waiting_.empty()) schedule_.on_change(now);
  seen_ = std::move(found);
  was_read_back_ = !report.wrote;
  return report;
}

/// A fact about a key that was mended just now is still to be written.
void FilePeerStore::drop_what_is_written() {
  waiting_.commands.clear();
  const merge::PeerTable& known = file_.base().peers;
  std::erase_if(waiting_.learned, [&known](const auto& item) {
    const auto index = known.find(item.first);
    return !index || item.second.record.empty() || item.second.sequence <= known.sequence(*index);
  });
}

std::vector<RawKey> FilePeerStore::removed() const {
  std::vector<RawKey> keys;
  keys.reserve(file_.base().removed.size());
  for (const auto& [key, buried] : file_.base().removed) keys.push_back(key);
  return keys;
}

std::optional<base::FileInfo> FilePeerStore::info_of_file() const {
  const auto info = world_.files.stat(path_);
  return info ? std::optional{*info} : std::nullopt;
}

bool FilePeerStore::is_as_seen() const {
  const auto info = world_.files.stat(path_);
  if (info && seen_) return same_version(*info, *seen_);
  return !info && !seen_ && info.error() == boost::system::errc::no_such_file_or_directory;
}

base::Result<std::vector<PeerEntry>> read_peers(base::Files& files, const base::Clock& clock,
                                                const std::string& path, Findings& findings, Unsteady unsteady) {
  const auto target = files.resolve(path);
  if (!target) return target.error();
  const SideFiles side{files, *target};
  FoundFile found = look_when_left_alone(files, clock, side, findings);
  const bool is_told_anyway = found.state == FoundFile::State::busy && unsteady == Unsteady::tell;
  if (is_told_anyway) found = look_at(files, side, findings);
  if (found.state == FoundFile::State::missing) return std::vector<PeerEntry>{};
  if (found.state != FoundFile::State::good) return found.error;
  return std::move(*found.text).take_document().peers;
}

}  // namespace store::disk
