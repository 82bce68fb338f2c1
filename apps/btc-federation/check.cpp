// check, and the reports of what is wrong with the files.
#include <fmt/format.h>

#include <cstdio>

#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/reports.hpp"
#include "config/disk/load.hpp"
#include "observe/line.hpp"
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

namespace {

/// `{"ok":true,"config":[...],"peers":[...]}`: the findings on both files.
void print_json(const Paths& paths, bool good, const config::text::Diagnostics& diagnostics,
                const store::Findings& findings, const std::optional<base::ErrorCode>& refused) {
  std::string out = fmt::format(R"({{"ok":{},"config":{},"peers":[)", good, diagnostics.to_json(paths.config));
  const auto add = [&](std::string_view severity, std::size_t line, std::string_view reason) {
    out += fmt::format(R"({}{{"severity":"{}","file":)", out.ends_with('[') ? "" : ",", severity);
    observe::append_json_string(out, paths.peers);
    out += fmt::format(R"(,"line":{},"message":)", line);
    observe::append_json_string(out, reason);
    out += '}';
  };
  for (const store::Finding& finding : findings.first) add("warning", finding.line, finding.reason);
  if (refused) add("error", 0, refused->message());
  fmt::print("{}]}}\n", out);
}

}  // namespace

int check(const Paths& paths, bool json) {
  base::PosixFiles files;
  const config::disk::Loaded loaded = config::disk::check(files, paths.config, paths.inputs);
  store::Findings findings;
  const base::Result<std::vector<store::PeerEntry>> peers = store::disk::read_peers(files, paths.peers, findings);

  // A node would start with bad entries left out; whoever asks wants to know of them.
  const bool good = loaded.settings && peers && findings.total == 0;
  if (json) {
    print_json(paths, good, loaded.diagnostics, findings,
               peers ? std::nullopt : std::optional<base::ErrorCode>{peers.error()});
    return good ? ExitStatus::ok : ExitStatus::operator_error;
  }
  report(loaded.diagnostics, paths.config);
  if (peers) {
    report(findings, paths.peers);
  } else {
    report(findings, peers.error(), paths.peers);
  }
  if (good) fmt::print("{}: ok\n{}: ok, {} peers\n", paths.config, paths.peers, peers->size());
  return good ? ExitStatus::ok : ExitStatus::operator_error;
}

}  // namespace btc_federation
