// btc-federation/logging.hpp: the log's sinks as conf.yaml wants them.
#pragma once

#include <memory>
#include <vector>

#include "base/files.hpp"
#include "config/text/settings.hpp"
#include "node/core_inbox.hpp"
#include "observe/sink.hpp"

namespace btc_federation {

/// Errors: the log file cannot be opened. `files` is borrowed by the sinks.
base::Result<std::vector<std::shared_ptr<observe::Sink>>> make_sinks(
    const config::text::Settings::Logging& logging, const std::string& config_path, base::Files& files,
    const node::Worker& worker);

}  // namespace btc_federation
