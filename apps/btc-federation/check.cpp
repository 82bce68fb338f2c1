// check, and the reports of what is wrong with the files.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/base64.hpp"
#include "base/posix_files.hpp"
#include "base/system.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/reports.hpp"
#include "config/disk/load.hpp"
#include "libp2p/crypto/point.hpp"
#include "observe/line.hpp"
#include "store/disk/file_peer_store.hpp"
#include "store/text/limits.hpp"

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

/// `[...]`: the findings on peers.yaml.
std::string to_json(const std::string& path, const store::Findings& findings,
                    const std::optional<base::ErrorCode>& refused) {
  std::string out = "[";
  const auto add = [&](std::string_view severity, std::size_t line, std::string_view reason) {
    out += fmt::format(R"({}{{"severity":"{}","file":)", out.ends_with('[') ? "" : ",", severity);
    observe::append_json_string(out, path);
    out += fmt::format(R"(,"line":{},"message":)", line);
    observe::append_json_string(out, reason);
    out += '}';
  };
  for (const store::Finding& finding : findings.first) add("warning", finding.line, finding.reason);
  if (refused) add("error", 0, refused->message());
  return out + ']';
}

std::optional<base::ErrorCode> error_in(const base::Result<std::vector<store::PeerEntry>>& peers) {
  return peers ? std::nullopt : std::optional{peers.error()};
}

void report_peers(const Paths& paths, const store::Findings& findings,
                  const base::Result<std::vector<store::PeerEntry>>& peers) {
  if (peers) {
    report(findings, paths.peers);
  } else {
    report(findings, peers.error(), paths.peers);
  }
}

/// That nothing is wrong with the file, which need not be there.
void report_good(base::Files& files, const std::string& path, std::size_t peers) {
  fmt::print("{}: {}, {} peers\n", path, files.stat(path) ? "ok" : "not there", peers);
}

std::uint32_t line_of(std::string_view text, std::string_view part) {
  const auto before = text.substr(0, std::min(text.find(part), text.size()));
  return static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
}

/// Costs 90 us a key, so a node leaves it to the first handshake.
void check_keys(base::Files& files, const std::string& path, const std::vector<store::PeerEntry>& peers,
                store::Findings& findings) {
  const auto content = files.read(path, store::text::kMaxFileBytes);
  const std::string_view text = content ? base::as_text(*content) : std::string_view{};
  for (const store::PeerEntry& peer : peers) {
    if (libp2p::crypto::is_ed25519_point(peer.key)) continue;
    findings.add({.line = line_of(text, base::to_base64(peer.key)),
                  .reason = "public_key is not a point of the curve, so nobody can own it: mend it, or remove the "
                            "entry"});
  }
}

}  // namespace

int check(const Paths& paths, bool json) {
  base::PosixFiles files;
  config::disk::Loaded loaded = config::disk::check(files, paths.config, paths.inputs);
  if (!loaded.key_locked) loaded.diagnostics.warn({.line = 0, .column = 0}, "", std::string{kKeyUnlocked});
  const base::SystemClock clock;
  store::Findings findings;
  const auto peers = store::disk::read_peers(files, clock, paths.peers, findings);

  // A node would start with bad entries left out; whoever asks wants to know of them.
  const bool good = loaded.settings && peers && findings.total == 0;
  if (json) {
    fmt::print(R"({{"ok":{},"config":{},"peers":{}}})"
               "\n",
               good, loaded.diagnostics.to_json(paths.config), to_json(paths.peers, findings, error_in(peers)));
    return good ? ExitStatus::ok : ExitStatus::operator_error;
  }
  report(loaded.diagnostics, paths.config);
  report_peers(paths, findings, peers);
  if (good) {
    fmt::print("{}: ok\n", paths.config);
    report_good(files, paths.peers, peers->size());
  }
  return good ? ExitStatus::ok : ExitStatus::operator_error;
}

int check_peers(const Paths& paths, bool json) {
  base::PosixFiles files;
  const base::SystemClock clock;
  store::Findings findings;
  const auto peers = store::disk::read_peers(files, clock, paths.peers, findings);
  if (peers) check_keys(files, paths.peers, *peers, findings);
  const bool good = peers && findings.total == 0;
  if (json) {
    fmt::print(R"({{"ok":{},"peers":{}}})"
               "\n",
               good, to_json(paths.peers, findings, error_in(peers)));
    return good ? ExitStatus::ok : ExitStatus::operator_error;
  }
  report_peers(paths, findings, peers);
  if (good) report_good(files, paths.peers, peers->size());
  return good ? ExitStatus::ok : ExitStatus::operator_error;
}

}  // namespace btc_federation
