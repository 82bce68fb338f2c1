#include "observe/trace.hpp"

#include <fmt/format.h>

#include <mutex>

#include "base/base64.hpp"
#include "observe/limits.hpp"

namespace observe {

void Trace::swap_peers(Peers& peers) noexcept {
  const std::unique_lock lock{mutex_};
  peers_.swap(peers);
}

bool Trace::wants(std::string_view peer) const {
  const std::shared_lock lock{mutex_};
  return peers_.empty() || peers_.contains(peer);
}

std::string hex_preview(base::ByteSpan bytes) {
  if (bytes.size() <= kTraceHexBytes) return base::to_hex(bytes);
  return fmt::format("{}...({} bytes)", base::to_hex(bytes.first(kTraceHexBytes)), bytes.size());
}

}  // namespace observe
