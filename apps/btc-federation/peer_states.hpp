// btc-federation/peer_states.hpp: how a running node stands with its peers: told over the control socket, and
// asked for by `peers list`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "control/message.hpp"
#include "peers/peer_manager.hpp"

namespace btc_federation {

/// Answers the command `peers`: the states of up to `limit` peers behind `after` in the order of their ids; `next`
/// is what `after` wants for the page behind, or null.
control::Answer peer_states(const peers::PeerManager& peers, const control::Request& request);

struct PeerState {
  std::string state;  ///< "connected"
  std::uint64_t connections = 0;
  std::uint64_t failures = 0;  ///< Dials that failed since it was last connected.
  std::string last_error{};    ///< Why, in words; empty if none did.
};
using PeerStates = std::map<std::string, PeerState>;  ///< By peer id.

/// From the node that runs beside `conf_path`; nothing if none does, or it does not answer as it should.
std::optional<PeerStates> ask_peer_states(const std::string& conf_path);

/// "connected", or "backing off: connection refused (3 failures)".
std::string in_words(const PeerState& peer);

}  // namespace btc_federation
