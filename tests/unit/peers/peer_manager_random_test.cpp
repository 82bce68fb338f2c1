// The peer manager under random events: its invariants hold after every one of them.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/seeded_rng.hpp"
#include "peers/peer_manager.hpp"
#include "unit/peers/vocabulary.hpp"

namespace peers {
namespace {

/// What must hold between any two events.
void expect_invariants(const PeerManager& manager, const Limits& limits, const std::set<PeerId>& dialing,
                       std::map<PeerId, int>& connections, base::TimePoint now) {
  ASSERT_LE(manager.dialing(), limits.max_dials);
  ASSERT_EQ(manager.dialing(), dialing.size());
  ASSERT_LE(manager.wanted(), limits.max_connections);
  bool somebody_waits = false;
  for (const PeerView& view : manager.page(std::nullopt, 100)) {
    ASSERT_EQ(view.connections, static_cast<std::uint32_t>(connections[view.id]));
    ASSERT_EQ(view.connections > 0, view.state == PeerState::connected || view.state == PeerState::disconnecting);
    somebody_waits =
        somebody_waits || (view.wanted && (view.state == PeerState::idle || view.state == PeerState::backing_off));
  }
  if (somebody_waits) ASSERT_TRUE(manager.next_deadline() || !dialing.empty());
  if (manager.next_deadline()) ASSERT_GT(*manager.next_deadline(), now) << "a poll must get somewhere";
}

/// What must hold whatever happens: checked under random events.
class RandomEvents : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomEvents, KeepTheInvariants) {
  base::SeededRng rng{GetParam()};
  const Limits limits{.max_connections = 12, .max_known = 20, .max_dials = 4, .max_probes = 2};
  PeerManager manager{id_of(10), limits, rng};
  base::TimePoint now = kStart;
  std::map<PeerId, PeerState> states;
  std::map<PeerId, int> connections;
  std::set<PeerId> dialing;
  for (int step = 0; step < 4000; ++step) {
    const PeerId peer = id_of(static_cast<std::uint32_t>(rng.below(24)));
    switch (rng.below(9)) {
      case 0:
        manager.learn(peer, std::vector{address("192.0.2." + std::to_string(rng.below(9)))}, Trust(rng.below(4)),
                      now);
        break;
      case 1:
        if (rng.below(4) == 0) manager.remove(peer, now);
        break;
      case 2:
        if (manager.on_inbound(peer, now)) ++connections[peer];
        break;
      case 3:
      case 4:
        if (dialing.erase(peer) > 0) manager.on_dial_failed(peer, refused(), now);
        break;
      case 5:
        if (dialing.erase(peer) > 0 && manager.on_connected(peer, address("192.0.2.1"), now)) ++connections[peer];
        break;
      case 6:
        if (connections[peer] > 0) {
          --connections[peer];
          manager.on_disconnected(peer, refused(), now);
        }
        break;
      case 7: now += std::chrono::milliseconds{rng.below(20'000)}; break;
      default:
        if (rng.below(50) == 0) manager.on_hint(now);
        break;
    }
    const Actions actions = manager.poll(now);
    for (const Transition& t : actions.transitions) {
      const auto at = states.try_emplace(t.peer, PeerState::idle).first;
      ASSERT_EQ(at->second, t.from);
      ASSERT_EQ(next(t.from, t.on), t.to);
      at->second = t.to;
    }
    for (const PeerId& gone : actions.disconnects) dialing.erase(gone);
    for (const auto& dial : actions.dials) {
      ASSERT_FALSE(dial.addresses.empty());
      ASSERT_TRUE(dialing.insert(dial.peer).second) << "two dials of one peer";
    }
    expect_invariants(manager, limits, dialing, connections, now);
    if (HasFatalFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Peers, RandomEvents, ::testing::Range<std::uint64_t>(0, 20));

}  // namespace
}  // namespace peers
