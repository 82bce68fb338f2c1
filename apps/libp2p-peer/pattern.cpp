#include "libp2p-peer/pattern.hpp"

#include <algorithm>
#include <cstring>

namespace libp2p_peer {

namespace {
constexpr std::size_t kPeriod = 65'521;  // the largest prime below 2^16
}

Pattern::Pattern() : bytes_(kPeriod + kBlockBytes) {
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    state = state * 1'664'525 + 1'013'904'223;  // the constants of Numerical Recipes
    bytes_[i] = i < kPeriod ? static_cast<std::uint8_t>(state >> 24) : bytes_[i - kPeriod];
  }
}

base::ByteSpan Pattern::at(std::uint64_t offset, std::uint64_t max) const {
  const base::ByteSpan all{bytes_};
  return all.subspan(static_cast<std::size_t>(offset % kPeriod),
                     static_cast<std::size_t>(std::min<std::uint64_t>(max, kBlockBytes)));
}

bool Pattern::matches(std::uint64_t offset, base::ByteSpan bytes) const {
  while (!bytes.empty()) {
    const base::ByteSpan want = at(offset, bytes.size());
    if (std::memcmp(want.data(), bytes.data(), want.size()) != 0) return false;
    bytes = bytes.subspan(want.size());
    offset += want.size();
  }
  return true;
}

}  // namespace libp2p_peer
