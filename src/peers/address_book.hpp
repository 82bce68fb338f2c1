// peers/address_book.hpp: the addresses of one peer, best first, bounded. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "libp2p/multiaddr.hpp"

namespace peers {

/// How far an address, or a peer, is trusted. Ordered: more is better.
enum class Trust : std::uint8_t {
  doubted,         ///< Somebody said so, and everybody who did could not reach it: dialled rarely.
  hearsay,         ///< Somebody said so: dialled within limits.
  proven,          ///< A connection authenticated as the peer went over it.
  operator_entry,  ///< A human wrote it.
};

struct KnownAddress {
  libp2p::Multiaddr address;
  Trust trust = Trust::hearsay;
  std::optional<base::TimePoint> last_success{};
};

class AddressBook {
 public:
  /// True if an address is new or better trusted than before. When full, of those that were not just told the one
  /// goes that worked longest ago, or never; neither an operator's nor the last that worked.
  bool learn(std::span<const libp2p::Multiaddr> addresses, Trust trust, std::size_t limit);
  /// The operator's list is `addresses` now: what only an earlier one of theirs named goes.
  void keep_operators(std::span<const libp2p::Multiaddr> addresses);
  /// A connection came up over `address`: it is proven and tried first.
  void on_success(const libp2p::Multiaddr& address, base::TimePoint now, std::size_t limit);

  /// The last that worked first, then by trust.
  const std::vector<KnownAddress>& all() const { return addresses_; }
  bool empty() const { return addresses_.empty(); }

 private:
  void sort();

  std::vector<KnownAddress> addresses_;
};

}  // namespace peers
