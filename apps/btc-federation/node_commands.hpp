// btc-federation/node_commands.hpp: what a running node can be asked over its control socket: reload, history,
// status, peers.
#pragma once

#include <string>

#include "btc-federation/reload_desk.hpp"
#include "btc-federation/world.hpp"
#include "control/commands.hpp"
#include "libp2p/host/task_group.hpp"
#include "node/node.hpp"

namespace btc_federation {

/// What `status` tells besides what the node and the desk know.
struct NodeFacts {
  std::string version;
  std::string conf_path;
  base::TimePoint began;
};

/// Adds them to `commands`. All is borrowed; `tasks` holds the answers that take a while.
void add_node_commands(control::Commands& commands, World world, node::Node& node, ReloadDesk& desk,
                       libp2p::TaskGroup& tasks, NodeFacts facts);

}  // namespace btc_federation
