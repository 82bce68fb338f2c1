#include "libp2p/io/resolver_cache.hpp"

#include <algorithm>

namespace libp2p::io {

std::optional<Resolution> ResolverCache::fresh(const Key& key, base::TimePoint now) {
  const auto at = entries_.find(key);
  if (at == entries_.end() || now >= at->second.expires) return std::nullopt;
  at->second.used = now;
  return at->second.resolution;
}

std::optional<Resolution> ResolverCache::stale(const Key& key, base::TimePoint now) {
  const auto at = entries_.find(key);
  if (at == entries_.end() || now >= at->second.expires + kStaleFor) return std::nullopt;
  at->second.used = now;
  return at->second.resolution;
}

void ResolverCache::put(const Key& key, const Resolution& resolution, base::TimePoint now) {
  if (entries_.size() >= kMaxEntries && !entries_.contains(key)) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.used; }));
  }
  const std::chrono::seconds ttl = std::clamp(resolution.ttl, kMinTtl, kMaxTtl);
  entries_[key] = {.resolution = resolution, .expires = now + ttl, .used = now};
}

}  // namespace libp2p::io
