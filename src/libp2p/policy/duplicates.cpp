#include "libp2p/policy/duplicates.hpp"

#include <algorithm>
#include <iterator>

namespace libp2p::policy {
namespace {

bool eligible(const ConnectionFacts& c) { return c.answered && !c.worn_out; }

bool dialled_by_smaller(const ConnectionFacts& c, IdOrder order) {
  return c.dialled_by_us == (order == IdOrder::we_are_smaller);
}

const ConnectionFacts* find(std::span<const ConnectionFacts> connections, std::optional<ConnId> id) {
  const auto at = std::ranges::find_if(connections, [id](const ConnectionFacts& c) { return c.id == id; });
  return at != connections.end() ? &*at : nullptr;
}

const ConnectionFacts* find_preferred(std::span<const ConnectionFacts> connections, IdOrder order) {
  const ConnectionFacts* best = nullptr;
  for (const ConnectionFacts& c : connections) {
    if (!eligible(c)) continue;
    const bool by_smaller = dialled_by_smaller(c, order);
    const bool better =
        best == nullptr ||
        (by_smaller != dialled_by_smaller(*best, order) ? by_smaller : c.handshake_hash > best->handshake_hash);
    if (better) best = &c;
  }
  return best;
}

}  // namespace

std::optional<ConnId> preferred(std::span<const ConnectionFacts> connections, IdOrder order) {
  const ConnectionFacts* best = find_preferred(connections, order);
  if (best == nullptr) return std::nullopt;
  return best->id;
}

std::optional<ConnId> serving(std::span<const ConnectionFacts> connections, IdOrder order, const Serving& now) {
  if (connections.empty()) return std::nullopt;
  const auto given_up = std::ranges::count(connections, true, &ConnectionFacts::we_retired);
  if (given_up > 0 && static_cast<std::size_t>(given_up) < connections.size()) {
    std::vector<ConnectionFacts> kept;
    std::ranges::copy_if(connections, std::back_inserter(kept), [](const auto& c) { return !c.we_retired; });
    return serving(kept, order, now);
  }
  if (now.decided) {
    if (order == IdOrder::we_are_larger) {
      const ConnectionFacts* followed = find(connections, now.followed);
      if (followed != nullptr && eligible(*followed)) return followed->id;
    }
    if (const std::optional<ConnId> best = preferred(connections, order)) return best;
  }
  if (find(connections, now.former) != nullptr) return now.former;
  return std::ranges::max_element(connections, {}, &ConnectionFacts::last_heard)->id;
}

bool may_retire(std::span<const ConnectionFacts> connections, IdOrder order, ConnId id) {
  const std::optional<ConnId> best = preferred(connections, order);
  return best && *best != id;
}

std::optional<ConnId> surplus(std::span<const ConnectionFacts> connections, IdOrder order, base::TimePoint now,
                              const Limits& limits) {
  if (order == IdOrder::we_are_larger) return std::nullopt;
  const ConnectionFacts* survivor = find_preferred(connections, order);
  if (survivor == nullptr || now - survivor->last_heard > limits.time.survivor_heard) return std::nullopt;

  const ConnectionFacts* silent_longest = nullptr;
  for (const ConnectionFacts& c : connections) {
    if (&c == survivor) continue;
    if (c.retired && c.open_streams == 0) return c.id;
    if (silent_longest == nullptr || c.last_heard < silent_longest->last_heard) silent_longest = &c;
  }
  if (silent_longest == nullptr || connections.size() <= limits.count.connections_per_peer) return std::nullopt;
  return silent_longest->id;
}

std::optional<ConnId> displaced(std::span<const ConnectionFacts> connections, IdOrder order, const Serving& now,
                                const Limits& limits) {
  if (connections.size() < limits.count.connections_per_peer_hard) return std::nullopt;
  const std::optional<ConnId> in_use = serving(connections, order, now);
  const std::optional<ConnId> best = preferred(connections, order);
  const ConnectionFacts* silent_longest = nullptr;
  for (const ConnectionFacts& c : connections) {
    if (c.id == in_use || c.id == best) continue;
    if (silent_longest == nullptr || c.last_heard < silent_longest->last_heard) silent_longest = &c;
  }
  if (silent_longest == nullptr) return std::nullopt;
  return silent_longest->id;
}

void PreferenceRound::begin(std::span<const ConnId> connections, base::TimePoint now) {
  entries_.clear();
  for (const ConnId id : connections) entries_.push_back({.id = id, .state = State::to_ping});
  deadline_ = now + length_;
}

PreferenceRound::Entry* PreferenceRound::find(ConnId id) {
  const auto at = std::ranges::find(entries_, id, &Entry::id);
  return at != entries_.end() ? &*at : nullptr;
}

std::vector<ConnId> PreferenceRound::to_ping() const {
  std::vector<ConnId> ids;
  for (const Entry& entry : entries_) {
    if (entry.state == State::to_ping) ids.push_back(entry.id);
  }
  return ids;
}

void PreferenceRound::on_ping_sent(ConnId id) {
  Entry* entry = find(id);
  if (entry != nullptr && entry->state == State::to_ping) entry->state = State::pinged;
}

void PreferenceRound::on_pong(ConnId id) {
  Entry* entry = find(id);
  if (entry != nullptr && entry->state == State::pinged) entry->state = State::answered;
}

void PreferenceRound::on_closed(ConnId id) {
  std::erase_if(entries_, [id](const Entry& entry) { return entry.id == id; });
}

bool PreferenceRound::answered(ConnId id) const {
  return std::ranges::any_of(entries_, [id](const Entry& e) { return e.id == id && e.state == State::answered; });
}

bool PreferenceRound::all_answered() const {
  return std::ranges::all_of(entries_, [](const Entry& e) { return e.state == State::answered; });
}

bool PreferenceRound::decided(base::TimePoint now) const { return all_answered() || now >= deadline_; }

std::optional<base::TimePoint> PreferenceRound::next_deadline() const {
  if (all_answered()) return std::nullopt;
  return deadline_;
}

}  // namespace libp2p::policy
