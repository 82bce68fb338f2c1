// store/disk/node_state.hpp: node.state on disk. The number of the own record is durable before it is used, so a
// node never signs two different records with one number, whatever instant it dies at. Blocks for the disk.
#pragma once

#include <string>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "store/text/node_state_text.hpp"

namespace store::disk {

using text::NodeState;

/// The stored state; an empty one if there is no file. Errors: NodeStateErrc::damaged (report it, go on with an
/// empty state), or the system's.
base::Result<NodeState> load_node_state(base::Files& files, const std::string& path);

/// Returns only when `state` is on disk. The file is replaced atomically, mode 0600.
base::Result<void> save_node_state(base::Files& files, base::Rng& rng, const std::string& path,
                                   const NodeState& state);

}  // namespace store::disk
