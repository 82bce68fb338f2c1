// observe/trace.hpp: which peers' messages are traced at debug level, and how their bytes are shown.
// Thread rules: `set_peers` (start, reload) and `wants` from any thread.
#pragma once

#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace observe {

class Trace {
 public:
  /// `logging.trace_peers` as peer ids in base58; empty traces all.
  void set_peers(std::vector<std::string> peers);

  /// Ask only when debug is on: `if (log.enabled(Level::debug) && trace.wants(id))`.
  bool wants(std::string_view peer) const;

 private:
  mutable std::shared_mutex mutex_;
  std::set<std::string, std::less<>> peers_;
};

/// The first kTraceHexBytes bytes in hex, and how many there are if more: "0a0b...(70 bytes)".
std::string hex_preview(base::ByteSpan bytes);

}  // namespace observe
