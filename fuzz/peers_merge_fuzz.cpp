// fuzz/peers_merge_fuzz.cpp: three sides of a peers.yaml from any bytes. Nobody is lost unnamed, what is written
// is agreed upon, equal sides change nothing, and two writers leave the same peers whoever is first.
#include "byte_rng.hpp"
#include "require.hpp"
#include "unit/store/merge/two_writers.hpp"

namespace {

using namespace store;
using namespace store::merge;

class Sides {
 public:
  explicit Sides(base::Rng& rng) : rng_{rng} {
    const std::vector<PeerEntry> before = peers(0);
    base = base_of(version(5, before, tombstones()), base_of(version(2, peers(0)), {}));
    file = version(number(9), rng_.below(2) == 0 ? before : peers(number(3)), tombstones());
    file.seal->intact = rng_.below(2) == 0;
    if (rng_.below(4) == 0) file.seal->stamp.file_id = 1;
    if (rng_.below(4) == 0) file.seal.reset();
    bad_entries = rng_.below(4) == 0;
    for (const PeerEntry& fact : peers(0)) waiting.learned.emplace(fact.key, fact);
    for (const PeerEntry& entry : peers(0)) {
      if (rng_.below(3) != 0) continue;
      const auto kind = rng_.below(2) == 0 ? Command::Kind::add : Command::Kind::remove;
      waiting.commands.emplace(entry.key, Command{.kind = kind, .entry = entry, .at = kNow});
    }
  }

  Base base;
  text::Document file;
  Waiting waiting;
  bool bad_entries = false;

 private:
  std::uint8_t number(std::int64_t below) { return static_cast<std::uint8_t>(rng_.below(below)); }
  std::vector<PeerEntry> peers(std::uint8_t flipped) {
    std::vector<PeerEntry> all;
    for (std::uint8_t i = 1; i < 10; ++i) {
      if (rng_.below(2) == 0) continue;
      const std::vector addresses{address(number(3) + 1)};
      all.push_back(rng_.below(2) == 0 ? by_hand(i, addresses) : learned(i, number(4), addresses));
      if (flipped == i) all.back().key[0] ^= 0x80;
    }
    return all;
  }
  std::vector<Tombstone> tombstones() {
    std::vector<Tombstone> all;
    for (std::uint8_t i = 1; i < 12; ++i) {
      if (rng_.below(8) == 1) all.push_back({.key = key_of(i)});
    }
    return all;
  }
  base::Rng& rng_;
};

void check(const Sides& sides) {
  const Outcome outcome = merge::merge(sides.base, sides.file, sides.bad_entries, sides.waiting, kNow);
  text::Document result = after(sides.file, outcome.changes);
  for (const PeerEntry& peer : result.peers) {
    require(std::ranges::count(result.peers, peer.key, &PeerEntry::key) == 1, "a peer stands in the file once");
    require(!buried(result, peer.key), "a peer is listed or removed, not both");
  }
  for (std::uint32_t i = 0; i < sides.base.peers.size(); ++i) {
    const RawKey key = sides.base.peers.key(i);
    const bool named = std::ranges::find(outcome.edits.forgotten, key) != outcome.edits.forgotten.end();
    require(find(result, key) != nullptr || buried(result, key) || named, "nobody is lost unnamed");
  }
  for (const auto& [key, command] : sides.waiting.commands) {
    require((find(result, key) != nullptr) == (command.kind == Command::Kind::add), "a command is obeyed");
  }
  result.seal = text::Seal{.stamp = {kFileId, 20}, .intact = true};
  const Base agreed = base_of(result, sides.base);
  const Outcome again = merge::merge(agreed, result, false, {}, kNow);
  require(again.changes.empty() && again.edits.empty() && again.notices.empty(), "equal sides change nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::ByteRng rng{base::ByteSpan{data, size}};
  check(Sides{rng});
  const TwoWriters writers{rng};
  require(writers.first_writes_first() == writers.second_writes_first(), "the order of writers changes no peer");
  return 0;
}
