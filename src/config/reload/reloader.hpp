// config/reload/reloader.hpp: reloads as transactions, one after the other. Machine code: no I/O, no clock; files
// are read and components act outside, and answer.
// Invariants: the effective configuration is always one that was given whole: the start's, or a file's of which
// every component concerned was ready. From the first `commit` to the last nothing else happens. Whatever hangs, a
// reload ends; `settled` comes back.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/state_table.hpp"
#include "config/reload/component.hpp"
#include "config/reload/record.hpp"
#include "config/text/diagnostic.hpp"
#include "config/text/settings.hpp"

namespace config::reload {

enum class State : std::uint8_t {
  starting,      ///< The node is not up yet; requests wait.
  idle,          ///<
  validating,    ///< The file is read and judged, in isolation.
  preparing,     ///< Updating: components build the new, one after the other.
  releasing,     ///< Updating: all have committed and let go of the old.
  rolling_back,  ///< All have aborted and let go of the new.
};

enum class Step : std::uint8_t { start, begin, refuse, accept, commit, abort, finish };

using Edge = base::Edge<State, Step>;

inline constexpr std::array kEdges{
    Edge{State::starting, Step::start, State::idle},
    Edge{State::idle, Step::begin, State::validating},
    Edge{State::validating, Step::refuse, State::idle},
    Edge{State::validating, Step::accept, State::preparing},
    Edge{State::preparing, Step::commit, State::releasing},
    Edge{State::preparing, Step::abort, State::rolling_back},
    Edge{State::releasing, Step::finish, State::idle},
    Edge{State::rolling_back, Step::finish, State::idle},
};

constexpr std::optional<State> next(State from, Step on) { return base::next_state(kEdges, from, on); }

/// "starting", "idle", "validating", "updating", "rolling_back".
std::string_view to_text(State state);

/// A file that was read and checked.
struct Candidate {
  std::optional<text::Settings> settings;  ///< Nothing: it has errors.
  std::vector<std::string> findings;       ///< Errors and warnings, a line each, without secrets.
};

/// What a reading of the file found, as a candidate; `file`: the name of conf.yaml.
Candidate make_candidate(std::optional<text::Settings> settings, const text::Diagnostics& diagnostics,
                         std::string_view file);

/// What the machine asks of the node around it. Answers may come at once, from inside the call.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  /// Read and check the file; answered with `validated`. `dry_run`: nothing will change, whatever it says.
  virtual void validate(Ticket ticket, bool dry_run) = 0;
  /// A reload ended; `record.askers` are to be told.
  virtual void finished(const Record& record) = 0;
};

struct Request {
  Asker asker;
  base::WallTime at;
  bool dry_run = false;  ///< Only tell what would change.
};

class Reloader {
 public:
  /// `components` in the order of dependency: each may rely on those before it. All are borrowed.
  Reloader(Surroundings& surroundings, std::vector<Component*> components);
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  /// The node is up and runs with `effective`.
  void started(text::Settings effective, base::TimePoint now);
  /// Asks for a reload. Requests during a reload fold into one more; dry runs into one of their own.
  void request(const Request& request, base::TimePoint now);
  void validated(Ticket ticket, Candidate candidate, base::TimePoint now);
  void prepared(Ticket ticket, std::optional<Failure> failure, base::TimePoint now);
  void released(Ticket ticket, base::TimePoint now);
  /// The node stops: what is not committed is rolled back, what waits is cancelled, nothing new begins. Go on when
  /// `settled`.
  void stop(base::TimePoint now);

  /// When to call `tick`; nothing: only an answer moves things.
  std::optional<base::TimePoint> wake_at() const { return deadline_; }
  void tick(base::TimePoint now);

  State state() const { return state_; }
  /// No reload is under way.
  bool settled() const { return state_ == State::idle || state_ == State::starting; }
  /// What the node runs with; valid after `started`.
  const text::Settings& effective() const { return effective_; }
  /// The last reloads, oldest first.
  std::span<const Record> history() const { return history_; }

 private:
  struct Pending {
    std::vector<Asker> askers;
    base::WallTime asked_at;
  };
  struct Run;

  void advance(base::TimePoint now);
  bool step(base::TimePoint now);
  bool step_idle(base::TimePoint now);
  bool step_validating(base::TimePoint now);
  bool step_preparing(base::TimePoint now);
  bool step_finishing(base::TimePoint now);

  void go(Step step);
  Ticket next_ticket() { return {.number = ++tickets_}; }
  void begin(bool dry_run, base::TimePoint now);
  void cancel(bool dry_run);
  void judge(base::TimePoint now);
  /// The one under way, which has a candidate.
  Update update() const;
  void take_notices();
  void prepare_next();
  void commit(base::TimePoint now);
  void abort(Outcome outcome, std::string component, std::string reason, base::TimePoint now);
  void release_all(base::TimePoint now);
  void refuse(Outcome outcome, std::string reason, base::TimePoint now);
  void conclude();
  void keep(Record record);

  Surroundings& surroundings_;
  std::vector<Component*> components_;
  State state_ = State::starting;
  text::Settings effective_;
  std::array<std::optional<Pending>, 2> pending_;  ///< By `dry_run`.
  std::unique_ptr<Run> run_;                       ///< The reload that is under way.
  Ticket awaited_;                                 ///< The one answer that `validating` or `preparing` waits for.
  std::optional<base::TimePoint> deadline_;
  std::vector<Record> history_;
  std::uint64_t tickets_ = 0;
  std::uint64_t reloads_ = 0;
  bool expired_ = false;  ///< The phase's time is over.
  bool stopping_ = false;
  bool advancing_ = false;  ///< Answers that come from inside a call are taken up when it returns.
};

}  // namespace config::reload
