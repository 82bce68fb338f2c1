// exchange/rounds.hpp: one question and answer game with one partner, from the asker's side; and whom to ask.
// Machine code. Spec: docs/protocol.md#rounds.
// Invariants: at most one request is outstanding; the end is fixed by the first page; a lesson is there only when
// every page was handled and nothing was dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/rng.hpp"
#include "exchange/partners.hpp"

namespace exchange {

enum class RoundState : std::uint8_t {
  changes,       ///< Asking what changed since the known position.
  fingerprints,  ///< Asking what differs from the known view.
  records,       ///< Fetching what a page listed and we do not hold.
  finished,
  failed,
};

/// What a round needs to know of the records we have.
using Holds = std::function<bool(const Entry&)>;

class Round {
 public:
  /// Begins with the change log if `memory` has a position of the same scope, else with fingerprints.
  Round(RoundId id, const Partner& memory, Scope scope);

  RoundId id() const { return id_; }
  RoundState state() const { return state_; }

  /// The request to send now. Not in `finished` and `failed`.
  Request request();
  /// How many signature checks the answer to that request may cost.
  std::size_t checks_ahead() const;

  /// True if the outstanding question is for the record of `peer`, among others.
  bool asks_for(const libp2p::PeerId& peer) const;

  /// True if `response` answers the outstanding request with something that fits it.
  bool expects(const Response& response) const;
  void on_listing(const Listing& listing, const Holds& holds);
  /// The answer to a question for records was handled; `dropped`: a part of it by a limit of ours, or bad.
  void on_records(bool dropped);
  void on_refusal(Refusal::Reason reason);
  void fail() { state_ = RoundState::failed; }

  /// After `finished`: what to remember; nothing if something was dropped, so that it is listed again.
  std::optional<Lesson> take_lesson();
  std::size_t listed() const { return listed_; }
  std::size_t fetched() const { return fetched_; }

 private:
  std::size_t batch_size() const;
  void proceed();

  RoundId id_;
  RoundState state_;
  RoundState listing_state_;  ///< To which `records` goes back for the next page.
  std::uint64_t request_id_ = 0;
  std::uint64_t cursor_ = 0;  ///< Change number or key after which the next page starts.
  bool first_page_ = true;
  bool more_ = false;
  bool dropped_ = false;
  std::size_t listed_ = 0;
  std::size_t fetched_ = 0;
  Position since_;
  std::vector<Fingerprint> ranges_;
  std::vector<libp2p::PeerId> wanted_;  ///< Of the present page, the last first.
  Lesson lesson_;
};

/// A partner as the choice sees it.
struct Candidate {
  libp2p::PeerId peer;
  bool unknown =
      false;  ///< Its R was never taken over, or on a link of another scope; and it was not asked lately.
  bool changed =
      false;  ///< Its log moved since it was taken over, as far as is known; and it was not asked lately.
  base::TimePoint asked_at{};  ///< Or, if it never was, since when it could be.
};

/// At most `count` of `candidates`: unknown ones first, then changed ones, then those asked longest ago; equals by
/// chance. The last place is always for the one asked longest ago: whatever others claim, everybody has a turn.
std::vector<libp2p::PeerId> choose_partners(std::vector<Candidate> candidates, std::size_t count, base::Rng& rng);

}  // namespace exchange
