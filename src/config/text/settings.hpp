// config/text/settings.hpp: conf.yaml as plain values, with the defaults of absent keys.
// The private key is held as libp2p::Identity: in locked memory, wiped on destruction, without a printer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "libp2p/key.hpp"
#include "libp2p/multiaddr.hpp"
#include "libp2p/peer_id.hpp"
#include "observe/level.hpp"
#include "observe/line.hpp"

namespace config::text {

struct ByteSize {
  std::uint64_t bytes = 0;
  bool operator==(const ByteSize&) const = default;
};

struct Settings {
  struct Node {
    std::optional<libp2p::Identity> private_key;  ///< Nothing: to be generated and written back.
    std::string private_key_file;                 ///< As written; relative to the directory of conf.yaml.
  };
  struct Network {
    std::vector<libp2p::Multiaddr> addresses;
    std::vector<libp2p::Multiaddr> announce_addresses;
    std::uint32_t loops = 1;  ///< Threads that carry connections.
  };
  struct Peers {
    base::Duration exchange_interval = std::chrono::seconds{30};
    base::Duration connection_timeout = std::chrono::seconds{10};
    std::uint32_t max_connections = 1024;
  };
  struct Logging {
    observe::Level level = observe::Level::info;
    observe::LineFormat format = observe::LineFormat::json;
    bool console_output = true;
    bool console_color = true;
    bool file_output = false;
    std::string file_name;  ///< As written; relative to the directory of conf.yaml.
    ByteSize file_max_size{10 * 1024 * 1024};
    std::uint32_t file_max_backups = 10;
    std::vector<libp2p::PeerId> trace_peers;
  };

  Node node;
  Network network;
  Peers peers;
  Logging logging;
};

}  // namespace config::text
