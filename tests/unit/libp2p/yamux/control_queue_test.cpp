// What is owed to the remote: order, bounds, and what a stream that ends takes with it.
#include "libp2p/yamux/control_queue.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "base/seeded_rng.hpp"

namespace libp2p::yamux {
namespace {

TEST(ControlQueue, BoundsPongsAndRefusals) {
  ControlQueue queue;
  EXPECT_TRUE(queue.pong(1, 2));
  EXPECT_TRUE(queue.pong(2, 2));
  EXPECT_FALSE(queue.pong(3, 2));
  EXPECT_TRUE(queue.refuse(1, 9, 1));
  EXPECT_FALSE(queue.refuse(3, 9, 1));
  queue.pop_answer();
  EXPECT_TRUE(queue.refuse(3, 9, 1));
  EXPECT_EQ(queue.size(), 3U);
}

TEST(ControlQueue, AResetTakesThePlaceOfAckAndCredit) {
  ControlQueue queue;
  queue.acknowledge(2);
  queue.credit(2);
  queue.credit(4);
  queue.reset(2, 7);
  ASSERT_EQ(queue.answers().size(), 1U);
  EXPECT_EQ(queue.answers().front().kind, Answer::Kind::reset);
  EXPECT_EQ(queue.answers().front().code, 7U);
  ASSERT_EQ(queue.credits().size(), 1U);
  EXPECT_EQ(queue.credits().front(), 4U);
}

TEST(ControlQueue, ForgettingAStreamKeepsARefusalOfAnEarlierOpen) {
  ControlQueue queue;
  ASSERT_TRUE(queue.refuse(2, 9, 8));
  queue.acknowledge(2);
  queue.forget(2);
  ASSERT_EQ(queue.answers().size(), 1U);
  EXPECT_EQ(queue.answers().front().kind, Answer::Kind::refusal);
}

TEST(Fifo, BehavesLikeADeque) {
  base::SeededRng rng{5};
  Fifo<int> fifo;
  std::deque<int> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto what = rng.below(10);
    if (what < (i / 1000 % 2 == 0 ? 7 : 3)) {
      fifo.push(i);
      model.push_back(i);
    } else if (what < 9 && !model.empty()) {
      fifo.pop();
      model.pop_front();
    } else {
      const int out = static_cast<int>(rng.below(7));
      fifo.erase_if([out](int item) { return item % 7 == out; });
      std::erase_if(model, [out](int item) { return item % 7 == out; });
    }
    ASSERT_EQ(fifo.size(), model.size());
    ASSERT_EQ(fifo.empty(), model.empty());
    if (!model.empty()) ASSERT_EQ(fifo.front(), model.front());
  }
}

}  // namespace
}  // namespace libp2p::yamux
