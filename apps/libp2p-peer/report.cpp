// libp2p-peer/report.cpp: the lines that do not come from a test.
#include <fmt/format.h>

#include "libp2p-peer/commands.hpp"

namespace libp2p_peer {

void print(const JsonObject& result) {
  fmt::print("{}\n", result.line());
  std::fflush(stdout);
}

int report(const Failure& failure) {
  JsonObject line;
  print(line.text("impl", "cpp").flag("ok", false).text("error", failure.text));
  return 1;
}

void print_version() {
  JsonObject line;
  print(line.text("impl", "cpp").text("version", LIBP2P_PEER_VERSION).text("compiler", __VERSION__));
}

}  // namespace libp2p_peer
