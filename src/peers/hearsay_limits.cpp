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
  base::TimePoint ready = in_all_.ready_at(kHearsayInAll, kHearsayBurstInAll);
  const auto known = targets_.find(target.key);
  if (known != targets_.end()) {
    ready = std::max(ready, known->second.ready_at(kHearsayPerTarget, kHearsayBurst));
  }
  if (ready > now) return ready;
  in_all_.take(now, kHearsayInAll);
  if (known == targets_.end() && targets_.size() >= kHearsayTargets) forget_idle(now);
  targets_[std::move(target.key)].take(now, kHearsayPerTarget);
  return now;
}

void HearsayLimits::forget_idle(base::TimePoint now) {
  static_assert(kHearsayTargets > 2 * (kHearsayBurstInAll + kHearsayPerTarget / kHearsayInAll),
                "the limit in all keeps more targets than that from being busy at once, so there is room now");
  std::erase_if(targets_, [now](const auto& entry) { return entry.second.full(now); });
}

}  // namespace peers
