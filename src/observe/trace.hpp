// observe/trace.hpp: which peers' messages are traced at debug level, and how their bytes are shown.
// Thread rules: `set_peers`, `swap_peers` (start, reload) and `wants` from any thread.
#pragma once

#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace observe {

class Trace {
 public:
  /// `logging.trace_peers` as peer ids in base58; empty traces all.
  using Peers = std::set<std::string, std::less<>>;

  void set_peers(Peers peers) noexcept { swap_peers(peers); }
  /// The same for a commit, which gets the old ones: allocates nothing, frees nothing.
  void swap_peers(Peers& peers) noexcept;

  /// Ask only when debug is on: `if (log.enabled(Level::debug) && trace.wants(id))`.
  bool wants(std::string_view peer) const;

 private:
  mutable std::shared_mutex mutex_;
  Peers peers_;
};

/// The first kTraceHexBytes bytes in hex, and how many there are if more: "0a0b...(70 bytes)".
std::string hex_preview(base::ByteSpan bytes);

}  // namespace observe
