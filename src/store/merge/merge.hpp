// store/merge/merge.hpp: the three-way merge: base (what the file held when we last agreed with it), the file as
// it is now, and memory (what waits to be written). A pure machine. Spec: design of peers.yaml,
// docs/operations.md. Precedence: the operator's deletion wins over what the node merely knows, the operator's
// addresses over learned ones, additions of all sides stay; among learned facts the higher sequence, then the
// later sight. What looks like damage, or like a file of another time or place, deletes nothing.
#pragma once

#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "store/merge/peer_table.hpp"
#include "store/notice.hpp"
#include "store/text/peers_yaml.hpp"

namespace store::merge {

struct Buried {
  base::WallTime at{};
  std::uint64_t since = 0;  ///< The generation in which the tombstone was first written.
};

/// One version of the file.
struct Base {
  PeerTable peers;
  std::unordered_map<RawKey, Buried, RawKeyHash> removed;
  std::optional<text::Stamp> stamp;  ///< Nothing if that version had no seal.

  std::uint64_t generation() const { return stamp ? stamp->generation : 0; }
};

/// A version that was just read or written, after `former`: what is new in it is as young as its generation.
Base base_of(const text::Document& document, const Base& former);

/// What an operator's command asks for.
struct Command {
  enum class Kind : std::uint8_t { add, remove };
  Kind kind{};
  PeerEntry entry{};  ///< Of `remove` the key counts.
  base::WallTime at{};
};

/// Memory: what is to be written. A peer has at most one of each.
struct Waiting {
  std::unordered_map<RawKey, PeerEntry, RawKeyHash> learned;
  std::unordered_map<RawKey, Command, RawKeyHash> commands;

  bool empty() const { return learned.empty() && commands.empty(); }
  std::size_t size() const { return learned.size() + commands.size(); }
};

struct Outcome {
  text::Changes changes;  ///< To the file; none if it already says everything.
  Edits edits;
  std::vector<Notice> notices;
  bool keep_copy = false;  ///< Something of the operator's is overruled: keep the file as it was found.
  bool reseal = false;  ///< The file must be written even if nothing in it changes: its seal is not of this file.
};

/// `has_bad_entries`: some entries of `file` cannot be read.
Outcome merge(const Base& base, const text::Document& file, bool has_bad_entries, const Waiting& waiting,
              base::WallTime now);

/// A peer that was seen again is worth a write when what the file says is so old: a record that does not change
/// costs a write a day, and the file still tells who has been gone for long.
inline constexpr base::Duration kSightWorthAWrite = std::chrono::hours{24};

/// True if `fact` says something that `held` does not: worth a write.
bool adds_to(const PeerEntry& held, const PeerEntry& fact);

/// The learned facts of `fact` over those of `held`.
void take_over(PeerEntry& held, PeerEntry&& fact);

}  // namespace store::merge
