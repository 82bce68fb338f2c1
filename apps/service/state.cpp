#include "service/state.hpp"

#include <fmt/format.h>

#include <charconv>

namespace service {
namespace {

/// STATUS=...: a newline would begin another assignment.
std::string status_line(std::string_view text) {
  std::string line = "STATUS=";
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return line + "\n";
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

}  // namespace

std::optional<base::Duration> watchdog_interval(std::string_view usec, std::string_view pid,
                                                std::int64_t own_pid) {
  constexpr std::int64_t kMostUsec = base::Duration::max().count() / 1000;
  const std::optional<std::int64_t> time = number(usec);
  if (!time || *time <= 0 || *time > kMostUsec) return std::nullopt;
  if (!pid.empty() && number(pid) != own_pid) return std::nullopt;
  return std::chrono::microseconds{*time};
}

bool State::go(Turn turn) {
  const std::optional<Phase> to = next(phase_, turn);
  if (to) phase_ = *to;
  return to.has_value();
}

std::string State::up(std::string_view status, base::TimePoint now) {
  if (!go(Turn::up)) return {};
  if (watchdog_) wake_at_ = now;
  return "READY=1\n" + status_line(status);
}

std::string State::reloading(base::TimePoint now) {
  if (!go(Turn::reload) && phase_ != Phase::reloading) return {};
  // The steady clock is CLOCK_MONOTONIC, which the manager compares with.
  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  return fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", time.count());
}

std::string State::reloaded(std::string_view status) {
  return go(Turn::done) ? "READY=1\n" + status_line(status) : std::string{};
}

std::string State::stopping() { return go(Turn::stop) ? "STOPPING=1\n" : std::string{}; }

std::string State::status(std::string_view text) const { return status_line(text); }

/// At half of the interval, so that one late turn of the loop is no alarm.
std::string State::alive(base::TimePoint now) {
  if (!wake_at_ || now < *wake_at_) return {};
  wake_at_ = now + *watchdog_ / 2;
  return "WATCHDOG=1\n";
}

}  // namespace service
