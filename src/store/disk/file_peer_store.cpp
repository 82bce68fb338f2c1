#include "store/disk/file_peer_store.hpp"

#include <algorithm>
#include <utility>

#include "store/text/limits.hpp"
#include "store/text/peers_yaml.hpp"

namespace store::disk {
namespace {

constexpr std::uint32_t kNewFileMode = 0644;

bool is_missing(const base::ErrorCode& error) { return error == boost::system::errc::no_such_file_or_directory; }

/// Whether the stored form of `known` would change by `fact`. A later `last_seen` alone is not worth a write.
bool adds_to(const PeerEntry& known, const PeerEntry& fact) {
  if (fact.sequence != known.sequence) return fact.sequence > known.sequence;
  return known.source == Source::exchange && !fact.addresses.empty() && fact.addresses != known.addresses;
}

/// The facts of `fact` over those of `known`, as the splice decides.
void take_over(PeerEntry& known, PeerEntry&& fact) {
  if (known.source == Source::exchange && !fact.addresses.empty()) known.addresses = std::move(fact.addresses);
  if (fact.sequence > known.sequence) {
    known.sequence = fact.sequence;
    known.record = std::move(fact.record);
  }
  known.last_seen = std::max(known.last_seen, fact.last_seen);
}

}  // namespace

FilePeerStore::FilePeerStore(base::Files& files, base::Rng& rng, std::string path)
    : files_{files}, rng_{rng}, path_{std::move(path)} {}

base::Result<std::vector<PeerEntry>> FilePeerStore::load(Findings& findings) {
  const auto content = files_.read(path_, text::kMaxFileBytes);
  if (!content) {
    if (is_missing(content.error())) return std::vector<PeerEntry>{};
    return content.error();
  }
  auto peers = text::parse_peers(base::as_text(*content), findings);
  if (!peers) return peers;
  known_.clear();
  known_.reserve(peers->size());
  for (const PeerEntry& peer : *peers) known_.emplace(peer.key, peer);
  return peers;
}

void FilePeerStore::update(PeerEntry fact, base::TimePoint now) {
  const auto known = known_.find(fact.key);
  if (known != known_.end() && !adds_to(known->second, fact)) return;
  const RawKey key = fact.key;
  if (const auto [at, is_new] = waiting_.try_emplace(key, fact); !is_new) {
    if (!adds_to(at->second, fact)) return;
    take_over(at->second, std::move(fact));
  }
  schedule_.on_change(now);
}

std::optional<SaveReport> FilePeerStore::save_if_due(base::TimePoint now) {
  const auto due = schedule_.due();
  if (!due || now < *due) return std::nullopt;
  return save(now);
}

SaveReport FilePeerStore::flush(base::TimePoint now) {
  if (waiting_.empty()) return {};
  return save(now);
}

SaveReport FilePeerStore::save(base::TimePoint now) {
  const bool was_failing = schedule_.failing();
  SaveReport report{.entries = waiting_.size()};
  const auto wrote = write();
  if (!wrote) {
    report.error = wrote.error();
    report.news = !was_failing;
    schedule_.on_failed(now, rng_);
    return report;
  }
  report.wrote = *wrote == Written::replaced;
  report.news = was_failing;
  for (auto& [key, fact] : waiting_) {
    const auto [at, is_new] = known_.try_emplace(key, fact);
    if (!is_new) take_over(at->second, std::move(fact));
  }
  waiting_.clear();
  schedule_.on_saved(now);
  return report;
}

base::Result<FilePeerStore::Written> FilePeerStore::write() {
  const auto content = files_.read(path_, text::kMaxFileBytes);
  const bool missing = !content && is_missing(content.error());
  if (!content && !missing) return content.error();
  // A lost write leaves zero bytes behind: not ours to fill while the operator has not looked at it.
  if (content && content->empty()) return text::PeersErrc::empty_file;
  const std::string_view old = content ? base::as_text(*content) : std::string_view{};

  const auto spliced = text::splice_peers(old, entries_to_write(missing));
  if (!spliced) return spliced.error();
  if (*spliced == old) return Written::held_already;

  const auto info = files_.stat(path_);
  if (!info && !missing) return info.error();
  const std::uint32_t mode = info ? info->mode : kNewFileMode;
  const auto replaced = base::replace_file(files_, path_, base::as_bytes(*spliced), mode, rng_.next_u64());
  if (!replaced) return replaced.error();
  return Written::replaced;
}

/// In the order of the keys: the same facts give the same file.
std::vector<PeerEntry> FilePeerStore::entries_to_write(bool file_is_missing) const {
  std::vector<PeerEntry> entries;
  if (file_is_missing) {
    for (const auto& [key, known] : known_) {
      entries.push_back(known);
      if (const auto fact = waiting_.find(key); fact != waiting_.end()) {
        take_over(entries.back(), PeerEntry{fact->second});
      }
    }
  }
  for (const auto& [key, fact] : waiting_) {
    if (!file_is_missing || !known_.contains(key)) entries.push_back(fact);
  }
  std::ranges::sort(entries, {}, &PeerEntry::key);
  return entries;
}

}  // namespace store::disk
