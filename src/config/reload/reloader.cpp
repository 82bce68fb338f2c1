#include "config/reload/reloader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <ranges>
#include <utility>

#include "config/reload/limits.hpp"

namespace config::reload {
namespace {

constexpr std::string_view kStopping = "the node is stopping";

bool concerned(const Component& component, std::span<const text::Key* const> changed) {
  return component.always() ||
         std::ranges::any_of(changed, [&](const text::Key* key) { return component.concerns(*key); });
}

/// Why this change cannot be applied while the node runs; empty if it can.
std::string restart_reason(std::span<const text::Key* const> changed) {
  std::string keys;
  for (const text::Key* key : changed) {
    if (key->effect != text::Effect::restart) continue;
    keys += (keys.empty() ? "" : ", ") + key->path();
    if (text::is_secret(*key)) keys += " (another key is another identity)";
  }
  return keys.empty() ? "" : keys + ": a change needs a restart; nothing of this file is applied";
}

}  // namespace

std::string_view to_text(State state) {
  switch (state) {
    case State::starting: return "starting";
    case State::idle: return "idle";
    case State::validating: return "validating";
    case State::preparing:
    case State::releasing: return "updating";
    case State::rolling_back: return "rolling_back";
  }
  return "";
}

Candidate make_candidate(std::optional<text::Settings> settings, const text::Diagnostics& diagnostics,
                         std::string_view file) {
  Candidate candidate{.settings = std::move(settings), .findings = {}};
  for (const text::Diagnostic& item : diagnostics.items()) candidate.findings.push_back(item.to_text(file));
  return candidate;
}

struct Reloader::Run {
  Record record;
  base::TimePoint phase_began;
  std::optional<Candidate> candidate;
  std::vector<const text::Key*> changed;
  std::vector<Component*> affected;
  std::size_t prepared = 0;  ///< How many of `affected` are ready.
  /// The answer of the one that is asked, until it is taken up.
  std::optional<std::optional<Failure>> answer;
  std::vector<Ticket> unreleased;
};

Reloader::Reloader(Surroundings& surroundings, std::vector<Component*> components)
    : surroundings_{surroundings}, components_{std::move(components)} {}

Reloader::~Reloader() = default;

void Reloader::started(text::Settings effective, base::TimePoint now) {
  effective_ = std::move(effective);
  go(Step::start);
  advance(now);
}

void Reloader::request(const Request& request, base::TimePoint now) {
  std::optional<Pending>& pending = pending_[request.dry_run ? 1 : 0];
  if (!pending) pending = Pending{.askers = {}, .asked_at = request.at};
  if (pending->askers.size() < kMaxAskers) {
    pending->askers.push_back(request.asker);
  } else if (request.asker.way == Asker::Way::command) {
    keep({.asked_at = request.at,
          .askers = {request.asker},
          .dry_run = request.dry_run,
          .outcome = Outcome::cancelled,
          .reason = "too many wait for a reload: ask again"});
  }
  advance(now);
}

void Reloader::validated(Ticket ticket, Candidate candidate, base::TimePoint now) {
  if (state_ != State::validating || ticket != awaited_) return;
  awaited_ = {};
  run_->candidate = std::move(candidate);
  advance(now);
}

void Reloader::prepared(Ticket ticket, std::optional<Failure> failure, base::TimePoint now) {
  if (state_ != State::preparing || ticket != awaited_) return;
  awaited_ = {};
  run_->answer = std::move(failure);
  advance(now);
}

void Reloader::released(Ticket ticket, base::TimePoint now) {
  if (!run_ || std::erase(run_->unreleased, ticket) == 0) return;
  advance(now);
}

void Reloader::stop(base::TimePoint now) {
  stopping_ = true;
  const bool finishing = state_ == State::releasing || state_ == State::rolling_back;
  if (finishing) deadline_ = std::min(*deadline_, now + kReleaseLimitAtStop);
  advance(now);
}

void Reloader::tick(base::TimePoint now) {
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  expired_ = true;
  advance(now);
}

void Reloader::advance(base::TimePoint now) {
  if (std::exchange(advancing_, true)) return;
  while (step(now)) continue;
  advancing_ = false;
}

/// Does what can be done now; false if there is nothing.
bool Reloader::step(base::TimePoint now) {
  switch (state_) {
    case State::starting:
    case State::idle: return step_idle(now);
    case State::validating: return step_validating(now);
    case State::preparing: return step_preparing(now);
    case State::releasing:
    case State::rolling_back: return step_finishing(now);
  }
  return false;
}

bool Reloader::step_idle(base::TimePoint now) {
  for (const bool dry_run : {false, true}) {
    if (!pending_[dry_run ? 1 : 0]) continue;
    if (stopping_) {
      cancel(dry_run);
      return true;
    }
    if (state_ == State::starting) continue;
    begin(dry_run, now);
    return true;
  }
  return false;
}

bool Reloader::step_validating(base::TimePoint now) {
  if (stopping_) {
    refuse(Outcome::cancelled, std::string{kStopping}, now);
  } else if (run_->candidate) {
    judge(now);
  } else if (expired_) {
    refuse(Outcome::timed_out, "the configuration could not be read in time", now);
  } else {
    return false;
  }
  return true;
}

bool Reloader::step_preparing(base::TimePoint now) {
  Run& run = *run_;
  const bool all_ready = run.prepared == run.affected.size();
  if (all_ready) {
    commit(now);
    return true;
  }
  const std::string component{run.affected[run.prepared]->name()};
  if (run.answer && *run.answer) {
    Failure failure = std::move(**run.answer);
    abort(Outcome::failed, component,
          failure.key.empty() ? std::move(failure.reason) : fmt::format("{}: {}", failure.key, failure.reason),
          now);
  } else if (stopping_) {
    abort(Outcome::cancelled, {}, std::string{kStopping}, now);
  } else if (run.answer) {
    run.answer.reset();
    ++run.prepared;
    prepare_next();
  } else if (expired_) {
    abort(Outcome::timed_out, component, "it was not ready in time", now);
  } else {
    return false;
  }
  return true;
}

bool Reloader::step_finishing(base::TimePoint now) {
  Run& run = *run_;
  if (!run.unreleased.empty() && !expired_) return false;
  if (!run.unreleased.empty() && state_ == State::releasing)
    run.record.reason = "applied; the old is still in use";
  run.record.finishing = now - run.phase_began;
  go(Step::finish);
  conclude();
  return true;
}

void Reloader::go(Step step) {
  const std::optional<State> to = next(state_, step);
  assert(to);
  state_ = *to;
  expired_ = false;
  deadline_.reset();
}

void Reloader::begin(bool dry_run, base::TimePoint now) {
  Pending pending = *std::exchange(pending_[dry_run ? 1 : 0], std::nullopt);
  run_ = std::make_unique<Run>();
  run_->record = {.asked_at = pending.asked_at, .askers = std::move(pending.askers), .dry_run = dry_run};
  run_->phase_began = now;
  go(Step::begin);
  deadline_ = now + kValidateLimit;
  awaited_ = next_ticket();
  surroundings_.validate(awaited_, dry_run);
}

void Reloader::cancel(bool dry_run) {
  Pending pending = *std::exchange(pending_[dry_run ? 1 : 0], std::nullopt);
  keep({.asked_at = pending.asked_at,
        .askers = std::move(pending.askers),
        .dry_run = dry_run,
        .outcome = Outcome::cancelled,
        .reason = std::string{kStopping}});
}

/// The candidate is there: what becomes of it?
void Reloader::judge(base::TimePoint now) {
  Run& run = *run_;
  run.record.findings = std::move(run.candidate->findings);
  if (!run.candidate->settings) return refuse(Outcome::invalid, "the configuration has errors", now);
  const text::Settings& after = *run.candidate->settings;
  run.changed = text::changed_keys(effective_, after);
  run.record.changes = changes_between(effective_, after);
  for (Component* component : components_) {
    if (concerned(*component, run.changed)) run.affected.push_back(component);
  }
  std::string restart = restart_reason(run.changed);
  if (restart.empty()) take_notices();
  if (run.record.dry_run) {
    return refuse(Outcome::dry_run, restart.empty() ? "" : "would be refused: " + restart, now);
  }
  if (!restart.empty()) return refuse(Outcome::refused, std::move(restart), now);
  run.record.outcome = run.changed.empty() ? Outcome::unchanged : Outcome::applied;
  run.record.validating = now - run.phase_began;
  run.phase_began = now;
  go(Step::accept);
  deadline_ = now + kPrepareLimit;
  prepare_next();
}

Update Reloader::update() const {
  return {.before = effective_, .after = *run_->candidate->settings, .changed = run_->changed};
}

void Reloader::take_notices() {
  for (const Component* component : run_->affected) {
    for (const Notice& notice : component->notices(update())) {
      run_->record.findings.push_back(fmt::format("{}: {}", notice.key, notice.text));
    }
  }
}

void Reloader::prepare_next() {
  Run& run = *run_;
  if (run.prepared == run.affected.size()) return;
  awaited_ = next_ticket();
  run.affected[run.prepared]->prepare(update(), awaited_);
}

void Reloader::commit(base::TimePoint now) {
  for (Component* component : run_->affected) component->commit();
  effective_ = std::move(*run_->candidate->settings);
  go(Step::commit);
  release_all(now);
}

/// The one that is not ready is aborted as well, and first.
void Reloader::abort(Outcome outcome, std::string component, std::string reason, base::TimePoint now) {
  Run& run = *run_;
  run.affected.resize(run.prepared + 1);
  run.record.outcome = outcome;
  run.record.component = std::move(component);
  run.record.reason = std::move(reason);
  awaited_ = {};
  for (Component* one : std::views::reverse(run.affected)) one->abort();
  go(Step::abort);
  release_all(now);
}

void Reloader::release_all(base::TimePoint now) {
  Run& run = *run_;
  run.record.preparing = now - run.phase_began;
  run.phase_began = now;
  deadline_ = now + (stopping_ ? base::Duration{kReleaseLimitAtStop} : base::Duration{kReleaseLimit});
  for (std::size_t i = 0; i < run.affected.size(); ++i) run.unreleased.push_back(next_ticket());
  const std::vector<Ticket> tickets = run.unreleased;  // answers take them out
  for (std::size_t i = 0; i < run.affected.size(); ++i) run.affected[i]->release(tickets[i]);
}

/// Ends a reload that has touched nothing.
void Reloader::refuse(Outcome outcome, std::string reason, base::TimePoint now) {
  run_->record.outcome = outcome;
  run_->record.reason = std::move(reason);
  run_->record.validating = now - run_->phase_began;
  awaited_ = {};
  go(Step::refuse);
  conclude();
}

void Reloader::conclude() {
  Record record = std::move(run_->record);
  run_.reset();
  keep(std::move(record));
}

void Reloader::keep(Record record) {
  record.number = ++reloads_;
  if (history_.size() == kMaxHistory) history_.erase(history_.begin());
  history_.push_back(record);
  surroundings_.finished(record);
}

}  // namespace config::reload
