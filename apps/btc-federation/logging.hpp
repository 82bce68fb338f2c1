// btc-federation/logging.hpp: the log as conf.yaml wants it, for the start and for a reload.
#pragma once

#include <memory>
#include <vector>

#include "base/files.hpp"
#include "config/text/settings.hpp"
#include "node/core_inbox.hpp"
#include "observe/sink.hpp"
#include "observe/trace.hpp"

namespace btc_federation {

/// Errors: the log file cannot be opened. `files` is borrowed by the sinks.
base::Result<std::vector<std::shared_ptr<observe::Sink>>> make_sinks(
    const config::text::Settings::Logging& logging, const std::string& config_path, base::Files& files,
    const node::Worker& worker);

/// Whose messages are traced.
observe::Trace::Peers traced_peers(const config::text::Settings::Logging& logging);

}  // namespace btc_federation
