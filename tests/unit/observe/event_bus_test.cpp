// The bus: order, types, loss at the bound, waking, and ends of life.
#include "observe/event_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace observe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Up {
  int n;
};
struct Down {
  int n;
};

/// Writes what it sees as "up 1", "down 2".
struct Writer {
  std::vector<std::string> seen;
  void operator()(const Up& e) { seen.push_back("up " + std::to_string(e.n)); }
  void operator()(const Down& e) { seen.push_back("down " + std::to_string(e.n)); }
};

template <class Sub>
std::vector<std::string> drained(Sub& subscription) {
  Writer writer;
  subscription.drain(writer);
  return writer.seen;
}

TEST(EventBus, GivesEventsOfItsTypesInTheOrderOfPublishing) {
  Bus bus;
  auto both = bus.subscribe<Up, Down>({.capacity = 8, .wake = {}});
  auto ups = bus.subscribe<Up>({.capacity = 8, .wake = {}});
  bus.publish(Up{1});
  bus.publish(Down{2});
  bus.publish(Up{3});
  EXPECT_THAT(drained(both), ElementsAre("up 1", "down 2", "up 3"));
  EXPECT_THAT(drained(ups), ElementsAre("up 1", "up 3"));
  EXPECT_THAT(drained(ups), IsEmpty());
}

TEST(EventBus, ASlowSubscriberLosesItsOwnOldestEventsOnly) {
  Bus bus;
  auto slow = bus.subscribe<Up>({.capacity = 2, .wake = {}});
  auto quick = bus.subscribe<Up>({.capacity = 8, .wake = {}});
  for (int n = 1; n <= 5; ++n) bus.publish(Up{n});
  EXPECT_EQ(slow.lost(), 3U);
  EXPECT_EQ(quick.lost(), 0U);
  EXPECT_THAT(drained(slow), ElementsAre("up 4", "up 5"));
  EXPECT_THAT(drained(quick), ElementsAre("up 1", "up 2", "up 3", "up 4", "up 5"));
}

TEST(EventBus, WakesOncePerDrain) {
  Bus bus;
  int wakes = 0;
  auto events = bus.subscribe<Up>({.capacity = 8, .wake = [&wakes] { ++wakes; }});
  bus.publish(Up{1});
  bus.publish(Up{2});
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(drained(events).size(), 2U);
  bus.publish(Up{3});
  EXPECT_EQ(wakes, 2);
}

TEST(EventBus, WhatIsPublishedWhileDrainingWaitsForTheNextDrain) {
  Bus bus;
  int wakes = 0;
  auto events = bus.subscribe<Up>({.capacity = 8, .wake = [&wakes] { ++wakes; }});
  bus.publish(Up{1});
  EXPECT_EQ(events.drain([&bus](const Up& e) { bus.publish(Up{e.n + 1}); }), 1U);
  EXPECT_EQ(wakes, 2);
  EXPECT_THAT(drained(events), ElementsAre("up 2"));
}

TEST(EventBus, AnEndedSubscriptionIsNeitherFilledNorWoken) {
  Bus bus;
  int wakes = 0;
  {
    auto events = bus.subscribe<Up, Down>({.capacity = 8, .wake = [&wakes] { ++wakes; }});
  }
  bus.publish(Up{1});
  EXPECT_EQ(wakes, 0);
}

TEST(EventBus, ASubscriptionMayEndWhileItDrains) {
  Bus bus;
  std::optional<Subscription<Up>> events{bus.subscribe<Up>({.capacity = 8, .wake = {}})};
  bus.publish(Up{1});
  bus.publish(Up{2});
  int seen = 0;
  events->drain([&](const Up&) {
    ++seen;
    events.reset();
  });
  EXPECT_EQ(seen, 2);
}

TEST(EventBus, AMovedSubscriptionGoesOnAndAnAssignedOneLeavesItsOldPlace) {
  Bus bus;
  int first_wakes = 0;
  auto first = bus.subscribe<Up>({.capacity = 8, .wake = [&first_wakes] { ++first_wakes; }});
  auto second = bus.subscribe<Up>({.capacity = 8, .wake = {}});
  first = std::move(second);
  bus.publish(Up{1});
  EXPECT_EQ(first_wakes, 0);
  EXPECT_THAT(drained(first), ElementsAre("up 1"));
}

TEST(EventBus, ASubscriptionOutlivesItsBus) {
  std::optional<Bus> bus{std::in_place};
  auto events = bus->subscribe<Up>({.capacity = 8, .wake = {}});
  bus->publish(Up{1});
  bus.reset();
  EXPECT_THAT(drained(events), ElementsAre("up 1"));
}

}  // namespace
}  // namespace observe
