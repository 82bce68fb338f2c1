#include "node/record_queue.hpp"

#include <gtest/gtest.h>

#include "unit/node/support.hpp"

namespace node {
namespace {

TEST(RecordQueue, GivesThemInTheirOrder) {
  RecordQueue queue;
  queue.put(peer(2), {2});
  queue.put(peer(1), {1});
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.take_next()->peer, peer(2));
  const auto last = queue.take_next();
  EXPECT_EQ(last->peer, peer(1));
  EXPECT_EQ(last->envelope, base::Bytes{1});
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.take_next());
}

TEST(RecordQueue, ALaterRecordOfAPeerTakesThePlaceOfTheFormer) {
  RecordQueue queue;
  queue.put(peer(1), {1});
  queue.put(peer(2), {2});
  queue.put(peer(1), {3});
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.take_next()->envelope, base::Bytes{3});
}

TEST(RecordQueue, WhoWasTakenOutIsPassedOver) {
  RecordQueue queue;
  for (std::uint8_t i = 1; i <= 3; ++i) queue.put(peer(i), {i});
  EXPECT_EQ(queue.take(peer(1))->envelope, base::Bytes{1});
  EXPECT_FALSE(queue.take(peer(1)));
  EXPECT_EQ(queue.take_next()->peer, peer(2));
  EXPECT_EQ(queue.take(peer(3))->peer, peer(3));
  EXPECT_FALSE(queue.take_next());
}

TEST(RecordQueue, GivesEachOnceThoughItCameBack) {
  RecordQueue queue;
  queue.put(peer(1), {1});
  queue.put(peer(2), {2});
  ASSERT_TRUE(queue.take(peer(1)));
  queue.put(peer(1), {3});
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_TRUE(queue.take_next());
  EXPECT_TRUE(queue.take_next());
  EXPECT_FALSE(queue.take_next());
}

}  // namespace
}  // namespace node
