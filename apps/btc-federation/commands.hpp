// btc-federation/commands.hpp: what the program can be asked to do. Each returns the exit status; what goes wrong
// before logging starts is on standard error, in the form FILE:LINE:COLUMN: message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/disk/load.hpp"
#include "control/message.hpp"

namespace btc_federation {

/// Documented in docs/operations.md.
enum ExitStatus : int {
  ok = 0,
  operator_error = 1,  ///< The operator has to mend something: configuration, a busy port.
  fatal = 2,           ///< The node cannot go on.
};

struct Paths {
  std::string config = "conf.yaml";
  std::string peers = "peers.yaml";
  config::disk::Inputs inputs{};  ///< What the environment and the flags add to the configuration.
};

/// What `config` prints.
enum class Document : std::uint8_t {
  default_file,
  effective,
  schema,
  reference,
};

/// What `peers list` shows, in the order of the file.
struct Listing {
  bool json = false;
  std::optional<std::size_t> limit{};
  std::string after{};  ///< Key or peer id behind which it begins.
};

/// What `peers add` is told.
struct NewPeer {
  std::vector<std::string> addresses{};
  std::string key{};
  std::string name{};
};

/// Runs the node until SIGTERM or SIGINT.
int run(const Paths& paths, std::string_view version);
/// Reads both files and says what is wrong with them; `json`: as one JSON object on standard output.
int check(const Paths& paths, bool json);
/// Reads peers.yaml alone, and looks whether each key is a point of the curve.
int check_peers(const Paths& paths, bool json);
int list_peers(const Paths& paths, const Listing& listing);
/// These change peers.yaml, and return when the change is on disk. A running node notices.
int add_peer(const Paths& paths, const NewPeer& peer);
/// By peer id, key or name.
int remove_peers(const Paths& paths, const std::vector<std::string>& words);
int repair_peers(const Paths& paths);
/// Adds the peers of another peers.yaml as the operator's.
int import_peers(const Paths& paths, const std::string& from);
/// Prints what is known of the configuration.
int print_config(const Paths& paths, Document document);
/// Has the running node apply conf.yaml, waits, and prints what came of it; `dry_run`: only what would.
int reload(const Paths& paths, bool dry_run, bool json);
/// Prints how the running node is.
int status(const Paths& paths, bool json);
/// Prints the reloads since the running node's start.
int print_history(const Paths& paths, bool json);
/// Any command of the control socket: prints its text, or with `json` its result; a failure is exit status 1.
int ask_node(const Paths& paths, const control::Request& request, bool json);
/// Prints a new key: what goes into conf.yaml, and what others need to know.
int generate_key();
/// Writes a new key into a new file for node.private_key_file, and prints what others need to know.
int generate_key_file(const std::string& path);
/// Prints the peer id of conf.yaml's key, or with `public_key` what peers.yaml wants of it.
int print_peer_id(const Paths& paths, bool public_key);

}  // namespace btc_federation
