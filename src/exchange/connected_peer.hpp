// exchange/connected_peer.hpp: what the engine keeps of a peer while it is connected. Values only.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "exchange/outputs.hpp"
#include "exchange/session.hpp"
#include "exchange/standing.hpp"
#include "libp2p/multiaddr.hpp"

namespace exchange {

/// An authenticated connection, as far as proofs and address scopes go.
struct Connection {
  ConnId id = 0;
  Side side = Side::dialer;                  ///< Ours.
  libp2p::Multiaddr remote;                  ///< The IP address and port of the other end.
  std::optional<libp2p::Multiaddr> dialled;  ///< As it was before resolution, if we dialled.
};

/// One connection and the exchange stream on it.
struct PeerLink {
  Connection connection;
  bool stream = false;
  bool introduced = false;  ///< Both hellos are through.
};

struct ConnectedPeer {
  std::vector<PeerLink> links;
  std::optional<ConnId> active;      ///< The connection whose stream we send on.
  std::optional<ConnId> preferred;   ///< By the host's rule; it may not be introduced yet.
  std::optional<Position> position;  ///< Of its log, the newest that we heard of.
  base::TimePoint ready_since{};     ///< When it last became one that can be asked.
  bool return_due = false;           ///< It sent an older record of itself than the one that we hold.
  Standing standing;
  std::optional<base::TimePoint> check_at;
};

}  // namespace exchange
