#include "libp2p/host/listeners.hpp"

#include <algorithm>

namespace libp2p {

base::Result<Multiaddr> Listeners::listen(const Multiaddr& addr) {
  const base::Result<io::Endpoint> endpoint = io::to_endpoint(addr);
  if (!endpoint) return endpoint.error();
  base::Result<std::unique_ptr<io::Listener>> listener = environment_.network.listen(*endpoint);
  if (!listener) return listener.error();
  Multiaddr bound = (*listener)->local().to_multiaddr();
  const auto turn = std::make_shared<Siblings::Index>(0);  // whose socket the accept under way will be
  (*listener)->start(
      [this, turn] {
        *turn = siblings_.next_in_turn();
        return siblings_.loop(*turn);
      },
      [this, turn](base::Result<std::unique_ptr<io::Socket>> socket) {
        // An error here is a peer that went away or a want of descriptors: the listener goes on.
        if (socket) accepted_(*turn, std::move(*socket));
      });
  listeners_.push_back(std::move(*listener));
  return bound;
}

base::Result<void> Listeners::stop(const Multiaddr& bound) {
  const auto removed =
      std::erase_if(listeners_, [&](const auto& l) { return l->local().to_multiaddr() == bound; });
  if (removed == 0)
    return base::ErrorCode{boost::system::errc::address_not_available, boost::system::generic_category()};
  return base::ok();
}

std::vector<Multiaddr> Listeners::bound() const {
  std::vector<Multiaddr> out;
  out.reserve(listeners_.size());
  for (const auto& listener : listeners_) out.push_back(listener->local().to_multiaddr());
  return out;
}

std::vector<Multiaddr> Listeners::reachable() const {
  std::vector<Multiaddr> out;
  const auto add = [&out](const io::Endpoint& endpoint) {
    Multiaddr addr = endpoint.to_multiaddr();
    if (std::ranges::find(out, addr) == out.end()) out.push_back(std::move(addr));
  };
  for (const auto& listener : listeners_) {
    const io::Endpoint& local = listener->local();
    if (!local.is_unspecified()) {
      add(local);
      continue;
    }
    for (io::Endpoint endpoint : environment_.network.interfaces()) {
      if (endpoint.v6 != local.v6) continue;
      endpoint.port = local.port;
      add(endpoint);
    }
  }
  return out;
}

}  // namespace libp2p
