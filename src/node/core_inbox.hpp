// node/core_inbox.hpp: the one way from the network and the disk to the core: calls that are posted.
#pragma once

#include <functional>

#include "base/clock.hpp"

namespace node {

class Core;

/// Runs the call on the core's executor, from a fresh call stack, in the order of posting; dropped after the stop.
/// What it captures are values.
using CoreInbox = std::function<void(std::function<void(Core&, base::TimePoint now)>)>;

/// Blocking work, one piece after the other, off the executors: a thread in the program, in place in a simulation.
using Worker = std::function<void(std::function<void()>)>;

}  // namespace node
