// Whose turn it is: classes, round robin, fairness whatever the size of a gather.
#include "libp2p/yamux/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/seeded_rng.hpp"

namespace libp2p::yamux {
namespace {

std::unique_ptr<Stream> stream(StreamId id, TrafficClass traffic = TrafficClass::normal) {
  auto made = std::make_unique<Stream>(id, StreamState::established, base::TimePoint{});
  made->traffic = traffic;
  return made;
}

TEST(Scheduler, ServesUrgentBeforeNormalBeforeBulk) {
  const auto bulk = stream(1, TrafficClass::bulk);
  const auto normal = stream(3, TrafficClass::normal);
  const auto urgent = stream(5, TrafficClass::urgent);
  Scheduler scheduler;
  EXPECT_TRUE(scheduler.empty());
  EXPECT_EQ(scheduler.front(), nullptr);
  for (const auto& each : {bulk.get(), normal.get(), urgent.get()}) scheduler.add(*each);
  for (Stream* const want : {urgent.get(), normal.get(), bulk.get()}) {
    EXPECT_EQ(scheduler.front(), want);
    scheduler.remove(*want);
  }
  EXPECT_TRUE(scheduler.empty());
}

TEST(Scheduler, TakesTurnsOfOneQuantum) {
  const auto one = stream(1);
  const auto two = stream(3);
  Scheduler scheduler;
  scheduler.add(*one);
  scheduler.add(*two);
  scheduler.add(*one);  // In the ring already.
  scheduler.charge(kQuantumBytes - 1);
  EXPECT_EQ(scheduler.front(), one.get());
  EXPECT_EQ(scheduler.turn_bytes(), 1U);
  scheduler.charge(1);
  EXPECT_EQ(scheduler.front(), two.get());
  EXPECT_EQ(scheduler.turn_bytes(), kQuantumBytes);
}

TEST(Scheduler, GivesAWholeTurnToTheSuccessorOfOneThatLeaves) {
  const auto one = stream(1);
  const auto two = stream(3);
  Scheduler scheduler;
  scheduler.add(*one);
  scheduler.add(*two);
  scheduler.charge(100);
  scheduler.remove(*one);
  scheduler.remove(*one);
  EXPECT_EQ(scheduler.front(), two.get());
  EXPECT_EQ(scheduler.turn_bytes(), kQuantumBytes);
}

TEST(Scheduler, NeverLetsBusyStreamsDifferByMoreThanAQuantum) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    base::SeededRng rng{seed};
    std::vector<std::unique_ptr<Stream>> streams;
    std::vector<std::uint64_t> sent(static_cast<std::size_t>(rng.below(9)) + 2);
    Scheduler scheduler;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      streams.push_back(stream(static_cast<StreamId>(i)));
      scheduler.add(*streams.back());
    }
    for (int frame = 0; frame < 2000; ++frame) {
      const auto bytes = static_cast<std::uint32_t>(rng.below(scheduler.turn_bytes()) + 1);
      sent[scheduler.front()->id] += bytes;
      scheduler.charge(bytes);
      const auto [least, most] = std::ranges::minmax(sent);
      ASSERT_LE(most - least, kQuantumBytes) << "seed " << seed;
    }
  }
}

TEST(Scheduler, SurvivesRandomComingAndGoing) {
  base::SeededRng rng{11};
  std::vector<std::unique_ptr<Stream>> streams;
  for (StreamId id = 0; id < 12; ++id)
    streams.push_back(stream(id, TrafficClass{static_cast<std::uint8_t>(id % 3)}));
  std::vector<bool> in(streams.size());
  Scheduler scheduler;
  for (int i = 0; i < 20'000; ++i) {
    const auto at = static_cast<std::size_t>(rng.below(12));
    if (rng.below(2) == 0) {
      scheduler.add(*streams[at]);
      in[at] = true;
    } else {
      scheduler.remove(*streams[at]);
      in[at] = false;
    }
    const Stream* const front = scheduler.front();
    ASSERT_EQ(front == nullptr, std::ranges::find(in, true) == in.end());
    if (front == nullptr) continue;
    ASSERT_TRUE(in[front->id]);
    for (std::size_t other = 0; other < in.size(); ++other) {
      if (in[other]) ASSERT_LE(front->traffic, streams[other]->traffic);
    }
  }
}

}  // namespace
}  // namespace libp2p::yamux
