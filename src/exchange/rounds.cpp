#include "exchange/rounds.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "exchange/limits.hpp"

namespace exchange {

Round::Round(RoundId id, const Partner& memory, Scope scope) : id_{id} {
  const bool known = memory.position && memory.scope == scope;
  state_ = listing_state_ = known ? RoundState::changes : RoundState::fingerprints;
  if (known) since_ = *memory.position;
  cursor_ = since_.change;
  // A view of another scope holds records that were refused there and may be of use here: begin with nothing.
  const std::vector<Line> nothing;
  const std::vector<Line>& view = memory.scope == scope ? memory.view : nothing;
  ranges_ = fingerprints_of(view, range_count(view.size()));
  lesson_.scope = scope;
}

std::size_t Round::batch_size() const { return std::min(wanted_.size(), kMaxRecordsPerPage); }

std::size_t Round::checks_ahead() const { return state_ == RoundState::records ? batch_size() : 0; }

Request Round::request() {
  Request request{.id = ++request_id_, .query = {}};
  switch (state_) {
    case RoundState::changes:
      request.query = ChangesQuery{.since = {.epoch = since_.epoch, .change = cursor_},
                                   .end = first_page_ ? 0 : lesson_.position.change};
      break;
    case RoundState::fingerprints:
      request.query = FingerprintQuery{
          .ranges = ranges_, .after = first_page_ ? std::nullopt : std::optional<std::uint64_t>{cursor_}};
      break;
    case RoundState::records:
      request.query =
          RecordsQuery{{wanted_.rbegin(), wanted_.rbegin() + static_cast<std::ptrdiff_t>(batch_size())}};
      break;
    case RoundState::finished:
    case RoundState::failed: break;
  }
  return request;
}

bool Round::asks_for(const libp2p::PeerId& peer) const {
  const auto batch = wanted_.end() - static_cast<std::ptrdiff_t>(checks_ahead());
  return std::find(batch, wanted_.end(), peer) != wanted_.end();
}

bool Round::expects(const Response& response) const {
  if (request_id_ == 0 || response.id != request_id_) return false;
  if (std::holds_alternative<Listing>(response.answer)) {
    return state_ == RoundState::changes || state_ == RoundState::fingerprints;
  }
  if (std::holds_alternative<Records>(response.answer)) return state_ == RoundState::records;
  return state_ != RoundState::finished && state_ != RoundState::failed;
}

void Round::on_listing(const Listing& listing, const Holds& holds) {
  if (first_page_) {
    lesson_.position = listing.position;
    if (state_ == RoundState::fingerprints) {
      lesson_.ranges = ranges_.size();
      lesson_.differing = listing.differing;
    }
  } else if (listing.position.epoch != lesson_.position.epoch) {
    return fail();  // it restarted between two pages
  }
  first_page_ = false;
  listed_ += listing.entries.size();
  // A page that does not go forward, small pages, or pages without end would keep us asking for ever.
  const bool stuck = listing.more && (listing.entries.size() < kMinEntriesBeforeMore || listing.next <= cursor_);
  if (stuck || listed_ > kMaxListedPerRound) return fail();
  more_ = listing.more;
  if (more_) cursor_ = listing.next;

  for (const Entry& entry : listing.entries) {
    lesson_.lines.push_back(line_of(entry));
    if (!holds(entry)) wanted_.push_back(entry.peer);
  }
  std::ranges::reverse(wanted_);
  proceed();
}

void Round::on_records(bool dropped) {
  dropped_ |= dropped;
  fetched_ += batch_size();
  wanted_.erase(wanted_.end() - static_cast<std::ptrdiff_t>(batch_size()), wanted_.end());
  proceed();
}

void Round::on_refusal(Refusal::Reason reason) {
  if (state_ != RoundState::changes || reason != Refusal::Reason::unknown_position) return fail();
  state_ = listing_state_ = RoundState::fingerprints;
  first_page_ = true;
  more_ = false;
  cursor_ = 0;
  lesson_.lines.clear();
}

void Round::proceed() {
  if (!wanted_.empty()) {
    state_ = RoundState::records;
  } else {
    state_ = more_ ? listing_state_ : RoundState::finished;
  }
}

std::optional<Lesson> Round::take_lesson() {
  if (state_ != RoundState::finished || dropped_) return std::nullopt;
  return std::move(lesson_);
}

std::vector<libp2p::PeerId> choose_partners(std::vector<Candidate> candidates, std::size_t count, base::Rng& rng) {
  for (std::size_t i = candidates.size(); i > 1; --i) {
    std::swap(candidates[i - 1], candidates[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(i)))]);
  }
  using Need = std::tuple<bool, bool, base::TimePoint, std::size_t>;
  std::vector<Need> needs;  // the greatest need first; the shuffled place decides among equals
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    needs.emplace_back(!c.unknown, !c.changed, c.asked_at, i);
  }
  const auto end = needs.begin() + static_cast<std::ptrdiff_t>(std::min(count, needs.size()));
  std::partial_sort(needs.begin(), end, needs.end());
  if (end != needs.begin()) {
    const auto asked_at = [](const Need& need) { return std::get<2>(need); };
    std::iter_swap(end - 1, std::ranges::min_element(end - 1, needs.end(), {}, asked_at));
  }
  std::vector<libp2p::PeerId> chosen;
  for (auto need = needs.begin(); need != end; ++need) chosen.push_back(candidates[std::get<3>(*need)].peer);
  return chosen;
}

}  // namespace exchange
