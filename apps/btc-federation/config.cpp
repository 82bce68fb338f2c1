// config: what is known of the configuration.
#include <fmt/format.h>

#include <cstdio>

#include "base/posix_files.hpp"
#include "btc-federation/commands.hpp"
#include "btc-federation/reports.hpp"
#include "config/text/documents.hpp"

namespace btc_federation {
namespace {

int print(const std::string& text) {
  fmt::print("{}", text);
  return std::fflush(stdout) == 0 ? ExitStatus::ok : ExitStatus::fatal;
}

int print_effective(const Paths& paths) {
  base::PosixFiles files;
  const config::disk::Loaded loaded = config::disk::check(files, paths.config, paths.inputs);
  report(loaded.diagnostics, paths.config);
  if (!loaded.settings) return ExitStatus::operator_error;
  return print(config::text::effective_file(*loaded.settings, loaded.origins, paths.config));
}

}  // namespace

int print_config(const Paths& paths, Document document) {
  switch (document) {
    case Document::default_file: return print(config::text::default_file());
    case Document::effective: return print_effective(paths);
    case Document::schema: return print(config::text::json_schema());
    case Document::reference: return print(config::text::reference_page());
  }
  return ExitStatus::fatal;
}

}  // namespace btc_federation
