#include "libp2p/policy/admission.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <ranges>

namespace libp2p::policy {

std::optional<ConnId> PendingHandshakes::add(ConnId id, bool from_member_ip, std::optional<Source> source) {
  const auto is_stranger = [](const Entry& entry) { return !entry.member; };
  const auto is_of_source = [&](const Entry& entry) { return entry.source == source; };
  const auto count = [&](const auto& which) {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, which));
  };
  const std::size_t strangers = count(is_stranger);
  const bool stranger_over = !from_member_ip && strangers >= std::max<std::size_t>(capacity_ / 2, 1);
  std::optional<ConnId> evicted;
  if (source && count(is_of_source) >= per_source_) {
    evicted = evict(is_of_source);
  } else if (stranger_over || entries_.size() >= capacity_) {
    evicted = evict([&](const Entry& entry) { return strangers == 0 || is_stranger(entry); });
  }
  entries_.push_back({.id = id, .member = from_member_ip, .spoke = false, .source = source});
  return evicted;
}

/// At least one is wanted.
template <class Wanted>
ConnId PendingHandshakes::evict(Wanted wanted) {
  auto victim = std::ranges::find_if(entries_, [&](const Entry& e) { return !e.spoke && wanted(e); });
  if (victim == entries_.end()) victim = std::ranges::find_if(entries_, wanted);
  const ConnId id = victim->id;
  entries_.erase(victim);
  return id;
}

void PendingHandshakes::on_byte(ConnId id) {
  const auto entry = std::ranges::find(entries_, id, &Entry::id);
  if (entry != entries_.end()) entry->spoke = true;
}

void PendingHandshakes::remove(ConnId id) {
  std::erase_if(entries_, [id](const Entry& e) { return e.id == id; });
}

EstablishedConnections::Verdict EstablishedConnections::admit(const Newcomer& newcomer,
                                                              const StandingCounts& elsewhere) {
  const Entry entry{.id = newcomer.id, .standing = newcomer.standing};
  const std::size_t all = std::accumulate(elsewhere.begin(), elsewhere.end(), entries_.size());
  if (all < capacity_) {
    entries_.push_back(entry);
    return {.admitted = true};
  }
  if (const std::optional<ConnId> evicted = displace(newcomer.standing)) {
    entries_.push_back(entry);
    return {.admitted = true, .evicted = evicted};
  }
  const auto below = elsewhere.begin() + static_cast<std::ptrdiff_t>(newcomer.standing);
  if (std::any_of(elsewhere.begin(), below, [](std::size_t count) { return count > 0; })) {
    entries_.push_back(entry);
    return {.admitted = true, .evict_elsewhere = true};
  }
  if (newcomer.standing == Standing::stranger || !newcomer.has_sibling) return {};
  if (all >= capacity_ + spare_) return {};
  entries_.push_back(entry);
  return {.admitted = true};
}

std::optional<ConnId> EstablishedConnections::displace(Standing newcomer) {
  // min_element gives the first of equals: from the back, the newest.
  const auto newest_first = entries_ | std::views::reverse;
  const auto lowest = std::ranges::min_element(newest_first, {}, &Entry::standing);
  if (lowest == newest_first.end() || lowest->standing >= newcomer) return std::nullopt;
  const ConnId evicted = lowest->id;
  entries_.erase(std::next(lowest).base());
  return evicted;
}

StandingCounts EstablishedConnections::counts() const {
  StandingCounts out{};
  for (const Entry& entry : entries_) ++out[static_cast<std::size_t>(entry.standing)];
  return out;
}

void EstablishedConnections::set_standing(ConnId id, Standing standing) {
  const auto entry = std::ranges::find(entries_, id, &Entry::id);
  if (entry != entries_.end()) entry->standing = standing;
}

void EstablishedConnections::remove(ConnId id) {
  std::erase_if(entries_, [id](const Entry& e) { return e.id == id; });
}

}  // namespace libp2p::policy
