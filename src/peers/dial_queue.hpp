// peers/dial_queue.hpp: who is to be dialled when, and who first when several may. Pure. O(log n) per change, no
// scans.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "base/clock.hpp"
#include "libp2p/peer_id.hpp"
#include "peers/address_book.hpp"

namespace peers {

/// Whole dials, and the probes of peers that failed often: each lane has slots of its own.
enum class DialLane : std::uint8_t { whole, probe };

/// At most one place per peer: either it waits for its time, or it is ready and waits for a free slot.
class DialQueue {
 public:
  /// Sets or moves the peer's time.
  void schedule(const libp2p::PeerId& peer, base::TimePoint at, Trust trust, DialLane lane);
  void cancel(const libp2p::PeerId& peer);
  bool contains(const libp2p::PeerId& peer) const { return places_.contains(peer); }

  /// Makes ready whose time has come.
  void advance(base::TimePoint now);
  /// Who is ready, the better trusted first, then who waited longest.
  struct Ready {
    Trust trust = Trust::hearsay;
    std::uint64_t order = 0;
    libp2p::PeerId peer;
    bool operator<(const Ready& other) const {
      return trust != other.trust ? trust > other.trust : order < other.order;
    }
  };
  const std::set<Ready>& ready(DialLane lane) const { return ready_[static_cast<std::size_t>(lane)]; }
  std::optional<base::TimePoint> next_time() const;

 private:
  struct Waiting {
    base::TimePoint at{};
    std::uint64_t order = 0;
    libp2p::PeerId peer;
    bool operator<(const Waiting& other) const { return at != other.at ? at < other.at : order < other.order; }
  };
  struct Place {
    base::TimePoint at;
    std::uint64_t order;
    Trust trust;
    DialLane lane;
    bool ready;
  };

  std::map<libp2p::PeerId, Place> places_;
  std::set<Waiting> waiting_;
  std::array<std::set<Ready>, 2> ready_;
  std::uint64_t next_order_ = 0;
};

}  // namespace peers
