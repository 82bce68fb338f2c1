// store/disk/found_file.hpp: peers.yaml and its backups as they are found: good, missing, or damaged in some way.
// Blocks for the disk; changes nothing.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "store/disk/side_files.hpp"
#include "store/findings.hpp"
#include "store/text/peers_yaml.hpp"

namespace store::disk {

struct FoundFile {
  enum class State : std::uint8_t {
    good,
    missing,
    damaged,     ///< `bytes` can be read, but are no peers.yaml any more, or only its beginning.
    unreadable,  ///< The disk gives an error, it is too large, or it is no file.
    refused,     ///< Not ours to touch: of a newer version, or we may not read it.
    busy,        ///< Somebody writes it, and did not come to an end.
  };
  State state = State::missing;
  base::ErrorCode error{};                ///< Unless good or missing.
  std::string bytes;                      ///< If damaged.
  std::optional<text::PeersText> text{};  ///< If good.
  std::optional<Finding> why{};           ///< The line, if there is one to blame.
  bool has_bad_entries = false;
};

/// A backup as it was written; not parsed yet.
struct Backup {
  text::Stamp stamp;
  std::string text;
};

/// The youngest backup whose seal is intact; one that the disk has lost is passed over.
/// Errors: the system's, when it cannot be told what there is: descriptors used up, no permission.
base::Result<std::optional<Backup>> newest_backup(base::Files& files, const SideFiles& side);

/// Has a text again that need not be parsed, because it was before; nothing, and the text is left, if it was not.
using Recall = std::function<std::optional<text::PeersText>(std::string& text)>;

struct Looking {
  Recall recall{};
  text::Cancelled cancelled{};  ///< Then it is `refused`.
};

/// Reads and judges the file. What is wrong with single lines goes to `findings`.
FoundFile look_at(base::Files& files, const SideFiles& side, Findings& findings, const Looking& looking = {});

/// A file that was changed less than this ago may be half written, and what is missing in it is not deleted.
inline constexpr base::Duration kLeftAlone = std::chrono::milliseconds{250};
inline constexpr base::Duration kLeftAloneWait = std::chrono::seconds{1};  ///< For it to come to rest.

/// As look_at, but a file that was changed just now is looked at when it has been left alone for a while, unless
/// it ends with an intact seal: then it is whole. `busy` if it is not left alone within kLeftAloneWait.
FoundFile look_when_left_alone(base::Files& files, const base::Clock& clock, const SideFiles& side,
                               Findings& findings, const Looking& looking = {});

}  // namespace store::disk
