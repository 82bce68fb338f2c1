// What a connection holds is counted as what it takes, and stays under its marks.
#include <gtest/gtest.h>

#include "support.hpp"

namespace libp2p::conn::testing {
namespace {

TEST_F(AgainstRawPeer, SmallPiecesCountWithTheRoomThatTheyTake) {
  RawPeer& peer = meet();
  const base::Bytes one{1};
  peer.send_frame({.type = yamux::FrameType::data, .flags = yamux::kSyn, .stream = 1, .length = 1}, one);
  peer.send_frame({.type = yamux::FrameType::data, .stream = 1, .length = 1}, one);
  world.run_for(milliseconds{10});
  ASSERT_EQ(b.streams.size(), 1u);
  EXPECT_EQ(b.streams.front()->unread_bytes(), 2u);
  EXPECT_GT(b.totals.held_bytes, 500u) << "the second piece opened a chunk for more of its kind";
  Stream stream = b.accept();
  std::array<std::uint8_t, 2> both{};
  ASSERT_TRUE(*world.run(stream.read_exactly(both), seconds{1}));
  EXPECT_EQ(b.totals.held_bytes, 0u);
}

}  // namespace
}  // namespace libp2p::conn::testing
