#include "btc-federation/logging.hpp"

#include <unistd.h>

#include "config/disk/load.hpp"
#include "observe/console_sink.hpp"
#include "observe/file_sink.hpp"

namespace btc_federation {

base::Result<std::vector<std::shared_ptr<observe::Sink>>> make_sinks(
    const config::text::Settings::Logging& logging, const std::string& config_path, base::Files& files,
    const node::Worker& worker) {
  std::vector<std::shared_ptr<observe::Sink>> sinks;
  if (logging.console_output) {
    const bool colour = logging.console_color && ::isatty(STDOUT_FILENO) == 1;
    sinks.push_back(std::make_shared<observe::ConsoleSink>(
        observe::ConsoleSink::Options{.fd = STDOUT_FILENO, .format = logging.format, .colour = colour}));
  }
  if (logging.file_output) {
    auto file = std::make_shared<observe::FileSink>(
        files,
        observe::FileSink::Options{.path = config::disk::log_path(config_path, logging.file_name),
                                   .max_size = logging.file_max_size.bytes,
                                   .max_backups = logging.file_max_backups},
        worker);
    // A path that cannot be written is better known now than from lost lines.
    if (const base::Result<void> opened = file->reopen(); !opened) return opened.error();
    sinks.push_back(std::move(file));
  }
  return sinks;
}

observe::Trace::Peers traced_peers(const config::text::Settings::Logging& logging) {
  observe::Trace::Peers peers;
  for (const libp2p::PeerId& peer : logging.trace_peers) peers.insert(peer.to_base58());
  return peers;
}

}  // namespace btc_federation
