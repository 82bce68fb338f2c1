#include "peers/hearsay_limits.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace peers {
namespace {

constexpr std::size_t kIp6SiteBytes = 8;  // A /64 is one site: its owner has all addresses in it.

struct Target {
  std::string key;
  bool loopback = false;
};

Target target_of(const libp2p::Multiaddr& address) {
  for (const libp2p::AddrComponent& part : address.components()) {
    const std::string_view value = base::as_text(part.value);
    if (part.proto == libp2p::Proto::ip4) return {std::string{value}, value.starts_with('\x7f')};
    if (part.proto == libp2p::Proto::ip6) {
      const bool loopback =
          std::ranges::all_of(value.substr(0, 15), [](char c) { return c == 0; }) && value[15] == 1;
      return {std::string{value.substr(0, kIp6SiteBytes)}, loopback};
    }
    if (part.proto != libp2p::Proto::ip6zone) return {std::string{value}};
  }
  return {};
}

}  // namespace

base::TimePoint HearsayLimits::take(const libp2p::Multiaddr& address, base::TimePoint now) {
  Target target = target_of(address);
  if (target.loopback) return now;
  if (targets_.size() >= kHearsayTargets && !targets_.contains(target.key)) {
    std::erase_if(targets_, [now](const auto& entry) { return entry.second.full(now); });
    if (targets_.size() >= kHearsayTargets) return now + kHearsayPerTarget;
  }
  Bucket& bucket = targets_[std::move(target.key)];
  const base::TimePoint ready = std::max(bucket.ready_at(kHearsayPerTarget, kHearsayBurst),
                                         in_all_.ready_at(kHearsayInAll, kHearsayBurstInAll));
  if (ready > now) return ready;
  bucket.take(now, kHearsayPerTarget);
  in_all_.take(now, kHearsayInAll);
  return now;
}

}  // namespace peers
