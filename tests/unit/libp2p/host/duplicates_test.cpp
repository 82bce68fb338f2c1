// Two connections of one pair: crossed dials, at every step at least one live connection that both ends know.
#include <gtest/gtest.h>

#include <algorithm>

#include "support.hpp"

namespace libp2p::testing {
namespace {

asio::awaitable<void> dial_into(Peer& from, const Peer& to, std::optional<DialResult>& result) {
  std::vector<Multiaddr> addrs{*to.bound};
  auto dialling = from.host->dial(to.id(), std::move(addrs));
  result = co_await std::move(dialling);
}

class CrossedDials : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  CrossedDials() {
    hosts.internet.conditions() = {.latency = milliseconds{5}, .jitter = milliseconds{4}};
    hosts.start();
  }
  /// Both dial, the second one before anything of the first can have arrived (less than one latency later), so
  /// under every seed they cross: two connections are up, and both ends have decided.
  void cross() {
    asio::co_spawn(hosts.world.context(), dial_into(hosts.a, hosts.b, by_a), asio::detached);
    hosts.world.run_for(milliseconds{hosts.world.rng().below(4)});
    asio::co_spawn(hosts.world.context(), dial_into(hosts.b, hosts.a, by_b), asio::detached);
    ASSERT_TRUE(hosts.world.run_until([&] { return by_a && by_b; }, seconds{10}));
    ASSERT_TRUE(by_a->connection && by_b->connection);
    hosts.world.run_for(seconds{1});
    ASSERT_EQ(hosts.a.connected_to(hosts.b), 2u);
    ASSERT_EQ(hosts.b.connected_to(hosts.a), 2u);
  }
  /// The bindings of one end's connections to the other.
  static std::vector<std::array<std::uint8_t, 32>> bindings(const Peer& of) {
    std::vector<std::array<std::uint8_t, 32>> out;
    for (const ConnectionInfo& c : of.host->connections()) out.push_back(c.handshake_hash);
    std::ranges::sort(out);
    return out;
  }
  void always_one_in_common() {
    hosts.world.on_step([this] {
      const auto ours = bindings(hosts.a), theirs = bindings(hosts.b);
      std::vector<std::array<std::uint8_t, 32>> common;
      std::ranges::set_intersection(ours, theirs, std::back_inserter(common));
      ASSERT_FALSE(common.empty()) << "no live connection that both ends know";
    });
  }

  TwoHosts hosts{GetParam()};
  std::optional<DialResult> by_a, by_b;
};

TEST_P(CrossedDials, StayConnectedAndPreferTheSameConnection) {
  ASSERT_NO_FATAL_FAILURE(cross());
  always_one_in_common();
  hosts.world.run_for(seconds{120});
  hosts.world.on_step(nullptr);
  EXPECT_GE(hosts.a.connected_to(hosts.b), 1u);
  EXPECT_EQ(bindings(hosts.a), bindings(hosts.b));
  EXPECT_EQ(hosts.a.host->preferred_connection(hosts.b.id())->handshake_hash,
            hosts.b.host->preferred_connection(hosts.a.id())->handshake_hash);
  hosts.finish();
}

TEST_P(CrossedDials, SettleOnOneOnceThePeerAgreedToRetireTheOther) {
  ASSERT_NO_FATAL_FAILURE(cross());
  always_one_in_common();
  Peer& smaller = hosts.a.id() < hosts.b.id() ? hosts.a : hosts.b;
  Peer& larger = &smaller == &hosts.a ? hosts.b : hosts.a;
  const auto kept = smaller.host->preferred_connection(larger.id())->handshake_hash;
  // What the exchange does with its retire message.
  std::optional<ConnectionId> at_smaller, at_larger;
  for (const ConnectionInfo& c : smaller.host->connections()) {
    if (c.handshake_hash != kept) at_smaller = c.id;
  }
  for (const ConnectionInfo& c : larger.host->connections()) {
    if (c.handshake_hash != kept) at_larger = c.id;
  }
  ASSERT_TRUE(larger.host->agree_to_retire(*at_larger));
  smaller.host->confirm_retire(*at_smaller);
  EXPECT_TRUE(hosts.world.run_until(
      [&] { return hosts.a.connected_to(hosts.b) == 1 && hosts.b.connected_to(hosts.a) == 1; }, seconds{30}));
  hosts.world.run_for(seconds{30});
  hosts.world.on_step(nullptr);
  EXPECT_EQ(bindings(hosts.a), (std::vector{kept}));
  EXPECT_EQ(bindings(hosts.b), (std::vector{kept}));
  hosts.finish();
}

TEST_P(CrossedDials, AHalfOpenConnectionDoesNotKeepAPeerOut) {
  hosts.connect();
  // b loses power and comes back knowing nothing; a still thinks that it is connected.
  hosts.b.node.network().power_off();
  hosts.b.subscription.reset();
  hosts.b.host.reset();
  hosts.world.run_for(seconds{1});
  hosts.b.node.network().power_on();
  hosts.b.start();
  asio::co_spawn(hosts.world.context(), dial_into(hosts.b, hosts.a, by_b), asio::detached);
  ASSERT_TRUE(hosts.world.run_until([&] { return by_b.has_value(); }, seconds{10}));
  ASSERT_TRUE(by_b->connection) << by_b->error.message();
  hosts.world.run_for(seconds{30});
  EXPECT_EQ(hosts.a.connected_to(hosts.b), 1u);
  EXPECT_EQ(bindings(hosts.a), bindings(hosts.b));
  hosts.finish();
}

INSTANTIATE_TEST_SUITE_P(Host, CrossedDials, ::testing::Range<std::uint64_t>(1, 11),
                         [](const auto& c) { return "Seed" + std::to_string(c.param); });

}  // namespace
}  // namespace libp2p::testing
