// libp2p/host/listeners.hpp: the sockets that a host listens on, and what it says of them to others.
// Thread rules: the host's executor.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "libp2p/host/environment.hpp"
#include "libp2p/host/siblings.hpp"
#include "libp2p/multiaddr.hpp"

namespace libp2p {

class Listeners {
 public:
  /// `accepted` is called here, for a socket that is registered with the loop of `host`.
  using OnAccept = std::function<void(Siblings::Index host, std::unique_ptr<io::Socket>)>;
  Listeners(const Environment& environment, Siblings& siblings, OnAccept accepted)
      : environment_{environment}, siblings_{siblings}, accepted_{std::move(accepted)} {}

  base::Result<Multiaddr> listen(const Multiaddr& addr);
  base::Result<void> stop(const Multiaddr& bound);
  void stop_all() { listeners_.clear(); }

  std::vector<Multiaddr> bound() const;
  /// What is bound, wildcards expanded to the addresses of this host's interfaces.
  std::vector<Multiaddr> reachable() const;

 private:
  const Environment& environment_;
  Siblings& siblings_;
  OnAccept accepted_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
};

}  // namespace libp2p
