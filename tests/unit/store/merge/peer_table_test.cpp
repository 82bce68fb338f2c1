// The packed table: gives back what was put in, and takes little memory for it.
#include "store/merge/peer_table.hpp"

#include <gtest/gtest.h>

#include "base/byte_io.hpp"
#include "unit/store/merge/build.hpp"

namespace store::merge {
namespace {

std::uint64_t first_byte(const RawKey& key) { return key[0]; }

TEST(PeerTable, GivesBackWhatWasPutIn) {
  std::vector<PeerEntry> peers{by_hand(1), learned(2, 77, {address(1), address(2)}), by_hand(3, {})};
  peers[0].name = "alice";
  peers[1].last_seen = kNow;
  const PeerTable table{peers, first_byte};
  ASSERT_EQ(table.size(), 3U);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(table.entry(i), peers[i]);
    EXPECT_EQ(table.find(peers[i].key), i);
    EXPECT_EQ(table.since(i), i + 1);
    EXPECT_EQ(table.source(i), peers[i].source);
    EXPECT_TRUE(table.says_the_same(i, peers[i]));
  }
  EXPECT_EQ(table.sequence(1), 77U);
  EXPECT_FALSE(table.contains(key_of(9)));
  PeerEntry other = peers[1];
  other.addresses.pop_back();
  EXPECT_FALSE(table.says_the_same(1, other));
  other = peers[0];
  other.name = "bob";
  EXPECT_FALSE(table.says_the_same(0, other));
  other = peers[0];
  other.addresses = {address(7)};
  EXPECT_FALSE(table.has_addresses(0, other.addresses));
}

TEST(PeerTable, IsEmptyAtFirst) {
  EXPECT_TRUE(PeerTable{}.empty());
  EXPECT_FALSE(PeerTable{}.contains(key_of(1)));
  EXPECT_FALSE((PeerTable{{}, first_byte}.contains(key_of(1))));
}

TEST(PeerTable, TakesLessThanAHundredBytesBeyondTheDataPerPeer) {
  std::vector<PeerEntry> peers;
  std::size_t data = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    peers.push_back(learned(0, 1, {address(1), address(2)}));
    base::store_be64(peers.back().key.data(), i);
    data += peers.back().key.size() + peers.back().record.size();
    for (const auto& each : peers.back().addresses) data += each.bytes().size();
  }
  const PeerTable table{peers, first_byte};
  EXPECT_LT(table.bytes(), data + 60 * peers.size());
}

}  // namespace
}  // namespace store::merge
