// store/disk/replacement.hpp: one try to put a new content in the place of a known old one, so that no crash
// leaves half a file and no edit by a program that takes no lock is overwritten. Blocks for the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/files.hpp"
#include "store/disk/side_files.hpp"

namespace store::disk {

enum class Replaced : std::uint8_t {
  done,
  edited,   ///< The file is no longer the expected one; nothing is changed, or it was changed back.
  mounted,  ///< The file cannot be replaced, only written in its place.
};

struct Replacement {
  std::optional<std::string_view> expected{};  ///< What the file holds; nothing if there is none.
  std::string_view content;
  base::WallTime now{};
  std::uint64_t suffix = 0;  ///< Makes the temporary name unique.
};

/// `edited_copy` gets the path of a copy, if an edit could only be saved under another name.
/// The caller fsyncs the directory. Errors: the system's; the old file is then still there.
base::Result<Replaced> replace(base::Files& files, const SideFiles& side, const Replacement& what,
                               std::string& edited_copy);

/// Writes over the file itself, for a file that is mounted. A crash leaves a part of `what.content`.
base::Result<Replaced> overwrite(base::Files& files, const SideFiles& side, const Replacement& what);

}  // namespace store::disk
