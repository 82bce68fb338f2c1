// libp2p-peer/options.hpp: what the command line asks for, as plain values. Vocabulary only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace libp2p_peer {

struct ListenCommand {
  std::vector<std::string> addresses{"/ip4/127.0.0.1/tcp/0"};
  std::string key;  ///< Base64 of the private key; empty: a fresh one.
};

struct DialCommand {
  std::string address;  ///< With `/p2p/ID` at its end.
  std::string test;
  std::uint64_t count = 100;
  std::uint64_t bytes = 64 * 1024 * 1024;
  std::size_t concurrency = 1;
  std::string protocol;
  base::Duration hold = std::chrono::seconds{10};
  std::uint64_t warmup = 10;
  base::Duration timeout = std::chrono::seconds{30};  ///< Of a dial, an opening, or a wait without any progress.
  std::string key;
};

}  // namespace libp2p_peer
