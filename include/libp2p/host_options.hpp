// libp2p/host_options.hpp: what a host, a dial and a stream can be told; who is let in; how a dial went. Values.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "libp2p/connection.hpp"
#include "libp2p/key.hpp"
#include "libp2p/limits.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "libp2p/traffic_class.hpp"

namespace libp2p {

/// Asked right after Noise, before a connection counts. Called on the host's home.
class Admission {
 public:
  enum class Verdict : std::uint8_t {
    refuse,
    stranger,         ///< Few streams; gives way when connections are scarce.
    member,           ///< By its proven record.
    operator_member,  ///< By the operator's own list: displaces one that is only a member.
  };
  virtual ~Admission() = default;
  virtual Verdict admit(const PeerId& peer) = 0;
  /// Whether a member's record names this source: its handshakes have half of the slots to themselves.
  virtual bool is_member_address(const Multiaddr& source) = 0;
};

struct HostOptions {
  Identity identity;
  Limits limits{};
  std::string agent_version = "libp2p-cpp";
  std::string protocol_version = "libp2p/1.0.0";
  bool serve_perf = false;
  /// Sign a peer record of the announced addresses, with the wall clock (ns) as its sequence number. Switch it off
  /// where the owner keeps the number himself and calls `set_record`.
  bool sign_record = true;
  std::vector<Multiaddr> announce{};  ///< Instead of what is bound, for hosts behind NAT.
  Admission* admission = nullptr;     ///< Borrowed; without one everyone is a member.
};

struct DialOptions {
  base::Duration timeout =
      std::chrono::seconds{10};  ///< Of the whole, resolving included; at most TimeLimits::establish.
  bool force_new = false;        ///< Dial even if the peer is connected.
  /// Asked of each address that a name resolved to, which nobody could judge before; one that it refuses is not
  /// dialled. Without it all are. Called on the host's home, while the dial runs.
  std::function<bool(const Multiaddr& resolved)> allow{};
};

/// How far an attempt came: what an operator wants to know of a failure.
enum class DialStage : std::uint8_t { resolve, tcp, secure, mux, open };

struct DialAttempt {
  Multiaddr address;
  DialStage stage = DialStage::resolve;
  base::ErrorCode error;
  std::optional<PeerId> actual;  ///< Who answered, if it was somebody else.
};

struct DialResult {
  std::optional<ConnectionInfo> connection{};  ///< Set on success.
  base::Duration resolve{};                    ///< On success: what the winning address took to resolve,
  base::Duration tcp{};                        ///< and to connect.
  base::ErrorCode error;                       ///< Of the attempt that came farthest, else empty.
  std::vector<DialAttempt> attempts;           ///< The failed ones, in order.
};

struct StreamOptions {
  /// For negotiating. An optimistic stream waits for nothing: it comes without a deadline, set one on it.
  base::Duration timeout = std::chrono::seconds{10};
  TrafficClass traffic = TrafficClass::normal;
  bool optimistic =
      true;  ///< With one protocol: do not wait for the peer's answer; a refusal shows at the first read.
  std::optional<ConnectionId> connection{};  ///< Exactly there; otherwise the peer's preferred connection.
};

}  // namespace libp2p
