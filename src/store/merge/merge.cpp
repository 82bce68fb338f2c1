#include "store/merge/merge.hpp"

#include <algorithm>
#include <bit>

#include "base/base64.hpp"
#include "store/merge/merger.hpp"

namespace store::merge {

Base base_of(const text::Document& document, const Base& former) {
  Base base;
  base.stamp = former.stamp;
  if (document.seal) {
    const text::Stamp& found = document.seal->stamp;
    const bool is_older =
        former.stamp && former.stamp->file_id == found.file_id && found.generation < former.stamp->generation;
    if (!is_older) base.stamp = found;
  }
  const std::uint64_t generation = base.generation();
  const auto since = [&former, generation](const RawKey& key) {
    const auto index = former.peers.find(key);
    return index ? former.peers.since(*index) : generation;
  };
  base.peers = PeerTable{document.peers, since};
  for (const Tombstone& tombstone : document.removed) {
    if (base.peers.contains(tombstone.key)) continue;  // Added again by hand.
    const auto known = former.removed.find(tombstone.key);
    base.removed.emplace(
        tombstone.key,
        Buried{.at = tombstone.at, .since = known != former.removed.end() ? known->second.since : generation});
  }
  return base;
}

bool has_newer_record(const PeerEntry& held, const PeerEntry& fact) {
  return fact.sequence > held.sequence && !fact.record.empty();
}

bool may_move(const PeerEntry& held, const PeerEntry& fact) {
  const bool is_as_new = fact.sequence == held.sequence || has_newer_record(held, fact);
  return held.source == Source::exchange && !fact.addresses.empty() && is_as_new;
}

bool adds_to(const PeerEntry& held, const PeerEntry& fact) {
  if (has_newer_record(held, fact)) return true;
  if (fact.last_seen && (!held.last_seen || *fact.last_seen - *held.last_seen >= kSightWorthAWrite)) return true;
  return may_move(held, fact) && fact.addresses != held.addresses && fact.last_seen >= held.last_seen;
}

void take_over(PeerEntry& held, PeerEntry&& fact) {
  if (may_move(held, fact)) held.addresses = std::move(fact.addresses);
  if (has_newer_record(held, fact)) {
    held.sequence = fact.sequence;
    held.record = std::move(fact.record);
  }
  held.last_seen = std::max(held.last_seen, fact.last_seen);
}

Lineage lineage_of(const Base& base, const std::optional<text::Seal>& seal) {
  if (!seal) return base.stamp ? Lineage::unsealed : Lineage::same;
  if (!base.stamp) return seal->intact ? Lineage::successor : Lineage::same;
  if (seal->stamp.file_id != base.stamp->file_id) return Lineage::foreign;
  if (seal->stamp.generation < base.stamp->generation) {
    return seal->intact ? Lineage::restored : Lineage::older_view;
  }
  return seal->intact && seal->stamp.generation > base.stamp->generation ? Lineage::successor : Lineage::same;
}

bool one_bit_apart(const RawKey& one, const RawKey& other) {
  int bits = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    bits += std::popcount(static_cast<unsigned>(one[i] ^ other[i]));
  }
  if (bits == 1) return true;
  if (bits > 6) return false;  // One character stands for six.
  const std::string text = base::to_base64(one);
  const std::string other_text = base::to_base64(other);
  int text_bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    text_bits += std::popcount(static_cast<unsigned>(text[i] ^ other_text[i]));
  }
  return text_bits == 1;
}

Outcome merge(const Base& base, const text::Document& file, bool has_bad_entries, const Waiting& waiting,
              base::WallTime now) {
  return Merger{base, file, has_bad_entries, waiting, now}.run();
}

}  // namespace store::merge
