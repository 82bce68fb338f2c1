#include "sim/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <stdexcept>

namespace sim {
namespace {

/// Steps at one instant. More means that two parts keep each other busy without time passing: a bug, not load.
constexpr std::uint64_t kMaxStepsPerInstant = 20'000'000;

}  // namespace

void Clock::advance_to(base::TimePoint to) {
  if (to <= now_) return;
  wall_ += std::chrono::duration_cast<base::WallTime::duration>(to - now_);
  now_ = to;
}

World::World(std::uint64_t seed) : rng_{seed} { mix(seed); }

bool World::run_until(const std::function<bool()>& done, base::Duration limit) {
  const base::TimePoint deadline = clock_.now() + limit;
  for (;;) {
    if (step_until(done)) return true;
    const std::optional<base::TimePoint> next = timers_.next();
    if (!next || *next > deadline) {
      clock_.advance_to(deadline);
      return false;
    }
    clock_.advance_to(*next);
    timers_.run_due(clock_.now());
    if (check_) check_();
  }
}

void World::run_for(base::Duration time) {
  run_until([] { return false; }, time);
}

void World::settle() {
  step_until([] { return false; });
}

bool World::at_rest() {
  settle();
  return timers_.size() == 0 && context_.stopped();  // a context stops by itself when it has no work
}

bool World::step_until(const std::function<bool()>& done) {
  context_.restart();
  for (std::uint64_t steps = 0;; ++steps) {
    if (done()) return true;
    if (context_.poll_one() == 0) return false;
    if (check_) check_();
    if (steps > kMaxStepsPerInstant) throw std::logic_error{"the simulation does not come to rest"};
  }
}

bool World::run(asio::awaitable<void> work, base::Duration limit) {
  const auto ended = std::make_shared<bool>(false);
  asio::co_spawn(context_, std::move(work), [ended](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    *ended = true;
  });
  return run_until([&ended] { return *ended; }, limit);
}

void World::record(EventKind kind, std::uint64_t source, base::ByteSpan bytes) {
  ++events_;
  mix(static_cast<std::uint64_t>(clock_.now().time_since_epoch().count()));
  mix(static_cast<std::uint64_t>(kind));
  mix(source);
  mix(bytes.size());
  for (const std::uint8_t byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001b3;
}

void World::mix(std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) hash_ = (hash_ ^ ((value >> shift) & 0xff)) * 0x100000001b3;
}

}  // namespace sim
