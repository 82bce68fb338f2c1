// libp2p/conn/handover.hpp: an authenticated connection on its way between two loops: from the one that shook
// hands to the one that its peer lives on. A value: nothing in it belongs to a loop but the socket, which is
// moved.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "libp2p/host_events.hpp"
#include "libp2p/io/socket.hpp"
#include "libp2p/key.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/noise/session.hpp"
#include "libp2p/peer_id.hpp"

namespace libp2p::conn {

struct Handover {
  std::unique_ptr<io::Socket> socket;
  Multiaddr remote_addr;
  PeerId peer;
  PublicKey peer_key;
  bool early_muxer = false;
  HandshakeTimes times{};
  noise::Session session;
  base::Bytes plaintext;       ///< Opened already, for yamux.
  base::Bytes sealed;          ///< Read behind it, still to be opened.
  base::TimePoint deadline{};  ///< Of the whole handshake, admission included.
};

}  // namespace libp2p::conn
