// config/disk/last_good.hpp: the configuration that last worked, beside conf.yaml: what an operator returns to
// when an edit went wrong. Mode 0600, without the private key. Nothing reads it but people.
#pragma once

#include <string>

#include "base/files.hpp"
#include "base/rng.hpp"

namespace config::disk {

/// conf.yaml.last-good
std::string last_good_path(const std::string& conf_path);

/// Keeps `clean_text` (Loaded::clean_text) as the last known good configuration; writes nothing if that is what
/// stands there. Call it when the node runs with it. Errors: those of the file system, EINVAL if `clean_text` is
/// empty.
base::Result<void> keep_last_good(base::Files& files, base::Rng& rng, const std::string& conf_path,
                                  const std::string& clean_text);

}  // namespace config::disk
