// btc-federation/process.hpp: what lives as long as the process: the real world behind the interfaces of the node
// and of the program's parts.
#pragma once

#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/inotify.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/fatal.hpp"
#include "btc-federation/signals.hpp"
#include "btc-federation/world.hpp"
#include "libp2p/io/asio/asio_timers.hpp"
#include "observe/ids.hpp"
#include "observe/metrics.hpp"

namespace btc_federation {

struct Process {
  Process() {
    worker()([] { ::pthread_setname_np(::pthread_self(), "disk"); });  // for `top -H`, tracers, core dumps
  }

  Signals signals;  ///< First: before any thread.
  base::SystemClock clock;
  base::SystemRng rng;
  base::PosixFiles files;
  base::Inotify folders;
  observe::Registry metrics;
  observe::Log log{clock, metrics, observe::make_run_id(rng)};
  observe::Trace trace;
  boost::asio::thread_pool disk{1};  ///< Saves, and log files that are compressed: one after the other.
  boost::asio::io_context loop{1};   ///< The core and the signals: the main thread.
  libp2p::io::AsioTimers timers{loop.get_executor(), clock};

  node::Worker worker() {
    return [this](std::function<void()> job) {
      boost::asio::post(disk, [job = std::move(job)] { do_or_end("disk thread", job); });
    };
  }
  World world() {
    return {.executor = loop.get_executor(),
            .clock = clock,
            .rng = rng,
            .timers = timers,
            .files = files,
            .log = log,
            .trace = trace,
            .worker = worker()};
  }
};

}  // namespace btc_federation
