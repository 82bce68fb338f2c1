// Ids: parity, reuse, the end of the range. The table: order, stable addresses.
#include "libp2p/yamux/stream_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/seeded_rng.hpp"

namespace libp2p::yamux {
namespace {

TEST(StreamIds, ClientsCountOddAndServersEven) {
  StreamIds client{Role::client};
  StreamIds server{Role::server};
  EXPECT_EQ(client.take(), 1U);
  EXPECT_EQ(client.take(), 3U);
  EXPECT_EQ(server.take(), 2U);
  EXPECT_EQ(server.take(), 4U);
  EXPECT_TRUE(client.ours(7));
  EXPECT_FALSE(client.ours(8));
  EXPECT_TRUE(server.ours(8));
}

class LastIds : public ::testing::TestWithParam<StreamId> {};

TEST_P(LastIds, EndWithoutWrappingAround) {
  StreamIds ids{GetParam()};
  EXPECT_EQ(ids.take(), GetParam());
  EXPECT_EQ(ids.take(), std::nullopt);
  EXPECT_EQ(ids.take(), std::nullopt);
  EXPECT_TRUE(ids.ever_used(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Yamux, LastIds, ::testing::Values(0xffffffffU, 0xfffffffeU),
                         [](const auto& c) { return std::string{c.param % 2 == 1 ? "OfAClient" : "OfAServer"}; });

TEST(StreamIds, KnowWhichWereEverUsed) {
  StreamIds ids{Role::client};
  EXPECT_FALSE(ids.ever_used(1));
  EXPECT_FALSE(ids.ever_used(2));
  ids.take();
  ids.saw_remote(6);
  ids.saw_remote(4);
  EXPECT_TRUE(ids.ever_used(1));
  EXPECT_FALSE(ids.ever_used(3));
  EXPECT_TRUE(ids.ever_used(6));
  EXPECT_FALSE(ids.ever_used(8));
}

TEST(StreamTable, BehavesLikeAMapAndKeepsAddresses) {
  base::SeededRng rng{3};
  StreamTable table;
  std::map<StreamId, Stream*> model;
  for (int i = 0; i < 5000; ++i) {
    const auto id = static_cast<StreamId>(rng.below(64) + 1);
    if (const auto at = model.find(id); at == model.end()) {
      model[id] = &table.add(id, StreamState::idle, base::TimePoint{});
    } else {
      table.erase(id);
      model.erase(at);
    }
    ASSERT_EQ(table.size(), model.size());
    for (StreamId probe = 1; probe <= 64; ++probe) {
      ASSERT_EQ(table.find(probe), model.contains(probe) ? model[probe] : nullptr);
    }
  }
}

}  // namespace
}  // namespace libp2p::yamux
