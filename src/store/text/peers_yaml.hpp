// store/text/peers_yaml.hpp: peers.yaml, text in and text out. Machine code: no I/O, no clock.
// Format, schema version 1: `version: 1`, `peers: [{public_key, addresses, name, source, last_seen, sequence,
// record}]` (public_key: base64 of the raw 32-byte Ed25519 key; all but it optional), `removed: [{public_key,
// at}]`, and a seal as the last line (seal.hpp). Version 0, the earlier node's form, is a list `peers` alone.
// Invariants: a bad entry never stops the others; what a change does not name stays byte-identical.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/findings.hpp"
#include "store/peer_entry.hpp"
#include "store/text/peers_errc.hpp"
#include "store/text/seal.hpp"

namespace store::text {

struct Layout;

/// Asked again and again by what takes long; true: it is given up, by PeersErrc::cancelled.
using Cancelled = std::function<bool()>;

/// What a peers.yaml says.
struct Document {
  unsigned version = 0;  ///< 0 if none is named.
  std::vector<PeerEntry> peers;
  std::vector<Tombstone> removed;
  std::vector<RawKey> unusable;  ///< The keys of entries that were left out, where a key can be read.
  std::optional<Seal> seal;
};

/// What the node writes into the entry of `key`; only the fields that are set.
struct EntryEdit {
  struct Learned {
    std::uint64_t sequence = 0;
    base::Bytes record;
  };
  RawKey key{};
  std::optional<RawKey> mended_key{};
  std::optional<std::string> name{};
  std::optional<Source> source{};
  std::optional<std::vector<libp2p::Multiaddr>> addresses{};
  std::optional<Learned> learned{};
  std::optional<base::WallTime> last_seen{};
};

/// What is to become different. No key stands in more than one of `append`, `edit` and `remove`.
struct Changes {
  std::vector<PeerEntry> append;  ///< Behind the last entry, in this order; none of them is in the file.
  std::vector<EntryEdit> edit;
  std::vector<RawKey> remove;  ///< With those of their entries that were left out.
  std::vector<Tombstone> bury;
  std::vector<RawKey> unbury;

  bool empty() const { return append.empty() && edit.empty() && remove.empty() && bury.empty() && unbury.empty(); }
};

/// One text, what it says, and where it says it.
class PeersText {
 public:
  /// Entries with the same key become one, at the place of the first. A file without a document, without `peers`,
  /// with `peers: []` or a null list holds none. A `/p2p/ID` at the end of an address is accepted if it is the
  /// key's, and dropped. Errors: PeersErrc, and then the last finding names the line. One pass, O(size).
  static base::Result<PeersText> parse(std::string text, Findings& findings, const Cancelled& cancelled = {});
  /// A file that is still to be written.
  static PeersText blank();

  PeersText(PeersText&&) noexcept = default;
  PeersText& operator=(PeersText&&) noexcept = default;

  const std::string& text() const { return text_; }
  const Document& document() const { return document_; }
  Document take_document() && { return std::move(document_); }

  /// This text with `changes` in it, brought up to the newest schema version, and sealed with `stamp`. Of a new
  /// name or address only what needs no escape is written. The outcome is parsed again and compared with what was
  /// meant. Errors: PeersErrc::cannot_splice, too_many_entries, too_large.
  base::Result<PeersText> with(const Changes& changes, const Stamp& stamp) const;

 private:
  friend class PeersOutline;  // Has a text again without parsing it.

  PeersText();
  static base::Result<PeersText> step(std::string text);
  base::Result<PeersText> spliced(const Layout& layout, const Changes& changes, const Stamp& stamp) const;

  std::string text_;
  Document document_;
  std::shared_ptr<const Layout> layout_;
  std::size_t findings_ = 0;
};

/// What of `entry` the file can hold: exactly what parsing it again gives.
PeerEntry writable(PeerEntry entry);

/// The peers alone, as PeersText::parse.
base::Result<std::vector<PeerEntry>> parse_peers(std::string_view text, Findings& findings);

}  // namespace store::text
