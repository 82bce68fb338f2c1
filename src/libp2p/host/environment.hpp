// libp2p/host/environment.hpp: everything that a host needs of the world, injected, so that a simulator can give
// it virtual time, seeded randomness and a network in memory.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "base/clock.hpp"
#include "base/rng.hpp"
#include "libp2p/host_options.hpp"
#include "libp2p/io/resolver.hpp"
#include "libp2p/io/socket.hpp"
#include "libp2p/io/timers.hpp"
#include "libp2p/limits.hpp"

namespace libp2p {

/// Borrowed, but for what `owner` keeps alive; all of it must outlive the host.
struct Environment {
  boost::asio::any_io_executor executor;
  const base::Clock& clock;
  base::Rng& rng;
  io::Timers& timers;
  io::Network& network;
  io::Resolver& resolver;
  std::shared_ptr<void> owner = nullptr;
};

/// One host of a group.
struct GroupMember {
  Environment environment;
  Admission* admission = nullptr;  ///< In place of `HostOptions::admission`: asked on this loop.
};

/// The real world: system clock and randomness, TCP, DNS.
Environment system_environment(boost::asio::any_io_executor executor, const Limits& limits);

}  // namespace libp2p
