// config/disk/load.hpp: conf.yaml from the disk: made when missing, its private key generated when empty and
// written back before it is used. All access is through base::Files, all chance through base::Rng. Invariants: a
// node never runs with a key that is not in a file; what was read lies in guarded memory until it is wiped.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/rng.hpp"
#include "config/text/diagnostic.hpp"
#include "config/text/origin.hpp"
#include "config/text/overrides.hpp"
#include "config/text/settings.hpp"

namespace config::disk {

/// What a configuration is made of besides conf.yaml.
struct Inputs {
  text::Overrides overrides{};
  /// Of the service manager ($CREDENTIALS_DIRECTORY); a file `private_key` in it is the node's key. Empty: none.
  std::string credentials_directory{};
};

struct Loaded {
  /// Nothing if there is an error among the diagnostics (exit status 1).
  std::optional<text::Settings> settings;
  std::vector<text::Origin> origins;  ///< Of each key, by its index.
  text::Diagnostics diagnostics;      ///< Print each with `to_text(path)`.
  bool created = false;               ///< conf.yaml was missing and is written with the defaults.
  bool key_generated = false;         ///< The private key was empty; a new one is in the file.
  bool key_locked =
      true;  ///< Into memory, wherever it stood; where the system forbids it, it may reach a swap disk.
  std::string clean_text;  ///< The file without its private key (last_good.hpp); empty if that cannot be told.
};

/// For the start. A missing file is written with the defaults and a new key, mode 0600; an empty key is generated
/// and spliced in, durably. If that cannot be written it is an error, never a key for this run only. A key from
/// elsewhere (node.private_key_file, a credential) must be there already.
Loaded load(base::Files& files, base::Rng& rng, const std::string& path, const Inputs& inputs = {});

/// For `check`: reads only. An empty private key stays empty.
Loaded check(base::Files& files, const std::string& path, const Inputs& inputs = {});

/// A file that was changed less than this ago may be half written, and half a file can be a good one.
inline constexpr base::Duration kAtRest = std::chrono::milliseconds{100};  // CheckAtRest.WaitsForTheRest
/// How long a reload waits for it to come to rest.
inline constexpr base::Duration kAtRestWait =
    std::chrono::seconds{1};  // CheckAtRest.RefusesWhatSomebodyGoesOnWriting

/// For a reload: as `check`, once nobody has written to the file for kAtRest; an error after kAtRestWait. Blocks.
Loaded check_at_rest(base::Files& files, const base::Clock& clock, const std::string& path,
                     const Inputs& inputs = {});

/// A new key in a new file of mode 0600, as node.private_key_file wants it. Errors: EEXIST, what `replace_file`
/// gives.
base::Result<libp2p::Identity> make_key_file(base::Files& files, base::Rng& rng, const std::string& path);

/// `logging.file_name` or `node.private_key_file`, seen from the directory of conf.yaml.
std::string log_path(const std::string& conf_path, const std::string& file_name);

}  // namespace config::disk
