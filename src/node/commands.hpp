// node/commands.hpp: what the core wants done, as values: the network, the store and the file of the own record
// carry them out, each on its own executor. What names a connection that is gone meanwhile is dropped there.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "exchange/address_policy.hpp"
#include "exchange/outputs.hpp"
#include "libp2p/host.hpp"
#include "store/peer_entry.hpp"

namespace node {

/// Ends with `Core::on_dial_ended`, whatever happens.
struct Dial {
  libp2p::PeerId peer;
  std::vector<libp2p::Multiaddr> addresses;
  std::uint64_t serial = 0;
  /// Of what told the addresses: names among them may resolve to what such a link carries. Narrowest by default,
  /// for those of the operator.
  exchange::Scope scope = exchange::Scope::loopback;
};

struct ClosePeer {
  libp2p::PeerId peer;
  base::ErrorCode reason;
};

struct CloseConnection {
  libp2p::ConnectionId connection{};
  base::ErrorCode reason;
};

/// What a peer is to us from now on, and from which addresses it may come.
struct SetStanding {
  libp2p::PeerId peer;
  libp2p::Admission::Verdict verdict = libp2p::Admission::Verdict::refuse;
  std::vector<libp2p::Multiaddr> addresses;
};

struct Ban {
  libp2p::PeerId peer;
  base::TimePoint until{};
};

/// The durable own record, for identify.
struct TellRecord {
  exchange::RecordPtr record;
};

struct StorePeer {
  store::PeerEntry entry;
};

using Command =
    std::variant<Dial, ClosePeer, CloseConnection, SetStanding, Ban, TellRecord, StorePeer, exchange::CheckDial,
                 exchange::Send, exchange::SaveOwnRecord, exchange::RetireReceived>;

/// What came of a dial.
struct DialReport {
  libp2p::PeerId peer;
  std::uint64_t serial = 0;
  libp2p::DialResult result;
  base::Duration took{};
};

}  // namespace node
