// libp2p-peer: asks and measures libp2p peers from the command line. This file: arguments and the event loop.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "libp2p-peer/commands.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

/// A time in seconds on the command line.
void add_seconds(CLI::App& app, const std::string& name, base::Duration& into, const std::string& help) {
  const auto store = [&into](const double& seconds) {
    into = std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>{seconds});
  };
  app.add_option_function<double>(name, store, help)->check(CLI::Range(0.0, 1e6));
}

void add_listen(CLI::App& app, ListenCommand& command) {
  app.add_option("--addr", command.addresses, "where to listen (multiaddr; repeatable)")->capture_default_str();
  app.add_option("--key", command.key, "base64 of the 64-byte Ed25519 private key (default: a fresh one)");
}

void add_dial(CLI::App& app, DialCommand& command) {
  app.add_option("MULTIADDR", command.address, "the peer, with /p2p/ID at the end")->required();
  app.add_option("--test", command.test, "ping, identify, perf-up, perf-down, echo, handshakes, idle or protocol")
      ->required();
  const auto option = [&](const char* name, auto& into, const char* help) {
    return app.add_option(name, into, help)->capture_default_str();
  };
  option("--count", command.count, "pings, connections or hosts")->check(CLI::Range(1, 1'000'000'000));
  option("--bytes", command.bytes, "how much perf and echo move");
  option("--concurrency", command.concurrency, "how many at once")->check(CLI::Range(1, 100'000));
  option("--protocol", command.protocol, "what the protocol test asks for");
  add_seconds(app, "--hold", command.hold, "seconds that idle connections are held (10)");
  option("--warmup", command.warmup, "what is done first and not counted");
  add_seconds(app, "--timeout", command.timeout, "seconds for a dial, or without progress (30)");
  option("--key", command.key, "base64 of the 64-byte Ed25519 private key (default: a fresh one)");
}

/// Thousands of connections want as many descriptors as the system allows us.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // if refused, the connections that fail will say so
}

/// Runs `command` on this thread's event loop until nothing is left to do.
template <class Command>
int run(asio::awaitable<int> (*command)(asio::io_context&, Command), Command options) {
  raise_descriptor_limit();
  asio::io_context context{1};
  int status = 1;
  asio::co_spawn(context, command(context, std::move(options)), [&](const std::exception_ptr& thrown, int result) {
    if (thrown) std::rethrow_exception(thrown);
    status = result;
  });
  context.run();
  return status;
}

int main(int argc, char** argv) {
  CLI::App app{"Asks and measures libp2p peers. One JSON line per result on standard output."};
  app.require_subcommand(1);
  app.add_subcommand("version", "prints version and compiler");
  ListenCommand listen_command;
  CLI::App* listen_app = app.add_subcommand("listen", "serves identify, ping, perf and /echo/1.0.0 until SIGTERM");
  add_listen(*listen_app, listen_command);
  DialCommand dial_command;
  CLI::App* dial_app = app.add_subcommand("dial", "runs a test against a peer");
  add_dial(*dial_app, dial_command);

  try {
    app.parse(argc, argv);
    if (listen_app->parsed()) return run(listen, std::move(listen_command));
    if (dial_app->parsed()) return run(dial, std::move(dial_command));
    print_version();
    return 0;
  } catch (const CLI::Success& wish) {
    return app.exit(wish);
  } catch (const std::exception& error) {
    return report({error.what()});
  }
}

}  // namespace

}  // namespace libp2p_peer

int main(int argc, char** argv) { return libp2p_peer::main(argc, argv); }
