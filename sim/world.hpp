// sim/world.hpp: virtual time and one event loop: everything that happens in a simulation happens here, in an
// order that only the seed decides. No thread, no socket, no real time. Invariants: time moves only when nothing
// is left to do at the present instant, and then to the next deadline; deadlines of nodes and deliveries of the
// network come from one heap ordered by (time, sequence).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/seeded_rng.hpp"
#include "libp2p/io/timers.hpp"

namespace sim {

namespace asio = boost::asio;
namespace io = libp2p::io;

/// A clock that stands still until the world moves it.
class Clock final : public base::Clock {
 public:
  base::TimePoint now() const override { return now_; }
  base::WallTime wall() const override { return wall_; }

  /// An operator, or NTP, sets the date; the steady clock does not notice.
  void jump_wall(std::chrono::seconds by) { wall_ += by; }

 private:
  friend class World;
  void advance_to(base::TimePoint to);

  // Not the epoch: code that takes a default time point for "long ago" is to be right here as well.
  base::TimePoint now_{std::chrono::hours{1'000}};
  base::WallTime wall_{std::chrono::seconds{1'767'225'600}};  ///< 2026-01-01
};

/// What the event hash distinguishes.
enum class EventKind : std::uint8_t { connected = 1, refused, data, fin, reset, resolved, user };

class World {
 public:
  explicit World(std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  asio::io_context& context() { return context_; }
  asio::any_io_executor executor() { return context_.get_executor(); }
  Clock& clock() { return clock_; }
  base::TimePoint now() const { return clock_.now(); }
  io::Timers& timers() { return timers_; }
  base::Rng& rng() { return rng_; }
  /// A generator for one node: what it draws does not depend on what others draw.
  base::SeededRng fork_rng() { return base::SeededRng{rng_.next_u64()}; }

  /// Runs until `done`, for at most `limit` of virtual time; returns whether it is done.
  bool run_until(const std::function<bool()>& done, base::Duration limit);
  void run_for(base::Duration time);
  /// Runs what can happen without time passing.
  void settle();

  /// Whether nothing can happen any more: no deadline, no handler, no coroutine that was spawned here.
  bool at_rest();

  /// Called after every step: a handler that ran, or the deadlines of one instant. For invariants that always
  /// hold.
  void on_step(std::function<void()> check) { check_ = std::move(check); }

  /// Runs `work` to its end. Nothing if it did not end within `limit`; it goes on with the next run.
  template <class T>
  std::optional<T> run(asio::awaitable<T> work, base::Duration limit);
  /// The same for work without a result: true if it ended.
  bool run(asio::awaitable<void> work, base::Duration limit);

  /// The step under way takes this long: time passes, and nothing else happens meanwhile.
  void spend(base::Duration time) { clock_.advance_to(clock_.now() + time); }

  void record(EventKind kind, std::uint64_t source, base::ByteSpan bytes = {});
  /// Equal for two runs of one seed, if nothing but the seed decides.
  std::uint64_t event_hash() const { return hash_; }
  std::uint64_t event_count() const { return events_; }

 private:
  class Timers final : public io::Timers {
    void rearm(base::TimePoint /*at*/) override {}  // the world looks at `next` by itself
  };

  template <class T>
  static asio::awaitable<void> keep_result(asio::awaitable<T> work, std::shared_ptr<std::optional<T>> result) {
    result->emplace(co_await std::move(work));
  }

  bool step_until(const std::function<bool()>& done);
  void mix(std::uint64_t value);

  Clock clock_;
  Timers timers_;  ///< Above the context, whose forgotten handlers may own timers.
  base::SeededRng rng_;
  std::function<void()> check_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::uint64_t events_ = 0;
  asio::io_context context_{1};
};

template <class T>
std::optional<T> World::run(asio::awaitable<T> work, base::Duration limit) {
  // Shared: if the work outlives its limit, its end must still find it.
  const auto result = std::make_shared<std::optional<T>>();
  run(keep_result(std::move(work), result), limit);
  return std::move(*result);
}

}  // namespace sim
