#include "observe/log.hpp"

#include <mutex>

#include "observe/metric_names.hpp"
#include "observe/metrics.hpp"

namespace observe {

/// A sink and whether it loses lines at present.
struct Log::Slot {
  explicit Slot(std::shared_ptr<Sink> to) : sink{std::move(to)} {}

  std::shared_ptr<Sink> sink;
  std::atomic<bool> failing{false};
  std::atomic<std::uint64_t> lost{0};         ///< In all.
  std::atomic<std::uint64_t> lost_in_row{0};  ///< Since the present trouble began.
};

Log::Log(const base::Clock& clock, Registry& metrics, std::string run)
    : clock_{clock}, run_{std::move(run)}, lost_lines_{metrics.counter(kLogLinesLost)} {
  for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i] = &metrics.counter(kLogLines, {kLevelNames[i]});
}

Log::~Log() = default;

Log::Sinks::Sinks(std::vector<std::shared_ptr<Sink>> sinks) {
  slots_.reserve(sinks.size());
  for (auto& sink : sinks) slots_.push_back(std::make_unique<Slot>(std::move(sink)));
}

Log::Sinks::Sinks(Sinks&&) noexcept = default;
Log::Sinks& Log::Sinks::operator=(Sinks&&) noexcept = default;
Log::Sinks::~Sinks() = default;

void Log::set_sinks(std::vector<std::shared_ptr<Sink>> sinks) {
  Sinks made{std::move(sinks)};
  swap_sinks(made);
}

void Log::swap_sinks(Sinks& sinks) noexcept {
  const std::unique_lock lock{mutex_};
  slots_.swap(sinks.slots_);
}

base::Result<void> Log::reopen() {
  const std::shared_lock lock{mutex_};
  base::Result<void> outcome = base::ok();
  for (const auto& slot : slots_) {
    const base::Result<void> one = slot->sink->reopen();
    if (!one && outcome) outcome = one;
  }
  return outcome;
}

void Log::write(Level level, std::string_view component, std::span<const ContextId> context,
                std::string_view event, std::string_view message, std::span<const Field> fields) {
  lines_[static_cast<std::size_t>(level)]->add();
  const Record record{.time = clock_.wall(),
                      .level = level,
                      .component = component,
                      .event = event,
                      .message = message,
                      .run = run_,
                      .context = context,
                      .fields = fields};
  const std::shared_lock lock{mutex_};
  for (const auto& slot : slots_) {
    if (const base::Result<void> done = slot->sink->write(record); !done) {
      lost_lines_.add();
      slot->lost.fetch_add(1, std::memory_order_relaxed);
      slot->lost_in_row.fetch_add(1, std::memory_order_relaxed);
      if (slot->failing.exchange(true)) continue;
      const std::string reason = done.error().message();
      const std::array<Field, 2> why{Field{"sink", slot->sink->name()}, Field{"reason", reason}};
      tell_others(slot.get(), {.time = record.time,
                               .level = Level::error,
                               .component = "log",
                               .event = "log.sink.failed",
                               .message = "Log lines are being lost",
                               .run = run_,
                               .context = {},
                               .fields = why});
    } else if (slot->failing.load(std::memory_order_relaxed) && slot->failing.exchange(false)) {
      const std::array<Field, 2> what{Field{"sink", slot->sink->name()},
                                      Field{"lost", slot->lost_in_row.exchange(0)}};
      tell_others(nullptr, {.time = record.time,
                            .level = Level::info,
                            .component = "log",
                            .event = "log.sink.recovered",
                            .message = "Log lines are written again",
                            .run = run_,
                            .context = {},
                            .fields = what});
    }
  }
}

void Log::tell_others(const Slot* failed, const Record& record) {
  lines_[static_cast<std::size_t>(record.level)]->add();
  for (const auto& slot : slots_) {
    if (slot.get() == failed) continue;
    if (!slot->sink->write(record)) {
      // That sink is in trouble of its own; its next ordinary line tells of it.
      lost_lines_.add();
      slot->lost.fetch_add(1, std::memory_order_relaxed);
      slot->lost_in_row.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

std::uint64_t Log::lost() const {
  const std::shared_lock lock{mutex_};
  std::uint64_t sum = 0;
  for (const auto& slot : slots_) sum += slot->lost.load(std::memory_order_relaxed);
  return sum;
}

Logger Logger::with(std::initializer_list<ContextId> ids) const {
  Logger child = *this;
  child.context_.insert(child.context_.end(), ids);
  return child;
}

}  // namespace observe
