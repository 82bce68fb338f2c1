// Bus, log and metrics used from several threads at once; run under the thread sanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "observe/event_bus.hpp"
#include "observe/log.hpp"
#include "observe/memory_sink.hpp"
#include "observe/metric_names.hpp"
#include "observe/metrics.hpp"
#include "unit/observe/fakes.hpp"

namespace observe {
namespace {

constexpr int kThreads = 4;
constexpr int kEach = 500;

template <class Work>
void in_threads(Work work) {
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) threads.emplace_back([t, &work] { work(t); });
}

struct Event {
  int thread;
  int n;
};

TEST(EventBusThreads, TwoSubscribersSeeTheSameOrder) {
  Bus bus;
  auto one = bus.subscribe<Event>({.capacity = kThreads * kEach, .wake = {}});
  auto two = bus.subscribe<Event>({.capacity = kThreads * kEach, .wake = {}});
  in_threads([&bus](int t) {
    for (int n = 0; n < kEach; ++n) bus.publish(Event{t, n});
  });
  std::vector<std::pair<int, int>> first;
  std::vector<std::pair<int, int>> second;
  one.drain([&first](const Event& e) { first.emplace_back(e.thread, e.n); });
  two.drain([&second](const Event& e) { second.emplace_back(e.thread, e.n); });
  EXPECT_EQ(first.size(), std::size_t{kThreads * kEach});
  EXPECT_EQ(first, second);
}

TEST(EventBusThreads, DrainingAndLeavingWhileOthersPublish) {
  Bus bus;
  std::atomic<bool> done{false};
  std::size_t seen = 0;
  std::uint64_t lost = 0;
  std::atomic<int> wakes{0};
  auto events = bus.subscribe<Event>({.capacity = 16, .wake = [&wakes] { ++wakes; }});
  {
    std::jthread drainer{[&] {
      while (!done) seen += events.drain([](const Event&) {});
    }};
    std::jthread guests{[&] {
      while (!done) {
        int own_wakes = 0;  // Dead after this turn: a late wake would be found by the sanitizer.
        auto guest = bus.subscribe<Event>({.capacity = 1, .wake = [&own_wakes] { ++own_wakes; }});
      }
    }};
    in_threads([&bus](int t) {
      for (int n = 0; n < kEach; ++n) bus.publish(Event{t, n});
    });
    done = true;
  }
  seen += events.drain([](const Event&) {});
  lost = events.lost();
  EXPECT_EQ(seen + lost, std::size_t{kThreads * kEach});
  EXPECT_GT(wakes, 0);
}

TEST(LogThreads, EveryLineArrivesWholeWhileLevelAndSinksChange) {
  test::ManualClock clock;
  Registry metrics;
  Log log{clock, metrics, "0a1b2c3d"};
  const auto memory = std::make_shared<MemorySink>();
  const auto broken = std::make_shared<test::BrokenSink>();
  log.set_sinks({memory, broken});
  {
    std::atomic<bool> done{false};
    std::jthread changer{[&] {
      while (!done) {
        broken->broken = !broken->broken;
        log.set_sinks({memory, broken});
        log.set_level(Level::debug);
        (void)log.reopen();  // Its error is the broken sink's, on purpose.
      }
    }};
    in_threads([&log](int t) {
      const Logger logger = Logger{log, "test"}.with({{"thread", std::to_string(t)}});
      for (int n = 0; n < kEach; ++n) logger.info("test.line", "", {{"n", n}});
    });
    done = true;
  }
  EXPECT_EQ(memory->lines("test.line").size(), std::size_t{kThreads * kEach});
}

TEST(MetricsThreads, NothingIsLost) {
  Registry registry;
  in_threads([&registry](int) {
    for (int n = 0; n < kEach; ++n) {
      registry.counter(kDials, {"ok"}).add();
      registry.histogram(kPingSeconds).observe(1);
      if (n % 100 == 0) (void)registry.snapshot();
    }
  });
  EXPECT_EQ(registry.counter(kDials, {"ok"}).value(), std::uint64_t{kThreads * kEach});
  EXPECT_DOUBLE_EQ(registry.histogram(kPingSeconds).sum(), kThreads * kEach);
}

}  // namespace
}  // namespace observe
