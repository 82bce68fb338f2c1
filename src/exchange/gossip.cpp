#include "exchange/gossip.hpp"

#include <cstdint>
#include <numeric>
#include <utility>

namespace exchange {

std::vector<libp2p::PeerId> choose_listeners(const std::vector<libp2p::PeerId>& peers,
                                             const std::function<bool(const libp2p::PeerId&)>& has_it,
                                             std::size_t count, base::Rng& rng) {
  // A shuffle that stops when enough are found: `has_it` is asked about few.
  std::vector<std::uint32_t> deck(peers.size());
  std::iota(deck.begin(), deck.end(), 0U);
  std::vector<libp2p::PeerId> chosen;
  for (std::size_t left = deck.size(); left > 0 && chosen.size() < count; --left) {
    const auto pick = static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(left)));
    std::swap(deck[pick], deck[left - 1]);
    const libp2p::PeerId& peer = peers[deck[left - 1]];
    if (!has_it(peer)) chosen.push_back(peer);
  }
  return chosen;
}

}  // namespace exchange
