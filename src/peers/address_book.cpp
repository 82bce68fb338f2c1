#include "peers/address_book.hpp"

#include <algorithm>
#include <tuple>

namespace peers {

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
      const auto worst = std::ranges::min_element(addresses_, {}, &KnownAddress::trust);
      if (worst == addresses_.end() || worst->trust >= trust) continue;
      addresses_.erase(worst);
    }
    addresses_.push_back({.address = address, .trust = trust});
    better = true;
  }
  if (better) sort();
  return better;
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
