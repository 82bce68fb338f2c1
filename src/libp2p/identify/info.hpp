// libp2p/identify/info.hpp: what identify tells about a peer, and how it is written. Machine code: no I/O.
// Spec: libp2p identify; docs/spec-map.md#identify.
// Invariant of `encode`: who reads only the first message (rust does) learns the key and as much as fits under 2
// KiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "libp2p/key.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_record.hpp"

namespace libp2p::identify {

inline constexpr std::string_view kProtocol = "/ipfs/id/1.0.0";
inline constexpr std::string_view kPushProtocol = "/ipfs/id/push/1.0.0";

enum class IdentifyErrc : std::uint8_t {
  bad_message = 1,    ///< Not the protobuf of the specification.
  key_mismatch,       ///< The message names another key than the handshake proved.
  truncated,          ///< The stream ended inside a message.
  no_message,         ///< The stream ended before the first message.
  too_many_messages,  ///< Over kMaxMessages.
  // Of our own calls:
  too_large,  ///< What we have to tell does not fit in kMaxMessages.
};
base::ErrorCode make_error_code(IdentifyErrc code);

/// What is known of a peer, or what we tell of ourselves. Strings of a remote are bounded in length, nothing else:
/// whoever prints them escapes them.
struct Info {
  std::optional<PublicKey> public_key{};
  std::vector<Multiaddr> listen_addrs{};  ///< Without `/p2p`; the signed record's where there is a valid one.
  std::vector<std::string> protocols{};
  std::optional<Multiaddr> observed_addr{};  ///< The reader's address as the writer sees it: a hint, not a fact.
  std::string protocol_version{};
  std::string agent_version{};
  std::optional<SignedPeerRecord> record{};
};

/// The whole stream of an identify or a push: one length-prefixed message of under 2 KiB, more if not all fits,
/// the signed record in a message of its own unless it fits in the first. A push is always the complete Info (go
/// replaces its list of protocols by what a push holds). Errors: too_large.
base::Result<base::Bytes> encode(const Info& info);

/// Takes over what `update` (of a push) has; what it lacks stays.
void merge(Info& known, Info update);

}  // namespace libp2p::identify

template <>
struct boost::system::is_error_code_enum<libp2p::identify::IdentifyErrc> : std::true_type {};
