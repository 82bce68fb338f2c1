// observe/log.hpp: structured log events. A `Log` per process holds level, sinks and run id; components hold a
// `Logger`, a cheap handle with the component's name and the ids that join its lines.
//
//   log.warn("peer.dial.failed", "Connection to peer failed", {{"peer", id}, {"attempt", 3}, {"took", 15ms}});
//
// The first argument is the event's stable name (docs/log-events.md), a literal, so that a lint finds it.
// Thread rules: everything here may be used from any thread. A line below the level costs one relaxed load; its
// arguments are evaluated all the same, so guard costly ones with `enabled`.
#pragma once

#include <atomic>
#include <initializer_list>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "observe/field.hpp"
#include "observe/level.hpp"
#include "observe/sink.hpp"

namespace observe {

class Counter;
class Registry;

class Log {
 private:
  struct Slot;

 public:
  /// Sinks that a log can take over without anything that could fail.
  class Sinks {
   public:
    explicit Sinks(std::vector<std::shared_ptr<Sink>> sinks);
    Sinks(Sinks&&) noexcept;
    Sinks& operator=(Sinks&&) noexcept;
    ~Sinks();

   private:
    friend class Log;
    std::vector<std::unique_ptr<Slot>> slots_;
  };

  /// `clock` and `metrics` are borrowed for the life of the log; `run` is this process's run id (ids.hpp).
  Log(const base::Clock& clock, Registry& metrics, std::string run);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool enabled(Level level) const { return level >= level_.load(std::memory_order_relaxed); }
  Level level() const { return level_.load(std::memory_order_relaxed); }
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }

  /// Replaces all sinks (start, reload). Lines in flight still go to the old ones.
  void set_sinks(std::vector<std::shared_ptr<Sink>> sinks);
  /// The same for a commit: allocates nothing. `sinks` holds the old ones afterwards.
  void swap_sinks(Sinks& sinks) noexcept;
  /// Opens every sink's target again. The first error is returned; the other sinks are reopened all the same.
  base::Result<void> reopen();

  std::string_view run() const { return run_; }

  /// Counts the line and gives it to every sink. A sink that fails loses the line: the others are told once when
  /// that begins (`log.sink.failed`) and once when it is over (`log.sink.recovered`, with the number of lost
  /// lines).
  void write(Level level, std::string_view component, std::span<const ContextId> context, std::string_view event,
             std::string_view message, std::span<const Field> fields);

  /// Lines that at least one sink has lost since it was set, added up over the sinks.
  std::uint64_t lost() const;

 private:
  void tell_others(const Slot* failed, const Record& record);

  const base::Clock& clock_;
  const std::string run_;
  std::array<Counter*, kLevelNames.size()> lines_{};
  Counter& lost_lines_;
  std::atomic<Level> level_{Level::info};
  mutable std::shared_mutex mutex_;  ///< Guards which sinks there are; each sink guards itself.
  std::vector<std::unique_ptr<Slot>> slots_;
};

/// A component's way to log. Copies are independent. One made without a log drops every line.
class Logger {
 public:
  Logger() = default;
  /// `log` is borrowed and must outlive the logger and its children.
  Logger(Log& log, std::string component) : log_{&log}, component_{std::move(component)} {}

  /// The same component with further ids on every line, for one connection, stream or exchange round.
  Logger with(std::initializer_list<ContextId> ids) const;

  bool enabled(Level level) const { return log_ != nullptr && log_->enabled(level); }

  void debug(std::string_view event, std::string_view message, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::debug)) write(Level::debug, event, message, fields);
  }
  void info(std::string_view event, std::string_view message, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::info)) write(Level::info, event, message, fields);
  }
  void warn(std::string_view event, std::string_view message, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::warn)) write(Level::warn, event, message, fields);
  }
  void error(std::string_view event, std::string_view message, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::error)) write(Level::error, event, message, fields);
  }
  /// For fields that are computed (a configuration, a decoded message). Drops the line below the level.
  void at(Level level, std::string_view event, std::string_view message, std::span<const Field> fields) const {
    if (enabled(level)) write(level, event, message, fields);
  }

 private:
  void write(Level level, std::string_view event, std::string_view message, std::span<const Field> fields) const {
    log_->write(level, component_, context_, event, message, fields);
  }

  Log* log_ = nullptr;
  std::string component_;
  std::vector<ContextId> context_;
};

}  // namespace observe
