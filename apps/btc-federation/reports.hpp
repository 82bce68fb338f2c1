// btc-federation/reports.hpp: what is wrong with the files, on standard error, one line each.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/text/diagnostic.hpp"
#include "store/findings.hpp"

namespace btc_federation {

/// Of a process that may not lock the memory of its private key.
inline constexpr std::string_view kKeyUnlocked =
    "The private key may be written to a swap disk: raise the limit of locked memory (ulimit -l)";

void report(const config::text::Diagnostics& diagnostics, const std::string& path);
void report(const store::Findings& findings, const std::string& path);
/// Why the whole of peers.yaml was refused, and which line made it so.
void report(const store::Findings& findings, const base::ErrorCode& error, const std::string& path);
void report(const base::ErrorCode& error, const std::string& path);

}  // namespace btc_federation
