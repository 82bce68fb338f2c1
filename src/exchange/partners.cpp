#include "exchange/partners.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "exchange/limits.hpp"

namespace exchange {
namespace {

/// `view` with the lines of replaced ranges and of told keys exchanged for what was told.
std::vector<Line> merged(const std::vector<Line>& view, const Lesson& lesson) {
  // Told twice in one round (it changed between pages): the later telling counts.
  std::map<std::uint64_t, Fingerprint> told;
  for (const Line& line : lesson.lines) told.insert_or_assign(line.key, line.digest);
  std::vector<bool> replaced(lesson.ranges, false);
  for (const std::uint32_t index : lesson.differing) {
    if (index < replaced.size()) replaced[index] = true;
  }
  std::vector<Line> result;
  result.reserve(view.size() + told.size());
  auto next = told.begin();
  const auto take_until = [&](std::uint64_t key) {
    for (; next != told.end() && next->first <= key; ++next) result.push_back({next->first, next->second});
  };
  for (const Line& line : view) {
    const bool gone = lesson.ranges != 0 && replaced[range_of(line.key, lesson.ranges)];
    if (!gone && !told.contains(line.key)) {
      take_until(line.key);
      result.push_back(line);
    }
  }
  take_until(std::numeric_limits<std::uint64_t>::max());
  return result;
}

}  // namespace

Partner& Partners::of(const libp2p::PeerId& peer, base::TimePoint now) {
  Held& held = partners_[peer];
  held.used_at = std::max(held.used_at, now);
  if (partners_.size() > kMaxPartners) make_room(peer);
  return held.partner;
}

const Partner* Partners::find(const libp2p::PeerId& peer) const {
  const auto at = partners_.find(peer);
  return at != partners_.end() ? &at->second.partner : nullptr;
}

void Partners::learn(const libp2p::PeerId& peer, const Lesson& lesson, base::TimePoint now) {
  Partner& partner = of(peer, now);
  lines_ -= partner.view.size();
  if (!lesson.lines.empty() || !lesson.differing.empty()) partner.view = merged(partner.view, lesson);
  if (partner.view.size() > kMaxViewLinesOfOne) {
    partner.view = {};
    partner.position.reset();
    return;
  }
  lines_ += partner.view.size();
  partner.position = lesson.position;
  partner.scope = lesson.scope;
  while (lines_ > kMaxViewLines && partners_.size() > 1) make_room(peer);
}

void Partners::forget(const libp2p::PeerId& peer) {
  const auto at = partners_.find(peer);
  if (at == partners_.end()) return;
  lines_ -= at->second.partner.view.size();
  partners_.erase(at);
}

void Partners::make_room(const libp2p::PeerId& keep) {
  auto oldest = partners_.end();
  for (auto at = partners_.begin(); at != partners_.end(); ++at) {
    if (at->first == keep) continue;
    if (oldest == partners_.end() || at->second.used_at < oldest->second.used_at) oldest = at;
  }
  if (oldest == partners_.end()) return;
  lines_ -= oldest->second.partner.view.size();
  partners_.erase(oldest);
}

}  // namespace exchange
