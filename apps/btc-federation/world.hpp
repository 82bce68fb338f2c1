// btc-federation/world.hpp: what the parts of the running program need of the outside world, injected, so that
// they run over a simulated clock, disk and loop as well. All of it outlives them and the worker's last job.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/rng.hpp"
#include "libp2p/io/timers.hpp"
#include "node/core_inbox.hpp"
#include "observe/log.hpp"
#include "observe/trace.hpp"

namespace btc_federation {

struct World {
  boost::asio::any_io_executor executor;  ///< The main loop: the core, the signals, all of these parts.
  const base::Clock& clock;
  base::Rng& rng;
  libp2p::io::Timers& timers;
  base::Files& files;
  observe::Log& log;
  observe::Trace& trace;
  node::Worker worker;  ///< The disk's: one job after the other.
};

}  // namespace btc_federation
