// config/disk/load.hpp: conf.yaml from the disk: made when missing, its private key generated when empty and
// written back before it is used. All access is through base::Files, all chance through base::Rng. Invariant: a
// node never runs with a key that is not in its file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/rng.hpp"
#include "config/text/diagnostic.hpp"
#include "config/text/settings.hpp"

namespace config::disk {

struct Loaded {
  /// Nothing if there is an error among the diagnostics (exit status 1).
  std::optional<text::Settings> settings;
  text::Diagnostics diagnostics;  ///< Print each with `to_text(path)`.
  bool created = false;           ///< conf.yaml was missing and is written with the defaults.
  bool key_generated = false;     ///< The private key was empty; a new one is in the file.
};

/// For the start. A missing file is written with the defaults and a new key, mode 0600; an empty key is generated
/// and spliced in, durably. If that cannot be written it is an error, never a key for this run only.
Loaded load(base::Files& files, base::Rng& rng, const std::string& path);

/// For `check` and for a reload: reads only. An empty private key stays empty.
Loaded check(base::Files& files, const std::string& path);

/// `logging.file_name`, seen from the directory of conf.yaml.
std::string log_path(const std::string& conf_path, const std::string& file_name);

}  // namespace config::disk
