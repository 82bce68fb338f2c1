// store/disk/peers_file_sides.hpp: what one agreement is made from. Internal to PeersFile.
#pragma once

#include "store/disk/peers_file.hpp"

namespace store::disk {

struct PeersFile::Sides {
  text::PeersText text;
  merge::Base base;
  merge::Waiting waiting;
  std::optional<std::string> expected{};  ///< What the file holds; nothing if there is none.
  bool has_bad_entries = false;
  bool must_write = false;  ///< Also if the merge changes nothing.
  bool was_found = false;   ///< `text` is the file's, not a backup's.
};

}  // namespace store::disk
