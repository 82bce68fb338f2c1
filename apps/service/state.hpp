// service/state.hpp: what the service manager is told, and when. Machine code: times go in, messages come out.
// Spec: sd_notify(3), systemd.service(5) "Type=notify-reload". Invariants: RELOADING=1 is followed by READY=1 or
// STOPPING=1; READY=1 comes before all but STATUS; after STOPPING=1 nothing but STATUS and WATCHDOG=1 is said.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace service {

enum class Phase : std::uint8_t { starting, ready, reloading, stopping };
enum class Turn : std::uint8_t { up, reload, done, stop };

struct Edge {
  Phase from;
  Turn on;
  Phase to;
};

inline constexpr std::array kEdges{
    Edge{Phase::starting, Turn::up, Phase::ready},    Edge{Phase::ready, Turn::reload, Phase::reloading},
    Edge{Phase::reloading, Turn::done, Phase::ready}, Edge{Phase::starting, Turn::stop, Phase::stopping},
    Edge{Phase::ready, Turn::stop, Phase::stopping},  Edge{Phase::reloading, Turn::stop, Phase::stopping},
};

constexpr std::optional<Phase> next(Phase from, Turn on) {
  for (const Edge& edge : kEdges)
    if (edge.from == from && edge.on == on) return edge.to;
  return std::nullopt;
}

/// How often the service manager wants to hear from the process, from $WATCHDOG_USEC and $WATCHDOG_PID (empty: not
/// set); nothing if it does not, or if it means another process.
std::optional<base::Duration> watchdog_interval(std::string_view usec, std::string_view pid, std::int64_t own_pid);

/// Each function gives the message that is to be sent now, or nothing. `status` is one line for people.
class State {
 public:
  explicit State(std::optional<base::Duration> watchdog) : watchdog_{watchdog} {}

  std::string up(std::string_view status, base::TimePoint now);
  /// A second one before `reloaded` belongs to the first; the manager is told the later time all the same.
  std::string reloading(base::TimePoint now);
  std::string reloaded(std::string_view status);
  std::string stopping();
  std::string status(std::string_view text) const;
  /// For the event loop to call when `wake_at` has come: a loop that hangs says nothing.
  std::string alive(base::TimePoint now);

  std::optional<base::TimePoint> wake_at() const { return wake_at_; }
  Phase phase() const { return phase_; }

 private:
  bool go(Turn turn);

  std::optional<base::Duration> watchdog_;
  std::optional<base::TimePoint> wake_at_;
  Phase phase_ = Phase::starting;
};

}  // namespace service
