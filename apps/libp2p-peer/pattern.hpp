// libp2p-peer/pattern.hpp: an endless stream of bytes that both ends of an echo can name at any offset.
// Its period is a prime, so that a block that was lost, doubled or swapped shows. Pure; no I/O.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace libp2p_peer {

inline constexpr std::size_t kBlockBytes = 64 * 1024;

class Pattern {
 public:
  Pattern();

  /// The bytes from `offset` on, at most kBlockBytes of them: borrowed, nothing is copied.
  base::ByteSpan at(std::uint64_t offset, std::uint64_t max) const;
  /// Whether `bytes` are those from `offset` on.
  bool matches(std::uint64_t offset, base::ByteSpan bytes) const;

 private:
  base::Bytes bytes_;  ///< One period and the longest block, so that every block lies in one piece.
};

}  // namespace libp2p_peer
