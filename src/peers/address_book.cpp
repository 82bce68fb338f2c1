#include "peers/address_book.hpp"

#include <algorithm>
#include <tuple>

namespace peers {
namespace {

using Known = std::vector<KnownAddress>;

/// Which address makes room for one of `trust`; a peer may move for ever, so the newest has to find a place.
Known::iterator least_useful(Known& known, std::span<const libp2p::Multiaddr> told, Trust trust) {
  const auto last_worked = std::ranges::max_element(known, {}, &KnownAddress::last_success);
  auto least = known.end();
  for (auto at = known.begin(); at != known.end(); ++at) {
    const bool worked_last = at == last_worked && at->last_success;
    const bool doubted_for_better = trust == Trust::doubted && at->trust > Trust::doubted;
    if (at->trust == Trust::operator_entry || worked_last || doubted_for_better) continue;
    if (std::ranges::find(told, at->address) != told.end()) continue;
    if (least == known.end() ||
        std::tie(at->last_success, at->trust) < std::tie(least->last_success, least->trust))
      least = at;
  }
  return least;
}

}  // namespace

bool AddressBook::learn(std::span<const libp2p::Multiaddr> addresses, Trust trust, std::size_t limit) {
  bool better = false;
  for (const libp2p::Multiaddr& address : addresses) {
    const auto known = std::ranges::find(addresses_, address, &KnownAddress::address);
    if (known != addresses_.end()) {
      better = better || trust > known->trust;
      known->trust = std::max(known->trust, trust);
      continue;
    }
    if (addresses_.size() >= limit) {
      const auto least = least_useful(addresses_, addresses, trust);
      if (least == addresses_.end()) continue;
      addresses_.erase(least);
    }
    addresses_.push_back({.address = address, .trust = trust});
    better = true;
  }
  if (better) sort();
  return better;
}

void AddressBook::keep_operators(std::span<const libp2p::Multiaddr> addresses) {
  std::erase_if(addresses_, [addresses](const KnownAddress& known) {
    return known.trust == Trust::operator_entry && std::ranges::find(addresses, known.address) == addresses.end();
  });
}

void AddressBook::on_success(const libp2p::Multiaddr& address, base::TimePoint now, std::size_t limit) {
  learn(std::span{&address, 1}, Trust::proven, limit);
  const auto known = std::ranges::find(addresses_, address, &KnownAddress::address);
  if (known == addresses_.end()) return;
  known->last_success = now;
  sort();
}

void AddressBook::sort() {
  std::ranges::sort(addresses_, [](const KnownAddress& a, const KnownAddress& b) {
    return std::tie(a.last_success, a.trust, b.address) > std::tie(b.last_success, b.trust, a.address);
  });
}

}  // namespace peers
