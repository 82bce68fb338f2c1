// btc-federation: the node, and its operator's commands. Arguments and exit statuses only; each command has a
// file.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <new>

#include "btc-federation/commands.hpp"

namespace {

using namespace btc_federation;

/// What was asked for; each subcommand stores what is to be done.
struct Request {
  Paths paths;
  std::vector<std::string> flags;
  bool json = false;
  bool public_key = false;
  std::string key_file;
  bool dry_run = false;
  bool history = false;
  Listing listing;
  NewPeer new_peer;
  std::vector<std::string> words;
  std::string import_from;
  Document document = Document::effective;
  std::function<int()> command;
};

/// For commands that the running node answers: it would not learn of a `--set` that is given here.
void refuse_flags(const Request& request) {
  if (request.flags.empty()) return;
  throw CLI::ValidationError{"--set",
                             "a running node keeps what it was started with: edit the file, or restart it"};
}

void add_check(CLI::App& app, Request& request) {
  CLI::App* check = app.add_subcommand("check", "validate both files without starting; exits 0 or 1");
  check->add_flag("--json", request.json, "print the findings as JSON");
  check->callback([&] { request.command = [&] { return btc_federation::check(request.paths, request.json); }; });
}

void add_config(CLI::App& app, Request& request) {
  CLI::App* config = app.add_subcommand("config", "print what is known of the configuration");
  CLI::Option_group* which = config->add_option_group("document");
  const auto add = [&](const char* flag, Document document, const char* help) {
    which->add_flag_callback(flag, [&request, document] { request.document = document; }, help);
  };
  add("--default", Document::default_file, "a commented file with every key");
  add("--effective", Document::effective, "what holds, and where each value comes from (the default)");
  add("--schema", Document::schema, "a JSON Schema for editors");
  add("--reference", Document::reference, "the reference page, as Markdown");
  which->add_flag("--history", request.history, "the reloads since the running node's start");
  which->require_option(0, 1);
  config->add_flag("--json", request.json, "the history as JSON");
  config->callback([&] {
    if (request.history) refuse_flags(request);
    request.command = [&] {
      return request.history ? print_history(request.paths, request.json)
                             : print_config(request.paths, request.document);
    };
  });
}

void add_running(CLI::App& app, Request& request) {
  CLI::App* reload = app.add_subcommand("reload", "have the running node apply the configuration; exits 0 or 1");
  reload->add_flag("--dry-run", request.dry_run, "only tell what would change, rebind, or be refused");
  reload->add_flag("--json", request.json, "print the result as JSON");
  reload->callback([&] {
    refuse_flags(request);
    request.command = [&] { return btc_federation::reload(request.paths, request.dry_run, request.json); };
  });
  CLI::App* status = app.add_subcommand("status", "print how the running node is");
  status->add_flag("--json", request.json, "print it as JSON");
  status->callback([&] {
    refuse_flags(request);
    request.command = [&] { return btc_federation::status(request.paths, request.json); };
  });
}

void add_keys(CLI::App& app, Request& request) {
  CLI::App* keygen = app.add_subcommand("keygen", "print a new private key with its public key and peer id");
  keygen->add_option("--file", request.key_file, "put the private key into this new file, mode 0600, instead");
  keygen->callback([&] {
    request.command = [&] {
      return request.key_file.empty() ? generate_key() : generate_key_file(request.key_file);
    };
  });
  CLI::App* peer_id = app.add_subcommand("peer-id", "print the peer id of the private key in the configuration");
  peer_id->add_flag("--public-key", request.public_key, "print the public key, as peers.yaml wants it, instead");
  peer_id->callback([&] { request.command = [&] { return print_peer_id(request.paths, request.public_key); }; });
}

void add_peers(CLI::App& app, Request& request) {
  CLI::App* peers = app.add_subcommand("peers", "look at peers.yaml and change it, while the node runs or not");
  peers->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, auto run) {
    CLI::App* command = peers->add_subcommand(name, help);
    command->callback([&request, run] { request.command = [&request, run] { return run(request); }; });
    return command;
  };
  CLI::App* list = add("list", "print the peers of the file",
                       [](const Request& asked) { return list_peers(asked.paths, asked.listing); });
  list->add_flag("--json", request.listing.json, "as one JSON object");
  list->add_option("--limit", request.listing.limit, "at most so many")->check([](const std::string& number) {
    return number.starts_with('-') ? "it cannot be negative" : "";  // which CLI11 would read as a very large one
  });
  list->add_option("--after", request.listing.after, "begin behind this peer id or key");
  CLI::App* one = add("add", "add a peer, or addresses of one",
                      [](const Request& asked) { return add_peer(asked.paths, asked.new_peer); });
  one->add_option("addresses", request.new_peer.addresses, "multiaddresses; one ends in /p2p/ID, or give --key")
      ->required();
  one->add_option("--key", request.new_peer.key, "public key: base64 of 32 bytes");
  one->add_option("--name", request.new_peer.name, "what you call it");
  CLI::App* removed = add("remove", "remove peers; others' telling does not bring them back",
                          [](const Request& asked) { return remove_peers(asked.paths, asked.words); });
  removed->add_option("peers", request.words, "peer ids, keys or names")->required();
  CLI::App* check = add("check", "validate peers.yaml, the keys as well; exits 0 or 1",
                        [](const Request& asked) { return check_peers(asked.paths, asked.json); });
  check->add_flag("--json", request.json, "print the findings as JSON");
  add("repair", "set a damaged peers.yaml aside, and restore what can be",
      [](const Request& asked) { return repair_peers(asked.paths); });
  CLI::App* import = add("import", "add the peers of another peers.yaml",
                         [](const Request& asked) { return import_peers(asked.paths, asked.import_from); });
  import->add_option("file", request.import_from, "the other file")->required();
}

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
  return variables;
}

std::string credentials_directory() {
  const char* path = std::getenv("CREDENTIALS_DIRECTORY");
  return path != nullptr ? path : "";
}

int parse_and_run(int argc, char** argv) {
  Request request;
  CLI::App app{
      "A node of a BTC federation: finds the other nodes and stays connected to them.\n"
      "Without a command it runs in the present directory until SIGTERM or SIGINT."};
  app.set_version_flag("--version", "btc-federation " BF_VERSION);
  app.add_option("--config", request.paths.config, "configuration; written with defaults if it is missing")
      ->capture_default_str();
  app.add_option("--peers", request.paths.peers, "known peers; may be missing")->capture_default_str();
  app.add_option("--set", request.flags, "override one key of the configuration: SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  app.footer("Exit status: 0 in good order, 1 something for the operator to mend, 2 the node cannot go on.");
  app.fallthrough();
  app.require_subcommand(0, 1);
  request.command = [&] { return run(request.paths, BF_VERSION); };
  add_check(app, request);
  add_config(app, request);
  add_keys(app, request);
  add_running(app, request);
  add_peers(app, request);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus::ok : ExitStatus::operator_error;
  }
  request.paths.inputs = {.overrides = config::text::read_overrides(environment(), request.flags),
                          .credentials_directory = credentials_directory()};
  return request.command();
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
  return btc_federation::ExitStatus::fatal;
}
