#include "store/text/salvage.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "store/text/limits.hpp"
#include "store/text/peers_yaml.hpp"

namespace store::text {
namespace {

/// An entry of ours has eight fields; the operator may have written more, and long address lists.
constexpr std::size_t kMaxEntryLines = 200;
/// How many lines at the end of an entry are given up to save the rest.
constexpr std::size_t kMaxLostLines = 16;

/// Lines that belong together: one entry, in the list in which it seems to stand.
struct Piece {
  std::vector<std::string_view> lines;
  bool removed = false;
};

bool begins_entry(std::string_view line) {
  const std::size_t dash = line.find_first_not_of(" \t");
  if (dash == std::string_view::npos || line[dash] != '-') return false;
  const std::string_view rest = line.substr(dash + 1);
  const std::size_t word = rest.find_first_not_of(" \t{\"'");
  if (word == std::string_view::npos) return rest.find_first_not_of(" \t\r") == std::string_view::npos;
  if (word == 0) return false;
  static constexpr std::string_view kFields[] = {"public_key", "addresses", "name",   "source",
                                                 "last_seen",  "sequence",  "record", "at"};
  return std::ranges::any_of(kFields, [&](std::string_view field) {
    return rest.substr(word).starts_with(field) && rest.find(':', word) != std::string_view::npos;
  });
}

/// A key of the whole file, such as `removed:`.
bool is_root_key(std::string_view line) {
  return !line.empty() && line.find(':') != std::string_view::npos &&
         std::string_view{" \t#-\r"}.find(line.front()) == std::string_view::npos;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  bool in_removed = false;
  bool in_entry = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // Cut off: "/tcp/90" may have been "/tcp/9000".
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (is_root_key(line)) {
      in_removed = line.find("removed") < 2;
      in_entry = false;
    } else if (begins_entry(line)) {
      if (pieces.size() >= kMaxEntries) break;
      pieces.push_back({.lines = {line}, .removed = in_removed});
      in_entry = true;
    } else if (in_entry && pieces.back().lines.size() < kMaxEntryLines) {
      pieces.back().lines.push_back(line);
    }
  }
  return pieces;
}

/// The piece as a file of its own, its first `count` lines.
std::string as_file(const Piece& piece, std::size_t count) {
  std::string out = piece.removed ? "removed:\n" : "peers:\n";
  for (std::size_t i = 0; i < count; ++i) {
    out += piece.lines[i];
    out += '\n';
  }
  return out;
}

}  // namespace

Salvaged salvage(std::string_view text) {
  Salvaged found;
  std::unordered_set<RawKey, RawKeyHash> peers;
  std::unordered_set<RawKey, RawKeyHash> removed;
  for (const Piece& piece : pieces_of(text.substr(0, kMaxFileBytes))) {
    const std::size_t lines = piece.lines.size();
    for (std::size_t lost = 0; lost < std::min(lines, kMaxLostLines); ++lost) {
      Findings unreported;
      auto parsed = PeersText::parse(as_file(piece, lines - lost), unreported);
      if (!parsed) continue;
      for (const PeerEntry& peer : parsed->document().peers) {
        if (peers.insert(peer.key).second) found.peers.push_back(peer);
      }
      for (const Tombstone& tombstone : parsed->document().removed) {
        if (removed.insert(tombstone.key).second) found.removed.push_back(tombstone);
      }
      break;
    }
  }
  // A peer that is in both was added again.
  std::erase_if(found.removed, [&](const Tombstone& tombstone) { return peers.contains(tombstone.key); });
  return found;
}

}  // namespace store::text
