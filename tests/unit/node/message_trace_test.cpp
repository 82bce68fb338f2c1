#include "node/message_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/node/support.hpp"

namespace node {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Describe, NamesTheRecordOfAHelloByPeerAndNumber) {
  const auto record = libp2p::SignedPeerRecord::sign(identity(2), 7, {addr("/ip4/10.0.0.2/tcp/9000")});
  const exchange::Hello hello{.features = 1,
                              .incarnation = 0xabc,
                              .record = record.envelope(),
                              .dialled = addr("/ip4/10.0.0.1/tcp/9000"),
                              .position = {.epoch = 5, .change = 6}};
  EXPECT_EQ(describe({.body = hello}), "features=1 incarnation=0000000000000abc record=" + peer(2).to_base58() +
                                           "#7 dialled=/ip4/10.0.0.1/tcp/9000 epoch=0000000000000005 change=6");
}

TEST(Describe, SaysThatAnEnvelopeIsMalformed) {
  EXPECT_EQ(describe({.body = exchange::Update{{1, 2, 3}}}), "record=(3 bytes, malformed)");
}

TEST(Describe, ShowsTheQuestion) {
  EXPECT_EQ(describe({.body = exchange::Request{.id = 1, .query = exchange::ChangesQuery{{5, 6}, 9}}}),
            "id=1 query=changes epoch=0000000000000005 change=6 end=9");
  EXPECT_EQ(describe({.body = exchange::Request{.id = 2, .query = exchange::RecordsQuery{{peer(2)}}}}),
            "id=2 query=records peers=[" + peer(2).to_base58() + "]");
}

TEST(Describe, MarksTheUnreachableOfAListing) {
  exchange::Listing listing;
  listing.entries.push_back({.peer = peer(2), .version = {.seq = 3, .hash = {}}, .unreachable = true});
  EXPECT_THAT(describe({.body = exchange::Response{.id = 1, .answer = listing}}),
              AllOf(HasSubstr("answer=listing"), HasSubstr(peer(2).to_base58() + "#3!")));
}

TEST(Describe, CutsALongList) {
  const std::vector<libp2p::PeerId> peers(40, peer(2));
  EXPECT_THAT(describe({.body = exchange::Request{.id = 1, .query = exchange::RecordsQuery{peers}}}),
              HasSubstr(",...(8 more)]"));
}

TEST(Describe, ShowsAReturnedRecord) {
  const auto record = libp2p::SignedPeerRecord::sign(identity(2), 7, {addr("/ip4/10.0.0.2/tcp/9000")});
  EXPECT_THAT(describe({.returned = record.envelope(), .body = exchange::Error{.code = 1, .text = "why"}}),
              AllOf(HasSubstr("code=1 text=why"), HasSubstr("returned=" + peer(2).to_base58() + "#7")));
}

}  // namespace
}  // namespace node
