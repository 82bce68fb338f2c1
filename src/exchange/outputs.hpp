// exchange/outputs.hpp: what the exchange engine asks of its host and tells it. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "exchange/address_policy.hpp"
#include "exchange/messages.hpp"
#include "exchange/record.hpp"

namespace exchange {

using ConnId = std::uint64_t;  ///< The host's name of a connection, never reused.

/// To be encoded by the session of the stream on `connection`; dropped if that is gone.
struct Send {
  libp2p::PeerId peer;
  ConnId connection{};
  Message message;
};

/// Try `addresses` up to the verified Noise message 2, send no message 3; answer with `on_check_dial_result`.
struct CheckDial {
  libp2p::PeerId peer;
  libp2p::RecordVersion version;
  std::vector<libp2p::Multiaddr> addresses;
  Scope scope = Scope::global;  ///< What names among them may resolve to: see `usable_addresses`.
};

/// Make it durable, then call `own_record_saved`.
struct SaveOwnRecord {
  RecordPtr record;
};

/// A record became known, or more is known of a held one (`is_new` false: its mark went, or more addresses are of
/// use).
struct RecordLearned {
  RecordPtr record;
  bool is_new = true;
  bool unreachable = false;               ///< Only told with the mark: dial it rarely.
  std::vector<libp2p::Multiaddr> usable;  ///< What may be dialled: hearsay until `RecordProven`.
  std::optional<libp2p::PeerId> teller;
  RoundId cause = 0;
};

enum class Proof : std::uint8_t { dialled, source, check };

struct RecordProven {
  RecordPtr record;
  Proof how;
};

/// The opinion about a connected peer's reachability changed: its newest record's check dial failed.
struct CheckFailed {
  libp2p::PeerId peer;
  libp2p::RecordVersion version;
};

/// What a hello said of the process at the other end.
struct PeerIntroduced {
  libp2p::PeerId peer;
  ConnId connection{};
  std::uint64_t features = 0;
  std::uint64_t incarnation = 0;
  std::optional<libp2p::Multiaddr> dialled;  ///< The address of ours that it used.
};

struct RetireReceived {
  libp2p::PeerId peer;
  ConnectionHash connection{};
  bool confirmed = false;
};

/// The peer says that it gives up the stream. `text` is foreign: escape it.
struct ErrorReceived {
  libp2p::PeerId peer;
  std::uint32_t code;
  std::string text;
};

/// Close its connections, do not dial it, and refuse it for `time`.
struct Disconnect {
  libp2p::PeerId peer;
  std::string_view reason;
  base::Duration time;
};

/// Two machines have this node's key. Nothing is signed any more until the operator acts.
struct IdentityAlarm {
  libp2p::PeerId told_by;
  libp2p::RecordVersion version;
};

enum class RoundResult : std::uint8_t { complete, incomplete, failed, timed_out, disconnected };

struct RoundEnded {
  libp2p::PeerId peer;
  RoundId round{};
  RoundResult result{};
  std::size_t listed = 0;
  std::size_t fetched = 0;
};

using Output = std::variant<Send, CheckDial, SaveOwnRecord, RecordLearned, RecordProven, CheckFailed,
                            PeerIntroduced, RetireReceived, ErrorReceived, Disconnect, IdentityAlarm, RoundEnded>;

}  // namespace exchange
