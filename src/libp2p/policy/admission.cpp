#include "libp2p/policy/admission.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace libp2p::policy {

std::size_t PendingHandshakes::strangers() const {
  return static_cast<std::size_t>(std::ranges::count(entries_, false, &Entry::member));
}

std::optional<ConnId> PendingHandshakes::add(ConnId id, bool from_member_ip) {
  const std::size_t stranger_count = strangers();
  const bool stranger_over = !from_member_ip && stranger_count >= std::max<std::size_t>(capacity_ / 2, 1);
  std::optional<ConnId> evicted;
  if (stranger_over || entries_.size() >= capacity_) evicted = evict(/*member=*/stranger_count == 0);
  entries_.push_back({.id = id, .member = from_member_ip, .spoke = false});
  return evicted;
}

ConnId PendingHandshakes::evict(bool member) {
  auto victim =
      std::ranges::find_if(entries_, [member](const Entry& e) { return e.member == member && !e.spoke; });
  if (victim == entries_.end()) victim = std::ranges::find(entries_, member, &Entry::member);
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

EstablishedConnections::Verdict EstablishedConnections::admit(const Newcomer& newcomer) {
  const Entry entry{.id = newcomer.id, .standing = newcomer.standing};
  if (entries_.size() < capacity_) {
    entries_.push_back(entry);
    return {.admitted = true, .evicted = std::nullopt};
  }
  // min_element gives the first of equals: from the back, the newest.
  const auto newest_first = entries_ | std::views::reverse;
  const auto lowest = std::ranges::min_element(newest_first, {}, &Entry::standing);
  if (lowest != newest_first.end() && lowest->standing < newcomer.standing) {
    const ConnId evicted = lowest->id;
    entries_.erase(std::next(lowest).base());
    entries_.push_back(entry);
    return {.admitted = true, .evicted = evicted};
  }
  if (newcomer.standing == Standing::stranger || !newcomer.has_sibling) return {};
  if (entries_.size() >= capacity_ + spare_) return {};
  entries_.push_back(entry);
  return {.admitted = true, .evicted = std::nullopt};
}

void EstablishedConnections::set_standing(ConnId id, Standing standing) {
  const auto entry = std::ranges::find(entries_, id, &Entry::id);
  if (entry != entries_.end()) entry->standing = standing;
}

void EstablishedConnections::remove(ConnId id) {
  std::erase_if(entries_, [id](const Entry& e) { return e.id == id; });
}

}  // namespace libp2p::policy
