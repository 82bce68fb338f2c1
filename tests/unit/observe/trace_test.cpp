// Who is traced, and how bytes are shown.
#include "observe/trace.hpp"

#include <gtest/gtest.h>

#include "observe/limits.hpp"

namespace observe {
namespace {

TEST(Trace, WithoutPeersWantsAll) {
  Trace trace;
  EXPECT_TRUE(trace.wants("12D3KooWA"));
}

TEST(Trace, WithPeersWantsOnlyThose) {
  Trace trace;
  trace.set_peers({"12D3KooWA", "12D3KooWB"});
  EXPECT_TRUE(trace.wants("12D3KooWA"));
  EXPECT_FALSE(trace.wants("12D3KooWC"));
  trace.set_peers({});
  EXPECT_TRUE(trace.wants("12D3KooWC"));
}

TEST(Trace, ASwapGivesBackWhoWasTracedBefore) {
  Trace trace;
  trace.set_peers({"12D3KooWA"});
  Trace::Peers peers{"12D3KooWB"};
  trace.swap_peers(peers);
  EXPECT_TRUE(trace.wants("12D3KooWB"));
  EXPECT_FALSE(trace.wants("12D3KooWA"));
  EXPECT_EQ(peers, Trace::Peers{"12D3KooWA"});
}

TEST(Trace, HexPreviewIsBounded) {
  EXPECT_EQ(hex_preview(base::Bytes{0x0a, 0xff}), "0aff");
  EXPECT_EQ(hex_preview(base::Bytes(kTraceHexBytes, 0)), std::string(2 * kTraceHexBytes, '0'));
  EXPECT_EQ(hex_preview(base::Bytes(kTraceHexBytes + 1, 0)),
            std::string(2 * kTraceHexBytes, '0') + "...(65 bytes)");
}

}  // namespace
}  // namespace observe
