// sim/node.hpp: a machine of the simulated internet with its own randomness, as the environment of a libp2p::Host.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/seeded_rng.hpp"
#include "libp2p/host/environment.hpp"
#include "sim/internet.hpp"
#include "sim/resolver.hpp"
#include "sim/world.hpp"

namespace sim {

class Node {
 public:
  Node(World& world, Internet& internet, Resolver& resolver, std::initializer_list<std::string_view> ips)
      : world_{world}, resolver_{resolver}, rng_{world.fork_rng()}, network_{internet.add_machine(ips)} {}

  /// Everything in it is borrowed from the node and the world.
  libp2p::Environment environment() {
    return {.executor = world_.executor(),
            .clock = world_.clock(),
            .rng = rng_,
            .timers = world_.timers(),
            .network = network_,
            .resolver = resolver_};
  }

  Network& network() { return network_; }
  base::Rng& rng() { return rng_; }

 private:
  World& world_;
  Resolver& resolver_;
  base::SeededRng rng_;
  Network& network_;
};

}  // namespace sim
