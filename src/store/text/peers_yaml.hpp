// store/text/peers_yaml.hpp: peers.yaml, text in and text out. Machine code: no I/O, no clock.
// Format: `peers: [{public_key: base64 of the raw 32-byte Ed25519 key, addresses: [...]}]`.
// Invariants: a bad entry never stops the others; what the node did not mean to change stays byte-identical.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/findings.hpp"
#include "store/peer_entry.hpp"
#include "store/text/peers_errc.hpp"

namespace store::text {

/// Reads the peers. Entries with the same key become one, at the place of the first. A file without a document,
/// without `peers`, with `peers: []` or a null list holds none.
/// A `/p2p/ID` at the end of an address is accepted if it is the key's, and dropped.
/// Errors: PeersErrc, and then the last finding names the line. One pass, O(size).
base::Result<std::vector<PeerEntry>> parse_peers(std::string_view text, Findings& findings);

/// `text` with `updates` in it. A new peer is appended to the list as it is given; of a name or an address only
/// what needs no escape. In an operator's entry only the node's own
/// fields (`sequence`, `record`) change, and only for a higher sequence; in an entry with `source: exchange` the
/// addresses as well. Everything else stays as it is, byte for byte; if nothing is to change, so does all of it.
/// The outcome is parsed again and compared. Errors: those of parse_peers; PeersErrc::cannot_splice,
/// too_many_entries, too_large. An empty `text` is a file that is still to be written.
base::Result<std::string> splice_peers(std::string_view text, std::span<const PeerEntry> updates);

}  // namespace store::text
