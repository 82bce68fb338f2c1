// check, and the reports of what is wrong with the files.
#include <fmt/format.h>

#include <cstdio>

#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/reports.hpp"
#include "config/disk/load.hpp"
#include "store/disk/file_peer_store.hpp"

namespace btc_federation {

void report(const config::text::Diagnostics& diagnostics, const std::string& path) {
  for (const config::text::Diagnostic& item : diagnostics.items()) fmt::print(stderr, "{}\n", item.to_text(path));
}

void report(const store::Findings& findings, const std::string& path) {
  for (const store::Finding& finding : findings.first) {
    fmt::print(stderr, "{}:{}: {}\n", path, finding.line, finding.reason);
  }
  if (findings.total > findings.first.size()) {
    fmt::print(stderr, "{}: {} more like these\n", path, findings.total - findings.first.size());
  }
}

void report(const store::Findings& findings, const base::ErrorCode& error, const std::string& path) {
  report(findings, path);
  const std::string why = error.message();
  const bool told = !findings.first.empty() && findings.first.back().reason == why;
  if (!told) report(error, path);
}

void report(const base::ErrorCode& error, const std::string& path) {
  fmt::print(stderr, "{}: error: {}\n", path, error.message());
}

int check(const Paths& paths) {
  base::PosixFiles files;
  const config::disk::Loaded loaded = config::disk::check(files, paths.config);
  report(loaded.diagnostics, paths.config);

  store::Findings findings;
  const base::Result<std::vector<store::PeerEntry>> peers = store::disk::read_peers(files, paths.peers, findings);
  if (peers) {
    report(findings, paths.peers);
  } else {
    report(findings, peers.error(), paths.peers);
  }

  // A node would start with bad entries left out; whoever asks wants to know of them.
  const bool good = loaded.settings && peers && findings.total == 0;
  if (good) fmt::print("{}: ok\n{}: ok, {} peers\n", paths.config, paths.peers, peers->size());
  return good ? kOk : kOperator;
}

}  // namespace btc_federation
