// store/peer_entry.hpp: one peer as peers.yaml holds it. A value; shared by the codec, the stores and their users.
// Nothing here is verified: whether a key is a point of the curve and a record is signed shows where they are
// used.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"

namespace store {

using RawKey = std::array<std::uint8_t, 32>;  ///< A raw Ed25519 public key.

/// Who put an entry into the file.
enum class Source : std::uint8_t {
  operator_entry,  ///< A human: the addresses are theirs, the node only adds fields of its own.
  exchange,        ///< The node: learned from other peers; all of the entry is the node's.
};

struct PeerEntry {
  RawKey key{};
  std::vector<libp2p::Multiaddr> addresses{};  ///< Without `/p2p`.
  std::string name{};                          ///< The operator's label, or empty.
  base::Bytes record{};                        ///< The signed envelope, or empty.
  std::uint64_t sequence = 0;                  ///< Of `record`; 0 if there is none.
  std::optional<base::WallTime> last_seen{};
  Source source = Source::operator_entry;

  bool operator==(const PeerEntry&) const = default;
};

/// A peer that the operator took out: others' telling does not bring it back.
struct Tombstone {
  RawKey key{};
  base::WallTime at{};  ///< The epoch if the file names no date.

  bool operator==(const Tombstone&) const = default;
};

inline libp2p::PeerId peer_id(const PeerEntry& entry) {
  return libp2p::PeerId::of(libp2p::PublicKey::from_ed25519(entry.key));
}

/// For tables by key: the keys are as good as random, except where somebody chose them; so all bytes count.
struct RawKeyHash {
  std::size_t operator()(const RawKey& key) const noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    std::uint64_t mixed = 0;
    for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 4>>(key)) {
      mixed = (mixed ^ word) * kOdd;
      mixed ^= mixed >> 32;
    }
    // Once more: a product carries upwards only, and of the last word the upper bits count, too.
    mixed *= kOdd;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
  }
};

}  // namespace store
