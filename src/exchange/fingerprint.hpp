// exchange/fingerprint.hpp: fingerprints of ranges of hashed ids over a set of entries. Pure.
// Spec: docs/protocol.md#fingerprints. Both sides of a question compute them alike, from lines ordered by key.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "exchange/messages.hpp"

namespace exchange {

/// One entry of R as the fingerprints see it. Keys are uniform, so equal ranges of keys hold about equally many.
struct Line {
  std::uint64_t key = 0;  ///< The first 8 bytes of SHA-256(id), big-endian.
  Fingerprint digest{};  ///< The first 16 bytes of SHA-256(id, seq as 8 bytes big-endian, hash, mark as one byte).
  auto operator<=>(const Line&) const = default;
};

std::uint64_t key_of(const libp2p::PeerId& peer);
Line line_of(const Entry& entry);

/// How many ranges a question over `lines` entries has: a power of two, about 8 lines each, at most kMaxRanges.
std::size_t range_count(std::size_t lines);

/// Which of `ranges` (a power of two) equal ranges of keys `key` belongs to.
std::size_t range_of(std::uint64_t key, std::size_t ranges);

/// The smallest key that belongs to `range` of `ranges`.
std::uint64_t first_key(std::size_t range, std::size_t ranges);

/// One fingerprint per range: the first 16 bytes of SHA-256 over the digests of its lines. `lines` is sorted.
std::vector<Fingerprint> fingerprints_of(std::span<const Line> lines, std::size_t ranges);

}  // namespace exchange
