// interop-driver: what the interop cases need beyond libp2p-peer, with the same command line and result lines.
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <span>

#include "interop/cpp/control.hpp"
#include "interop/cpp/dial_tests.hpp"
#include "libp2p-peer/commands.hpp"
#include "libp2p-peer/node.hpp"

namespace interop {

namespace asio = boost::asio;

namespace {

using Words = std::span<const std::string>;

libp2p::HostOptions options() {
  auto identity = libp2p_peer::read_identity("");
  if (!identity) throw TestFailure{identity.error().text};
  return libp2p_peer::host_options(std::move(*identity));
}

Task<void> until_told_to_stop(libp2p::Host& host, bool control) {
  using namespace asio::experimental::awaitable_operators;
  asio::signal_set signals{co_await asio::this_coro::executor, SIGINT, SIGTERM};
  auto signalled = signals.async_wait(asio::as_tuple(asio::use_awaitable));
  if (control) {
    auto commands = obey(host);
    co_await (std::move(signalled) || std::move(commands));
  } else {
    co_await std::move(signalled);
  }
}

Task<void> listen(asio::io_context& context, Words words) {
  libp2p::Host host{context, options()};
  serve_tests(host);
  const auto loopback = must(libp2p::Multiaddr::from_text("/ip4/127.0.0.1/tcp/0"), "the address");
  const auto bound = must(host.listen(loopback), "listening");
  const std::vector<std::string> addresses{bound.with_peer(host.id()).to_text()};
  libp2p_peer::JsonObject line;
  line.text("peer_id", host.id().to_base58()).texts("addrs", addresses).text("impl", "cpp");
  libp2p_peer::print(line.integer("pid", static_cast<std::uint64_t>(::getpid())));
  co_await until_told_to_stop(host, !words.empty() && words[0] == "--control");
  co_await host.stop();
}

DialArguments parse(Words options) {
  DialArguments arguments;
  for (; options.size() >= 2; options = options.subspan(2)) {
    const std::string& value = options[1];
    if (options[0] == "--test") {
      arguments.test = value;
    } else if (options[0] == "--bytes") {
      arguments.bytes = std::stoull(value);
    } else if (options[0] == "--count") {
      arguments.count = std::stoul(value);
    } else if (options[0] == "--concurrency") {
      arguments.concurrency = std::stoul(value);
    } else {
      break;
    }
  }
  if (!options.empty()) throw TestFailure{"unknown option " + options[0]};
  return arguments;
}

Task<void> dial(asio::io_context& context, Words words) {
  const auto address = must(libp2p::Multiaddr::from_text(words.empty() ? "" : words[0]), "the address");
  const auto peer = address.peer();
  const auto where = address.without_peer();
  if (!peer || !where) throw TestFailure{"wanted an address that ends in /p2p/ID"};
  const DialArguments arguments = parse(words.subspan(1));

  libp2p::Host host{context, options()};
  const Link link{.host = host, .peer = *peer};
  std::exception_ptr failure;
  try {
    co_await link.connect(*where);
    co_await run_dial_test(link, arguments);
  } catch (const TestFailure&) {
    failure = std::current_exception();
  }
  co_await host.stop();
  if (failure) std::rethrow_exception(failure);
  libp2p_peer::JsonObject line;
  libp2p_peer::print(line.text("impl", "cpp").text("test", arguments.test).flag("ok", true));
}

int main(Words words) {
  const bool listens = !words.empty() && words[0] == "listen";
  if (!listens && (words.empty() || words[0] != "dial")) {
    return libp2p_peer::report(
        {"usage: interop-driver listen [--control] | dial MULTIADDR --test TEST [options]"});
  }
  asio::io_context context{1};
  std::exception_ptr failure;
  asio::co_spawn(context, (listens ? listen : dial)(context, words.subspan(1)),
                 [&](const std::exception_ptr& thrown) { failure = thrown; });
  context.run();
  try {
    if (failure) std::rethrow_exception(failure);
    return 0;
  } catch (const std::exception& error) {
    return libp2p_peer::report({error.what()});
  }
}

}  // namespace

}  // namespace interop

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  return interop::main(words);
}
