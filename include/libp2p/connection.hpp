// libp2p/connection.hpp: what is known of a connection, and how connections end. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/key.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/peer_record.hpp"

namespace libp2p {

using ConnectionId = std::uint64_t;  ///< Never reused while the process lives.
enum class Direction : std::uint8_t { outbound, inbound };

struct ConnectionInfo {
  ConnectionId id = 0;
  PeerId peer;
  Direction direction = Direction::outbound;
  Multiaddr remote_addr;  ///< The IP address and port at the other end, without `/p2p`.
  Multiaddr local_addr;
  bool early_muxer = false;                       ///< The muxer was agreed inside the Noise handshake.
  std::array<std::uint8_t, 32> handshake_hash{};  ///< Channel binding: equal at both ends.
  base::TimePoint opened_at{};
  std::optional<Multiaddr>
      dialled{};  ///< The address as it was given to `dial`, maybe a name; not of inbound ones.
};

/// What a peer told of itself by identify.
struct PeerInfo {
  std::optional<PublicKey> public_key{};
  std::string protocol_version;
  std::string agent_version;
  std::vector<std::string> protocols;
  std::vector<Multiaddr> listen_addrs;
  std::optional<Multiaddr> observed_addr{};  ///< Our address as the peer sees it.
  std::optional<SignedPeerRecord> record{};
};

/// Why a connection ended or never came up. Protocol errors carry the code of their own layer instead.
enum class ConnErrc : std::uint8_t {
  closed_by_us = 1,
  closed_by_peer,  ///< End of stream, or Go Away 0.
  reset_by_peer,   ///< TCP reset: how go-libp2p closes.
  go_away,         ///< The peer ended the session with an error code.
  truncated,       ///< End of stream inside a frame.
  handshake_timeout,
  frame_timeout,  ///< A large frame did not arrive whole in time.
  not_answering,  ///< No answer to a yamux ping and to a libp2p ping.
  memory_limit,
  too_many_connections,
  too_many_handshakes,
  refused,     ///< Admission said no.
  superseded,  ///< Another connection of the same peer took over.
  dialed_self,
  lives_elsewhere,  ///< Of a group of hosts: the peer belongs to another one of them.
  host_stopped,
  cancelled,
  address_not_allowed,  ///< DialOptions::allow refused what a name resolved to.
  no_pong,              ///< No answer to a yamux ping, and no stream could be had for a libp2p ping.
  no_destination,       ///< An unspecified address, or IPv6 link-local without a zone.
};
base::ErrorCode make_error_code(ConnErrc code);

}  // namespace libp2p

template <>
struct boost::system::is_error_code_enum<libp2p::ConnErrc> : std::true_type {};
