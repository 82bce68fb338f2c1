#include "exchange/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_io.hpp"
#include "exchange/limits.hpp"
#include "libp2p/crypto/hash.hpp"

namespace exchange {
namespace {

constexpr std::size_t kLinesPerRange = 8;

Fingerprint cut(const libp2p::crypto::Digest& digest) {
  Fingerprint front;
  std::ranges::copy_n(digest.begin(), front.size(), front.begin());
  return front;
}

}  // namespace

std::uint64_t key_of(const libp2p::PeerId& peer) {
  return base::load_be64(libp2p::crypto::sha256(peer.bytes()).data());
}

Line line_of(const Entry& entry) {
  std::array<std::uint8_t, 8> seq{};
  base::store_be64(seq.data(), entry.version.seq);
  const std::array<std::uint8_t, 1> mark{static_cast<std::uint8_t>(entry.unreachable ? 1 : 0)};
  return {.key = key_of(entry.peer),
          .digest = cut(libp2p::crypto::sha256({entry.peer.bytes(), seq, entry.version.hash, mark}))};
}

std::size_t range_count(std::size_t lines) {
  return std::bit_ceil(std::clamp<std::size_t>(lines / kLinesPerRange, 1, kMaxRanges));
}

std::size_t range_of(std::uint64_t key, std::size_t ranges) {
  return ranges == 1 ? 0 : static_cast<std::size_t>(key >> (64 - std::countr_zero(ranges)));
}

std::uint64_t first_key(std::size_t range, std::size_t ranges) {
  return ranges == 1 ? 0 : std::uint64_t{range} << (64 - std::countr_zero(ranges));
}

std::vector<Fingerprint> fingerprints_of(std::span<const Line> lines, std::size_t ranges) {
  std::vector<Fingerprint> result;
  result.reserve(ranges);
  base::Bytes digests;
  auto line = lines.begin();
  for (std::size_t range = 0; range < ranges; ++range) {
    digests.clear();
    for (; line != lines.end() && range_of(line->key, ranges) == range; ++line)
      base::append(digests, line->digest);
    result.push_back(cut(libp2p::crypto::sha256(base::ByteSpan{digests})));
  }
  return result;
}

}  // namespace exchange
