#include "btc-federation/reload_desk.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "config/disk/last_good.hpp"
#include "config/disk/load.hpp"

namespace btc_federation {

namespace asio = boost::asio;
using config::reload::Asker;
using config::reload::Outcome;
using config::reload::Record;

namespace {

std::vector<std::string> texts_of(const std::vector<config::reload::Change>& changes) {
  std::vector<std::string> out;
  out.reserve(changes.size());
  for (const config::reload::Change& change : changes) {
    out.push_back(fmt::format("{}: {} -> {}", change.path, change.before, change.after));
  }
  return out;
}

std::vector<std::string> texts_of(const std::vector<Asker>& askers) {
  std::vector<std::string> out;
  out.reserve(askers.size());
  for (const Asker& asker : askers) {
    out.push_back(fmt::format("{} of pid {} uid {}", asker.way == Asker::Way::signal ? "signal" : "command",
                              asker.pid, asker.uid));
  }
  return out;
}

}  // namespace

control::Answer answer_of(const Record& record) {
  control::Answer answer{.text = config::reload::to_text(record), .result = config::reload::to_json(record)};
  const bool would_be_refused = record.outcome == Outcome::dry_run && !record.reason.empty();
  if (!is_good(record.outcome) || would_be_refused) {
    const Outcome outcome = would_be_refused ? Outcome::refused : record.outcome;
    answer.failure = control::Failure{.code = std::string{config::reload::to_text(outcome)},
                                      .message = record.component.empty()
                                                     ? record.reason
                                                     : fmt::format("{}: {}", record.component, record.reason)};
  }
  return answer;
}

ReloadDesk::ReloadDesk(World world, Paths paths, Hooks hooks)
    : world_{std::move(world)},
      paths_{std::move(paths)},
      hooks_{std::move(hooks)},
      logger_{world_.log, "config"},
      timer_{world_.timers, [this] {
               reloader_->tick(world_.clock.now());
               turn();
             }} {}

config::reload::Answers ReloadDesk::answers() {
  return {.prepared =
              [this, alive = std::weak_ptr{alive_}](config::reload::Ticket ticket,
                                                    std::optional<config::reload::Failure> failure) {
                if (alive.expired()) return;
                reloader_->prepared(ticket, std::move(failure), world_.clock.now());
                turn();
              },
          .released =
              [this, alive = std::weak_ptr{alive_}](config::reload::Ticket ticket) {
                if (alive.expired()) return;
                reloader_->released(ticket, world_.clock.now());
                turn();
              }};
}

void ReloadDesk::use(std::vector<config::reload::Component*> components) {
  reloader_.emplace(*this, std::move(components));
}

void ReloadDesk::started(config::text::Settings settings, const std::string& clean_text) {
  keep(clean_text);
  reloader_->started(std::move(settings), world_.clock.now());
  turn();
}

void ReloadDesk::request(const Signal& signal) {
  ask({.way = Asker::Way::signal, .pid = signal.pid, .uid = signal.uid}, false);
}

void ReloadDesk::request(const control::Caller& caller, bool dry_run, control::Reply reply) {
  const std::uint64_t id = next_reply_++;
  replies_.emplace(id, std::move(reply));
  ask({.way = Asker::Way::command, .pid = caller.pid, .uid = caller.uid, .reply = id}, dry_run);
}

void ReloadDesk::ask(const Asker& asker, bool dry_run) {
  reloader_->request({.asker = asker, .at = world_.clock.wall(), .dry_run = dry_run}, world_.clock.now());
  turn();
}

void ReloadDesk::stop(std::function<void()> settled) {
  on_settled_ = std::move(settled);
  reloader_->stop(world_.clock.now());
  turn();
}

/// After everything that may have moved the machine.
void ReloadDesk::turn() {
  if (const std::optional<base::TimePoint> at = reloader_->wake_at()) {
    timer_.arm(*at);
  } else {
    timer_.cancel();
  }
  if (on_settled_ && reloader_->settled()) asio::post(world_.executor, std::exchange(on_settled_, nullptr));
}

void ReloadDesk::validate(config::reload::Ticket ticket, bool dry_run) {
  if (!dry_run) hooks_.began();
  world_.worker([this, ticket, alive = std::weak_ptr{alive_}] {
    auto loaded = std::make_shared<config::disk::Loaded>(
        config::disk::check_at_rest(world_.files, world_.clock, paths_.config, paths_.inputs));
    asio::post(world_.executor, [this, ticket, alive, loaded] {
      if (alive.expired()) return;
      clean_text_ = std::move(loaded->clean_text);
      reloader_->validated(
          ticket, config::reload::make_candidate(std::move(loaded->settings), loaded->diagnostics, paths_.config),
          world_.clock.now());
      turn();
    });
  });
}

void ReloadDesk::finished(const Record& record) {
  log(record);
  const bool holds = record.outcome == Outcome::applied || record.outcome == Outcome::unchanged;
  if (holds) keep(clean_text_);
  // One that came too late for a list that is full says nothing of the reload that is under way.
  if (reloader_->settled()) hooks_.ended(record);
  for (const Asker& asker : record.askers) {
    const auto reply = replies_.extract(asker.reply);
    if (asker.way == Asker::Way::command && !reply.empty()) reply.mapped()(answer_of(record));
  }
}

void ReloadDesk::log(const Record& record) const {
  const std::vector<std::string> askers = texts_of(record.askers);
  const std::vector<std::string> changes = texts_of(record.changes);
  const std::string_view outcome = config::reload::to_text(record.outcome);
  const observe::Field fields[]{{"number", record.number},
                                {"outcome", outcome},
                                {"asked_by", askers},
                                {"changes", changes},
                                {"findings", record.findings},
                                {"failed", record.component},
                                {"reason", record.reason},
                                {"validating", record.validating},
                                {"preparing", record.preparing},
                                {"finishing", record.finishing}};
  using observe::Level;
  switch (record.outcome) {
    case Outcome::applied: return logger_.at(Level::info, "config.reloaded", "Configuration reloaded", fields);
    case Outcome::unchanged:
      return logger_.at(Level::info, "config.unchanged", "Configuration is as it was", fields);
    case Outcome::dry_run:
      return logger_.at(Level::info, "config.dry_run", "Configuration checked, nothing is applied", fields);
    case Outcome::cancelled: return logger_.at(Level::warn, "config.reload.cancelled", "Reload given up", fields);
    case Outcome::invalid:
    case Outcome::refused:
    case Outcome::failed:
    case Outcome::timed_out:
      return logger_.at(Level::error, "config.reload.failed",
                        "Configuration not reloaded: the node runs on as before", fields);
  }
}

void ReloadDesk::keep(const std::string& clean_text) {
  if (clean_text.empty()) return;
  world_.worker([this, clean_text, alive = std::weak_ptr{alive_}] {
    const base::Result<void> kept =
        config::disk::keep_last_good(world_.files, world_.rng, paths_.config, clean_text);
    if (kept) return;
    asio::post(world_.executor, [this, alive, error = kept.error()] {
      if (alive.expired()) return;
      logger_.warn("config.last_good.unsaved", "The configuration that works cannot be kept beside conf.yaml",
                   {{"file", config::disk::last_good_path(paths_.config)}, {"reason", error.message()}});
    });
  });
}

}  // namespace btc_federation
