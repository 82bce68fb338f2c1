// libp2p/policy/admission.hpp: who gets a slot when slots are scarce: inbound handshakes, established connections.
// Policy: no I/O, no clock. Tables of ids only; the caller closes whom they name.
// Invariants: no table grows over its limit; a stranger never displaces a member's connection; a new inbound
// handshake is never refused for lack of room, so that holding slots does not lock others out.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "libp2p/limits.hpp"
#include "libp2p/policy/conn_id.hpp"

namespace libp2p::policy {

/// Whom the limits per source count as one: an IPv4 address, or an IPv6 /56, which is what one customer gets.
struct Source {
  std::array<std::uint8_t, 8> prefix{};  ///< The family, then up to 56 bits.
  bool operator==(const Source&) const = default;
};

/// Inbound handshakes under way. Before Noise is through only the source IP tells members from strangers: those
/// whose IP a member's record names may use every slot, strangers half of them, and each source of theirs few.
class PendingHandshakes {
 public:
  explicit PendingHandshakes(const CountLimits& limits = {})
      : capacity_{std::max<std::size_t>(limits.pending_handshakes, 1)},
        per_source_{std::max<std::size_t>(limits.pending_handshakes_per_source, 1)} {}

  /// Takes `id` in; without a `source` it is not counted against one. Returned is the handshake that has to go for
  /// it, the one with the least progress (without a byte first, then the oldest): of its source where that has all
  /// it may have, else of the strangers; a member's only if there is no stranger. O(capacity).
  [[nodiscard]] std::optional<ConnId> add(ConnId id, bool from_member_ip, std::optional<Source> source = {});
  /// The first byte of `id` arrived.
  void on_byte(ConnId id);
  /// The handshake of `id` ended, either way.
  void remove(ConnId id);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    ConnId id = 0;
    bool member = false;
    bool spoke = false;
    std::optional<Source> source{};
  };
  template <class Wanted>
  ConnId evict(Wanted wanted);

  std::size_t capacity_;
  std::size_t per_source_;
  std::vector<Entry> entries_;  ///< Oldest first.
};

/// What an authenticated peer is to us, lowest first.
enum class Standing : std::uint8_t {
  stranger,
  proven,          ///< A member by its proven record.
  operator_entry,  ///< A member by the operator's own file.
};

inline constexpr std::size_t kStandings = 3;

/// How many connections there are of each standing; indexed by it.
using StandingCounts = std::array<std::size_t, kStandings>;

/// Established connections, inbound and outbound. Where several hosts share one limit each has a table of its own
/// and passes in what the others hold.
class EstablishedConnections {
 public:
  struct Newcomer {
    ConnId id = 0;
    Standing standing = Standing::stranger;
    bool has_sibling = false;  ///< Its peer holds another connection, which may be half-open.
  };
  struct Verdict {
    bool admitted = false;
    std::optional<ConnId> evicted{};  ///< Who has to go for it.
    bool evict_elsewhere = false;     ///< One of the others' connections has to go for it: see `displace`.
  };

  explicit EstablishedConnections(const CountLimits& limits = {})
      : capacity_{limits.connections}, spare_{limits.spare_connections} {}

  /// At the limit a newcomer displaces the newest connection of the lowest standing below its own: a member a
  /// stranger, an operator's entry also one that is only proven. Where there is none, a member with a sibling
  /// takes one of the spare slots; everybody else is refused. O(capacity) at the limit.
  [[nodiscard]] Verdict admit(const Newcomer& newcomer, const StandingCounts& elsewhere = {});
  /// Takes out the newest connection of the lowest standing, if that is below `newcomer`.
  [[nodiscard]] std::optional<ConnId> displace(Standing newcomer);
  /// The peer of `id` was proven, or entered or left the operator's file.
  void set_standing(ConnId id, Standing standing);
  void remove(ConnId id);
  /// Holds from the next newcomer on: nobody who is in has to go for a lower one.
  void set_capacity(std::size_t capacity) { capacity_ = capacity; }

  std::size_t size() const { return entries_.size(); }
  StandingCounts counts() const;

 private:
  struct Entry {
    ConnId id;
    Standing standing;
  };

  std::size_t capacity_;
  std::size_t spare_;
  std::vector<Entry> entries_;  ///< Oldest first.
};

}  // namespace libp2p::policy
