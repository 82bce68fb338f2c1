// exchange/standing.hpp: what a peer has used up and how it behaved, kept over its connections. Machine code.
// Spec: docs/protocol.md#limits. Invariant: at most kMaxAbsentStandings are kept of peers that are not connected,
// the longest absent being forgotten first; coming back gives nobody new tokens before that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "exchange/token_bucket.hpp"
#include "libp2p/peer_id.hpp"

namespace exchange {

struct Standing {
  TokenBucket messages{kMessagesPerPeer};
  TokenBucket checks{kChecksPerPeer};
  AbuseScore abuse;
  std::optional<base::TimePoint> checked_at;  ///< When a check dial last gave a result.

  /// True if it is as good as that of a peer never seen: full buckets, no points, no check dial lately.
  bool is_spotless(base::TimePoint now) const;
};

/// The standings of peers that are not connected.
class AbsentStandings {
 public:
  /// `peer` left with `standing`; a spotless one need not be kept.
  void keep(const libp2p::PeerId& peer, const Standing& standing, base::TimePoint now);
  /// `peer` is back: what it left with, or a spotless one.
  Standing take(const libp2p::PeerId& peer);

  std::size_t size() const { return standings_.size(); }

 private:
  struct Kept {
    Standing standing{};
    std::uint64_t order = 0;
  };
  void erase(const libp2p::PeerId& peer);

  std::unordered_map<libp2p::PeerId, Kept> standings_;
  std::map<std::uint64_t, libp2p::PeerId> by_order_;  ///< The longest absent first.
  std::uint64_t last_order_ = 0;
};

}  // namespace exchange
