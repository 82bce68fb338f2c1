// The table of a peer's transitions: what is in it, and that nothing else is.
#include "peers/peer_state.hpp"

#include <gtest/gtest.h>

namespace peers {
namespace {

TEST(PeerState, HasExactlyTheTransitionsOfTheDesign) {
  std::size_t edges = 0;
  for (int from = 0; from <= static_cast<int>(PeerState::backing_off); ++from) {
    for (int on = 0; on <= static_cast<int>(PeerEvent::stop); ++on) {
      if (next(PeerState(from), PeerEvent(on))) ++edges;
    }
    EXPECT_STRNE(name_of(PeerState(from)), "unknown");
  }
  EXPECT_EQ(edges, kPeerEdges.size());
}

}  // namespace
}  // namespace peers
