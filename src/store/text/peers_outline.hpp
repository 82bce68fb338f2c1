// store/text/peers_outline.hpp: what it takes to have a text again that was parsed before, without parsing it:
// where its entries stand, and how to know it again. What they say is kept elsewhere, packed. Pure; 8 bytes per
// entry. Invariant: nothing is written by an outline alone: whatever is spliced is parsed in full and compared
// (PeersText).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/text/peers_yaml.hpp"

namespace store::text {

class PeersOutline {
 public:
  /// Nothing for a text that only a full reading does justice to: one without an intact seal, with findings, or
  /// with a list of peers that is not one entry after the other in block style.
  static std::optional<PeersOutline> of(const PeersText& text);

  /// True if `text` is that text, byte by byte, as far as SHA-256 tells.
  bool is_of(std::string_view text) const;
  /// That text again. `peers`: what its entries say, in its order.
  PeersText recalled(std::string text, std::vector<PeerEntry> peers) const;

 private:
  PeersOutline() = default;

  std::size_t bytes_ = 0;
  std::string seal_line_;  ///< It names the digest of all that stands before it.
  Document others_;        ///< What the text says beside its peers.
  std::shared_ptr<const Layout> layout_;
};

}  // namespace store::text
