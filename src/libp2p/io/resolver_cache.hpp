// libp2p/io/resolver_cache.hpp: answers kept for their TTL, and the last good one for a while when servers fail
// (RFC 8767). Machine code: no I/O, no clock. Bounded: the entry used longest ago goes.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "libp2p/io/resolver.hpp"

namespace libp2p::io {

class ResolverCache {
 public:
  static constexpr std::size_t kMaxEntries = 4096;
  static constexpr std::chrono::seconds kMinTtl{1};     ///< TTL 0 still serves one burst of dials.
  static constexpr std::chrono::seconds kMaxTtl{3600};  ///< A server's mistake does not bind us for days.
  static constexpr std::chrono::hours kStaleFor{24};    ///< How long an expired answer helps out.

  using Key = std::pair<std::string, Family>;

  /// The answer, if it is still fresh at `now`.
  std::optional<Resolution> fresh(const Key& key, base::TimePoint now);
  /// The last good answer, fresh or not, if it is not too old.
  std::optional<Resolution> stale(const Key& key, base::TimePoint now);
  void put(const Key& key, const Resolution& resolution, base::TimePoint now);
  void erase(const Key& key) { entries_.erase(key); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Resolution resolution;
    base::TimePoint expires{};
    base::TimePoint used{};
  };
  std::map<Key, Entry> entries_;
};

}  // namespace libp2p::io
