// node/events.hpp: what happens in a node, as typed events on the bus. Values only; see docs/log-events.md for
// what each becomes in the log. Publishers know nobody who listens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exchange/outputs.hpp"
#include "libp2p/host.hpp"
#include "peers/peer_manager.hpp"
#include "store/findings.hpp"
#include "store/notice.hpp"

namespace node {

struct Listening {
  std::vector<libp2p::Multiaddr> bound;      ///< The real addresses.
  std::vector<libp2p::Multiaddr> announced;  ///< What others are told.
};

struct ListenRetried {
  libp2p::Multiaddr address;
  base::ErrorCode error;
  base::Duration wait{};
};

struct ListenSkipped {
  libp2p::Multiaddr address;
  base::ErrorCode error;
};

struct PeerConnected {
  libp2p::ConnectionInfo connection;
  libp2p::Admission::Verdict verdict = libp2p::Admission::Verdict::refuse;
  libp2p::HandshakeTimes times{};
};

/// The answer to a liveness ping.
struct PeerPinged {
  libp2p::PeerId peer;
  base::Duration round_trip{};
};

struct PeerDisconnected {
  libp2p::ConnectionInfo connection;
  base::ErrorCode reason;
  base::Duration lifetime{};
  bool last = false;  ///< No other connection of this peer is left.
};

/// How a dial of ours ended.
struct DialEnded {
  libp2p::PeerId peer;
  std::optional<libp2p::ConnectionInfo> connection{};  ///< Set on success.
  base::ErrorCode error{};
  std::vector<libp2p::DialAttempt> attempts{};  ///< The failed ones.
  std::uint32_t attempt = 1;                    ///< Of this outage.
  base::Duration took{};
  base::Duration resolve{};  ///< On success, of the address that won.
  base::Duration tcp{};      ///< The same.
  bool discovery = false;    ///< The first one to a peer that others told us of.
};

struct InboundRefused {
  libp2p::InboundFailed failure;
};

struct PeerMoved {
  peers::Transition transition;
};

struct PeerAgent {
  libp2p::PeerId peer;
  libp2p::ConnectionId connection{};
  std::string agent;  ///< Foreign text.
  bool exchange = false;
  bool record = false;
};

/// One exchange message, sent or received. Published for counting; traces are logged where the message is at hand.
struct ExchangeMessage {
  libp2p::Direction direction{};
  std::string_view type;  ///< Static.
};

struct ExchangeStreamEnded {
  libp2p::PeerId peer;
  libp2p::ConnectionId connection{};
  base::ErrorCode reason;  ///< Unset: in good order.
};

struct OwnRecordSaved {
  exchange::RecordPtr record;
};

struct OwnRecordNotSaved {
  base::ErrorCode error;
};

/// Somebody else changed peers.yaml. Names, or ids where there is no name; bounded.
struct PeersEdited {
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  std::vector<std::string> forgotten;
};

/// peers.yaml, as it was read or edited just now, names peers for whom there is no room in memory.
struct PeersLeftOut {
  std::size_t count = 0;
  std::size_t known = 0;  ///< Who is in memory.
};

/// The folder of peers.yaml cannot be watched: it is looked at again and again.
struct PeersWatchFailed {
  base::ErrorCode error;
};

struct PeersSaved {
  base::ErrorCode error;  ///< Unset if all is on disk.
  std::size_t entries = 0;
  bool wrote = false;
  bool news = false;  ///< The first failure of a row, or its end.
  std::vector<store::Notice> notices{};
  store::Findings findings{};
  std::string file{};
};

}  // namespace node
