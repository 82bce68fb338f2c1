// libp2p-peer/dial.cpp: finds the test by its name, runs it against the target, prints its line.
#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>

#include "libp2p-peer/commands.hpp"
#include "libp2p-peer/stopwatch.hpp"
#include "libp2p-peer/tests.hpp"

namespace libp2p_peer {

namespace asio = boost::asio;

namespace {

using OneConnectionTest = TestResult (*)(Node&, const DialCommand&);

/// A test that wants a connection, as one that makes its own.
template <OneConnectionTest Run>
TestResult with_connection(asio::io_context& context, const Target& target, const DialCommand& command) {
  auto identity = read_identity(command.key);
  if (!identity) co_return identity.error();
  Node node{context, std::move(*identity), target};
  const auto connection = co_await node.connect();
  Outcome<JsonObject> result = Failure{};
  if (connection) {
    result = co_await Run(node, command);
  } else {
    result = connection.error();
  }
  co_await node.stop();
  co_return result;
}

struct Test {
  std::string_view name;
  TestResult (*run)(asio::io_context&, const Target&, const DialCommand&);
};

constexpr std::array kTests{
    Test{"ping", with_connection<test_ping>},
    Test{"identify", with_connection<test_identify>},
    Test{"perf-up", with_connection<test_perf_up>},
    Test{"perf-down", with_connection<test_perf_down>},
    Test{"echo", with_connection<test_echo>},
    Test{"handshakes", test_handshakes},
    Test{"idle", test_idle},
    Test{"protocol", with_connection<test_protocol>},
};

Outcome<Target> parse_target(const DialCommand& command) {
  const auto address = libp2p::Multiaddr::from_text(command.address);
  if (!address) return failure(command.address, address.error());
  const auto peer = address->peer();
  const auto where = address->without_peer();
  if (!peer || !where) return Failure{command.address + ": wanted an address that ends in /p2p/ID"};
  return Target{.peer = *peer, .address = *where, .timeout = command.timeout};
}

}  // namespace

asio::awaitable<int> dial(asio::io_context& context, DialCommand command) {
  const auto* test = std::ranges::find(kTests, command.test, &Test::name);
  if (test == kTests.end()) co_return report({"unknown test: " + command.test});
  const auto target = parse_target(command);
  if (!target) co_return report(target.error());

  const auto result = co_await test->run(context, *target, command);
  if (!result) co_return report(result.error());
  JsonObject line;
  line.text("impl", "cpp").text("test", command.test).flag("ok", true).number("cpu_total_s", cpu_total_s());
  print(line.fields(*result));
  co_return 0;
}

}  // namespace libp2p_peer
