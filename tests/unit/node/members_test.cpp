#include "node/members.hpp"

#include <gtest/gtest.h>

#include "unit/node/support.hpp"

namespace node {
namespace {

using Verdict = libp2p::Admission::Verdict;
using namespace std::chrono_literals;

struct ManualClock final : base::Clock {
  base::TimePoint now() const override { return at; }
  base::WallTime wall() const override { return {}; }
  base::TimePoint at = kStart;
};

TEST(Members, LetInWhomNobodyKnowsAsAStranger) {
  const ManualClock clock;
  Members members{clock};
  EXPECT_EQ(members.admit(peer(1)), Verdict::stranger);
}

TEST(Members, KnowThePeerAsWhatItWasSet) {
  const ManualClock clock;
  Members members{clock};
  members.set(peer(1), Verdict::member, {});
  members.set(peer(2), Verdict::operator_member, {});
  EXPECT_EQ(members.admit(peer(1)), Verdict::member);
  EXPECT_EQ(members.admit(peer(2)), Verdict::operator_member);
}

TEST(Members, RefuseABannedMemberUntilTheBanEnds) {
  ManualClock clock;
  Members members{clock};
  members.set(peer(1), Verdict::member, {});
  members.ban(peer(1), kStart + 10s);
  clock.at = kStart + 10s - 1ns;
  EXPECT_EQ(members.admit(peer(1)), Verdict::refuse);
  clock.at = kStart + 10s;
  EXPECT_EQ(members.admit(peer(1)), Verdict::member);
}

TEST(Members, KnowTheIpOfAMemberAtAnyPort) {
  const ManualClock clock;
  Members members{clock};
  members.set(peer(1), Verdict::member, {addr("/ip4/10.0.0.1/tcp/9000"), addr("/ip6/fd00::1/tcp/9000")});
  EXPECT_TRUE(members.is_member_address(addr("/ip4/10.0.0.1/tcp/51234")));
  EXPECT_TRUE(members.is_member_address(addr("/ip6/fd00::1/tcp/51234")));
  EXPECT_FALSE(members.is_member_address(addr("/ip4/10.0.0.2/tcp/9000")));
}

TEST(Members, TakeANameForNoIp) {
  const ManualClock clock;
  Members members{clock};
  members.set(peer(1), Verdict::member, {addr("/dns4/node.example/tcp/9000")});
  EXPECT_FALSE(members.is_member_address(addr("/ip4/10.0.0.1/tcp/9000")));
}

TEST(Members, ForgetAnIpWhenItsLastMemberMoved) {
  const ManualClock clock;
  Members members{clock};
  const std::vector<libp2p::Multiaddr> old{addr("/ip4/10.0.0.1/tcp/9000")};
  const std::vector<libp2p::Multiaddr> moved{addr("/ip4/10.0.0.9/tcp/9000")};
  members.set(peer(1), Verdict::member, old);
  members.set(peer(2), Verdict::member, old);
  members.set(peer(1), Verdict::member, moved);
  EXPECT_TRUE(members.is_member_address(old[0])) << "the other member is still there";
  members.set(peer(2), Verdict::member, moved);
  EXPECT_FALSE(members.is_member_address(old[0]));
  EXPECT_TRUE(members.is_member_address(moved[0]));
}

}  // namespace
}  // namespace node
