// btc-federation: the node, and its operator's commands. Arguments and exit statuses only; each command has a
// file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>

#include "btc-federation/commands.hpp"

namespace {

int parse_and_run(int argc, char** argv) {
  using namespace btc_federation;
  Paths paths;
  bool public_key = false;
  int status = kOk;

  CLI::App app{
      "A node of a BTC federation: finds the other nodes and stays connected to them.\n"
      "Without a command it runs in the present directory until SIGTERM or SIGINT."};
  app.set_version_flag("--version", "btc-federation " BF_VERSION);
  app.add_option("--config", paths.config, "configuration; written with defaults if it is missing")
      ->capture_default_str();
  app.add_option("--peers", paths.peers, "known peers; may be missing")->capture_default_str();
  app.footer("Exit status: 0 in good order, 1 something for the operator to mend, 2 the node cannot go on.");
  app.fallthrough();
  app.require_subcommand(0, 1);

  app.add_subcommand("check", "validate both files without starting; exits 0 or 1")->callback([&] {
    status = check(paths);
  });
  app.add_subcommand("keygen", "print a new private key with its public key and peer id")->callback([&] {
    status = generate_key();
  });
  CLI::App* peer_id = app.add_subcommand("peer-id", "print the peer id of the private key in the configuration");
  peer_id->add_flag("--public-key", public_key, "print the public key, as peers.yaml wants it, instead");
  peer_id->callback([&] { status = print_peer_id(paths, public_key); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kOperator;
  }
  return app.get_subcommands().empty() ? run(paths, BF_VERSION) : status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("btc-federation: out of memory\n", stderr);
  } catch (const std::exception& error) {
    fmt::print(stderr, "btc-federation: {}\n", error.what());
  }
  return btc_federation::kFatal;
}
