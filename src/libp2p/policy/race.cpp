#include "libp2p/policy/race.hpp"

#include <algorithm>

namespace libp2p::policy {

AddressRace::AddressRace(const Limits& limits)
    : time_{limits.time},
      max_running_{limits.count.dials_per_peer},
      max_candidates_{limits.count.dial_candidates} {}

std::optional<AddressRace::Index> AddressRace::add(Candidate candidate) {
  if (entries_.size() >= max_candidates_) return std::nullopt;
  entries_.push_back({.candidate = candidate, .state = over_ ? State::cancelled : State::waiting});
  return static_cast<Index>(entries_.size() - 1);
}

void AddressRace::start(base::TimePoint now) {
  started_ = true;
  next_start_ = now;
}

std::optional<AddressRace::Index> AddressRace::next_in_order() const {
  const Family turn = last_family_ == Family::ip6 ? Family::ip4 : Family::ip6;
  const auto rank = [turn](const Candidate& c) { return (c.nearby ? 0 : 2) + (c.family == turn ? 0 : 1); };
  std::optional<Index> best;
  for (Index i = 0; i < entries_.size(); ++i) {
    if (entries_[i].state != State::waiting) continue;
    if (!best || rank(entries_[i].candidate) < rank(entries_[*best].candidate)) best = i;
  }
  return best;
}

std::size_t AddressRace::in_flight() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [](const Entry& e) { return e.state == State::running || e.state == State::committed; }));
}

std::optional<base::TimePoint> AddressRace::next_deadline() const {
  if (!started_ || over_ || in_flight() >= max_running_ || !next_in_order()) return std::nullopt;
  return next_start_;
}

std::optional<AddressRace::Index> AddressRace::poll(base::TimePoint now) {
  const std::optional<base::TimePoint> due = next_deadline();
  if (!due || now < *due) return std::nullopt;
  const std::optional<Index> index = next_in_order();
  Entry& entry = entries_[*index];
  entry.state = State::running;
  last_family_ = entry.candidate.family;
  next_start_ = now + (entry.candidate.nearby ? time_.dial_stagger_nearby : time_.dial_stagger);
  return index;
}

void AddressRace::on_failed(Index index, base::TimePoint now) {
  Entry& entry = entries_.at(index);
  if (entry.state != State::running && entry.state != State::committed) return;
  entry.state = State::failed;
  next_start_ = std::min(next_start_, now);
}

void AddressRace::on_committed(Index index, base::TimePoint now) {
  Entry& entry = entries_.at(index);
  if (entry.state != State::running) return;
  entry.state = State::committed;
  next_start_ = std::max(next_start_, base::TimePoint{now + time_.dial_hold_committed});
}

std::vector<AddressRace::Index> AddressRace::on_connected(Index index) {
  Entry& entry = entries_.at(index);
  if (entry.state != State::running && entry.state != State::committed) return {};
  entry.state = State::connected;
  if (over_) return {};
  winner_ = index;
  return give_up();
}

std::vector<AddressRace::Index> AddressRace::give_up() {
  over_ = true;
  std::vector<Index> to_cancel;
  for (Index i = 0; i < entries_.size(); ++i) {
    State& state = entries_[i].state;
    if (state == State::running) to_cancel.push_back(i);
    if (state == State::running || state == State::waiting) state = State::cancelled;
  }
  return to_cancel;
}

bool AddressRace::finished() const { return started_ && in_flight() == 0 && (over_ || !next_in_order()); }

}  // namespace libp2p::policy
