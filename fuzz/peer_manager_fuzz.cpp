// fuzz/peer_manager_fuzz.cpp: any order of events and clock jumps; the manager's invariants hold after each.
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "base/seeded_rng.hpp"
#include "peers/peer_manager.hpp"

namespace {

using libp2p::PeerId;

void require(bool holds) {
  if (!holds) std::abort();
}

PeerId id_of(std::uint8_t number) {
  std::array<std::uint8_t, 32> raw{};
  raw[0] = number;
  return PeerId::of(libp2p::PublicKey::from_ed25519(raw));
}

struct World {
  base::SeededRng rng{1};
  peers::Limits limits{.max_connections = 5, .max_known = 8, .max_dials = 2, .max_probes = 1};
  peers::PeerManager manager{id_of(5), limits, rng};
  base::TimePoint now{std::chrono::hours{1}};
  std::map<PeerId, peers::PeerState> states{};
  std::map<PeerId, int> connections{};
  std::set<PeerId> dialing{};
  base::ErrorCode cause = make_error_code(boost::system::errc::connection_refused);

  void event(std::uint8_t what, std::uint8_t how) {
    const PeerId peer = id_of(how % 11);
    const auto address = *libp2p::Multiaddr::from_text("/ip4/192.0.2." + std::to_string(how % 7) + "/tcp/9000");
    switch (what % 9) {
      case 0: manager.learn(peer, std::span{&address, 1}, peers::Trust(how / 16 % 4), now); break;
      case 1: manager.remove(peer, now); break;
      case 2: connections[peer] += manager.on_inbound(peer, now) ? 1 : 0; break;
      case 3:
        if (dialing.erase(peer) > 0) manager.on_dial_failed(peer, cause, now);
        break;
      case 4:
        if (dialing.erase(peer) > 0) connections[peer] += manager.on_connected(peer, address, now) ? 1 : 0;
        break;
      case 5:
        if (connections[peer] > 0) {
          --connections[peer];
          manager.on_disconnected(peer, cause, now);
        }
        break;
      case 6: now += std::chrono::milliseconds{how * how * 10}; break;
      case 7: manager.on_hint(now); break;
      default:
        if (how == 255) manager.stop(now);
        break;
    }
    if (what % 9 == 8 && how == 255) stopped = true;
  }

  void check() {
    const peers::Actions actions = manager.poll(now);
    for (const peers::Transition& t : actions.transitions) {
      const auto at = states.try_emplace(t.peer, peers::PeerState::idle).first;
      require(at->second == t.from && peers::next(t.from, t.on) == t.to);
      at->second = t.to;
    }
    for (const PeerId& gone : actions.disconnects) dialing.erase(gone);
    for (const auto& dial : actions.dials) require(!dial.addresses.empty() && dialing.insert(dial.peer).second);
    require(manager.dialing() == dialing.size() && dialing.size() <= limits.max_dials);
    require(manager.wanted() <= limits.max_connections);
    const auto next = manager.next_deadline();
    require(!next || *next > now);
    for (const peers::PeerView& view : manager.page(std::nullopt, 100)) {
      const bool waits = view.wanted && view.connections == 0 && view.state != peers::PeerState::connecting;
      require(!waits || stopped || next || !dialing.empty());
    }
  }

  bool stopped = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  for (std::size_t at = 0; at + 1 < size && at < 4096; at += 2) {
    world.event(data[at], data[at + 1]);
    world.check();
  }
  return 0;
}
