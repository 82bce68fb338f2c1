// The engine's questions: when a round starts, and how it goes on.
#include <algorithm>
#include <set>
#include <utility>

#include "exchange/engine.hpp"

namespace exchange {

base::TimePoint Engine::next_round(base::TimePoint now) {
  // Within [3/4, 5/4] of the interval: nodes that started together do not stay together.
  const std::int64_t half = std::max<std::int64_t>(interval_.count() / 2, 1);
  return now + base::Duration{interval_.count() * 3 / 4 + rng_.below(half)};
}

/// How much `id` is to be asked. A need counts only `rest` after the last question: somebody whose rounds never
/// end well would otherwise need one for ever, before all others.
Candidate Engine::candidate(const libp2p::PeerId& id, base::TimePoint now, base::Duration rest) {
  const Peer& peer = *find(id);
  const Partner* partner = partners_.find(id);
  if (partner == nullptr || !partner->asked_at) return {.peer = id, .unknown = true, .asked_at = peer.ready_since};
  const bool rested = now - *partner->asked_at >= rest;
  return {.peer = id,
          .unknown = rested && (!partner->position || partner->scope != scope_of_links(peer)),
          .changed = rested && partner->position != peer.position,
          .asked_at = *partner->asked_at};
}

void Engine::start_due_rounds(base::TimePoint now) {
  if (rounds_held_ || now < next_round_at_) return;
  next_round_at_ = next_round(now);
  std::vector<Candidate> candidates;
  candidates.reserve(ready_.size());
  for (const libp2p::PeerId& id : ready_) {
    if (!rounds_.contains(id)) candidates.push_back(candidate(id, now, kNeedRestIntervals * interval_));
  }
  for (const libp2p::PeerId& id : choose_partners(std::move(candidates), kPartnersPerRound, rng_)) {
    if (rounds_.size() < kMaxRoundsAtOnce) start_round(id, now);
  }
}

void Engine::maybe_start_early(const libp2p::PeerId& id, base::TimePoint now) {
  if (rounds_held_ || rounds_.contains(id) || rounds_.size() >= kMaxRoundsAtOnce) return;
  const Candidate need = candidate(id, now, interval_);
  // The first partners after we were alone tell us the network; later, one whose log we know costs little to ask.
  const bool first = early_rounds_ < kPartnersPerRound;
  if (!first && (need.unknown || !need.changed)) return;
  ++early_rounds_;
  start_round(id, now);
}

void Engine::hold_rounds(bool held, base::TimePoint now) {
  if (!std::exchange(rounds_held_, held) || held) return;
  for (const libp2p::PeerId& id : ready_) maybe_start_early(id, now);
}

void Engine::start_round(const libp2p::PeerId& id, base::TimePoint now) {
  Partner& partner = partners_.of(id, now);
  partner.asked_at = now;
  RoundId round = rng_.next_u64();
  if (round == 0) round = 1;
  ++counters_.rounds_started;
  rounds_.emplace(id, ActiveRound{.round = Round{round, partner, scope_of_links(*find(id))}});
  ask(id, now);
}

void Engine::ask(const libp2p::PeerId& id, base::TimePoint now) {
  ActiveRound& active = rounds_.at(id);
  Peer& peer = *find(id);
  // Ask for no more than we may verify when it comes: a page that is dropped would be fetched again.
  const base::TimePoint ready = validator_.ready_at(peer.standing.checks, now, active.round.checks_ahead());
  active.waiting = ready > now;
  active.due = ready;
  if (active.waiting) return;
  // Waiting for tokens of our own is not the partner's doing; its answers have a limit each and one for all.
  active.asked_at = now;
  active.due = now + std::min<base::Duration>(kRequestTimeout, kRoundTimeout - active.waited);
  send(id, peer, {.round = active.round.id(), .body = active.round.request()});
}

void Engine::expire_rounds(base::TimePoint now) {
  std::vector<libp2p::PeerId> due;
  for (const auto& [id, active] : rounds_) {
    if (active.due <= now) due.push_back(id);
  }
  for (const libp2p::PeerId& id : due) {
    if (rounds_.at(id).waiting) {
      ask(id, now);
    } else {
      end_round(id, RoundResult::timed_out, now);
    }
  }
}

void Engine::handle(const libp2p::PeerId& id, Peer& peer, const Response& response, base::TimePoint now) {
  const auto at = rounds_.find(id);
  if (at == rounds_.end() || at->second.waiting || !at->second.round.expects(response)) {
    ++counters_.unexpected;  // late, most likely
    return;
  }
  at->second.waited += now - at->second.asked_at;
  if (const auto* listing = std::get_if<Listing>(&response.answer)) {
    take_listing(id, at->second.round, *listing);
  } else if (const auto* page = std::get_if<Records>(&response.answer)) {
    take_records(id, peer, *page, now);
  } else if (const auto* refusal = std::get_if<Refusal>(&response.answer)) {
    at->second.round.on_refusal(refusal->reason);
  } else {
    at->second.round.fail();
  }
  continue_round(id, now);
}

void Engine::take_listing(const libp2p::PeerId& id, Round& round, const Listing& listing) {
  const Scope scope = scope_of_links(*find(id));
  round.on_listing(listing, [&](const Entry& entry) {
    if (entry.peer == self_) return true;
    const Known* held = table_.find(entry.peer);
    if (held != nullptr && held->newest->version() == entry.version) {
      const Source source{.scope = scope, .unreachable = entry.unreachable, .cause = round.id()};
      if (table_.heard_again(entry.peer, source)) tell_learned(*held, id, source, false);
      table_.note_holder(entry.peer, id);
    }
    return table_.holds(entry.peer, entry.version, scope);
  });
}

void Engine::take_records(const libp2p::PeerId& id, Peer& peer, const Records& page, base::TimePoint now) {
  Round& round = rounds_.at(id).round;
  const Scope scope = scope_of_links(peer);
  bool dropped = false;
  std::set<libp2p::PeerId> answered;
  for (const Told& told : page.records) {
    const std::optional<Claim> claim = peek(told.envelope);
    const bool asked = claim && round.asks_for(claim->peer) && answered.insert(claim->peer).second;
    const Source source{.scope = scope, .unreachable = told.unreachable, .asked = asked, .cause = round.id()};
    dropped |= row_of(offer(id, peer, {.envelope = told.envelope, .source = source}, now)).dropped;
  }
  round.on_records(dropped);
}

void Engine::continue_round(const libp2p::PeerId& id, base::TimePoint now) {
  Round& round = rounds_.at(id).round;
  if (round.state() == RoundState::failed) return end_round(id, RoundResult::failed, now);
  if (round.state() != RoundState::finished) return ask(id, now);
  const std::optional<Lesson> lesson = round.take_lesson();
  const RoundResult result = lesson ? RoundResult::complete : RoundResult::incomplete;
  if (lesson) {
    partners_.learn(id, *lesson, now);
    find(id)->position = lesson->position;
  }
  end_round(id, result, now);
}

void Engine::end_round(const libp2p::PeerId& id, RoundResult result, base::TimePoint) {
  const auto at = rounds_.find(id);
  const Round& round = at->second.round;
  ++counters_.rounds_ended[static_cast<std::size_t>(result)];
  outputs_.emplace_back(RoundEnded{
      .peer = id, .round = round.id(), .result = result, .listed = round.listed(), .fetched = round.fetched()});
  rounds_.erase(at);
}

}  // namespace exchange
