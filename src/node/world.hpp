// node/world.hpp: everything of the outside world that a node needs, injected: its loops, disk, log and clock.
// Borrowed; all of it outlives the node and the worker's last job.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/folder_watch.hpp"
#include "base/rng.hpp"
#include "libp2p/host/environment.hpp"
#include "libp2p/io/timers.hpp"
#include "node/core_inbox.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "observe/trace.hpp"
#include "store/peer_store.hpp"

namespace node {

/// What the core's executor has: one thread that runs decisions, never the data path.
struct CoreWorld {
  boost::asio::any_io_executor executor;
  const base::Clock& clock;
  base::Rng& rng;
  libp2p::io::Timers& timers;
};

struct World {
  CoreWorld core;
  /// The network loops, at least one; each may be the core's own executor (as in a simulation) or another
  /// thread's.
  std::vector<libp2p::Environment> loops;
  base::Files& files;
  store::PeerStore& store;
  base::FolderWatcher* folders = nullptr;  ///< May be null.
  observe::Log& log;
  observe::Registry& metrics;
  const observe::Trace& trace;
  Worker worker;
};

}  // namespace node
