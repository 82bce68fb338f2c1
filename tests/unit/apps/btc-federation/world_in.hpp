// tests/unit/apps/btc-federation/world_in.hpp: the outside world of the program's parts, within a simulated one.
#pragma once

#include "btc-federation/world.hpp"
#include "manual_worker.hpp"
#include "sim/world.hpp"

namespace btc_federation {

inline World world_in(sim::World& world, base::Rng& rng, base::Files& files, observe::Log& log,
                      observe::Trace& trace, ManualWorker& disk) {
  return {.executor = world.executor(),
          .clock = world.clock(),
          .rng = rng,
          .timers = world.timers(),
          .files = files,
          .log = log,
          .trace = trace,
          .worker = disk.worker()};
}

}  // namespace btc_federation
