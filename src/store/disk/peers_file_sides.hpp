// store/disk/peers_file_sides.hpp: what one agreement is made from. Internal to PeersFile.
#pragma once

#include "store/disk/peers_file.hpp"

namespace store::disk {

struct PeersFile::Sides {
  text::PeersText text;
  std::optional<merge::Base> other_base{};  ///< If it is not the one that we agreed upon.
  merge::Waiting waiting;
  std::optional<std::string> damaged{};  ///< What the file holds, if it is not `text`.
  bool has_bad_entries = false;
  bool must_write = false;  ///< Also if the merge changes nothing.
  bool was_found = false;   ///< `text` is the file's, not a backup's.

  const merge::Base& base(const merge::Base& agreed) const { return other_base ? *other_base : agreed; }
  /// What the file holds; nothing if there is none.
  std::optional<std::string_view> expected() const {
    if (was_found) return text.text();
    return damaged ? std::optional<std::string_view>{*damaged} : std::nullopt;
  }
};

}  // namespace store::disk
