// Whole hosts in a simulated world.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libp2p/host.hpp"
#include "libp2p/host/environment.hpp"
#include "sim/internet.hpp"
#include "sim/node.hpp"
#include "sim/resolver.hpp"
#include "sim/world.hpp"

namespace libp2p::testing {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Multiaddr address(std::string_view text) { return *Multiaddr::from_text(text); }

inline Identity identity_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Identity::from_seed(bytes);
}

/// Sends back what comes, then ends.
inline asio::awaitable<void> echo(Stream stream) {
  std::array<std::uint8_t, 4096> chunk{};
  for (;;) {
    const base::Result<std::size_t> got = co_await stream.read(chunk);
    if (!got) co_return;
    if (*got == 0) break;
    const base::Result<void> sent = co_await stream.write(base::ByteSpan{chunk}.first(*got));
    if (!sent) co_return;
  }
  static_cast<void>(co_await stream.close_write());
}

inline constexpr const char* kEcho = "/echo/1.0.0";

/// A host on a machine of its own, with what it published.
class Peer {
 public:
  Peer(sim::World& world, sim::Internet& internet, sim::Resolver& resolver, std::string_view ip, std::uint8_t seed)
      : options{.identity = identity_of(seed)}, node{world, internet, resolver, {ip}}, ip_{ip} {}

  /// `options` may be changed before.
  void start() {
    host = std::make_unique<Host>(node.environment(), options);
    host->set_handler(kEcho, [](Stream stream) { return echo(std::move(stream)); });
    subscription.emplace(host->subscribe([this](const HostEvent& event) { events.push_back(event); }));
    bound = *host->listen(address("/ip4/" + ip_ + "/tcp/4001"));
  }

  PeerId id() const { return PeerId::of(options.identity.public_key()); }
  std::size_t connected_to(const Peer& other) const {
    std::size_t count = 0;
    for (const ConnectionInfo& c : host->connections()) count += c.peer == other.id() ? 1 : 0;
    return count;
  }
  template <class Event>
  std::vector<Event> all() const {
    std::vector<Event> out;
    for (const HostEvent& event : events) {
      if (const auto* one = std::get_if<Event>(&event)) out.push_back(*one);
    }
    return out;
  }

  HostOptions options;
  sim::Node node;
  std::unique_ptr<Host> host;
  std::optional<Host::Subscription> subscription;
  std::vector<HostEvent> events;
  std::optional<Multiaddr> bound;

 private:
  std::string ip_;
};

/// Two hosts that listen. `finish` stops them and proves that nothing is left.
struct TwoHosts {
  explicit TwoHosts(std::uint64_t seed = 1) : world{seed} {}

  void start() {
    a.start();
    b.start();
  }
  DialResult dial(DialOptions options = {}) {
    auto result = world.run(a.host->dial(b.id(), {*b.bound}, std::move(options)), seconds{120});
    EXPECT_TRUE(result) << "a dial that does not end";
    return result ? *result : DialResult{};
  }
  /// Dialled, and identified both ways.
  void connect() {
    const DialResult result = dial();
    ASSERT_TRUE(result.connection) << result.error.message();
    ASSERT_TRUE(
        world.run_until([&] { return a.host->peer_info(b.id()) && b.host->peer_info(a.id()); }, seconds{5}));
  }
  Stream open_echo() {
    auto stream = world.run(a.host->open_stream(b.id(), {kEcho}), seconds{20});
    EXPECT_TRUE(stream && *stream);
    return std::move(**stream);
  }
  void finish() {
    for (Peer* peer : {&a, &b}) {
      if (!peer->host) continue;
      EXPECT_TRUE(world.run(peer->host->stop(), seconds{10})) << "stop did not end";
      EXPECT_EQ(peer->node.network().open_sockets(), 0u);
      EXPECT_EQ(peer->node.network().listeners(), 0u);
      EXPECT_EQ(peer->host->metrics().connections_open, 0u);
      EXPECT_EQ(peer->host->metrics().handshakes_pending, 0u);
      EXPECT_EQ(peer->host->metrics().held_bytes, 0u);
      EXPECT_EQ(peer->host->metrics().tasks, 0u);
    }
    world.settle();
    EXPECT_EQ(world.timers().size(), 0u);
    EXPECT_TRUE(world.at_rest());
  }

  sim::World world;
  sim::Internet internet{world};
  sim::Resolver resolver{world};
  Peer a{world, internet, resolver, "10.0.0.1", 1};
  Peer b{world, internet, resolver, "10.0.0.2", 2};
};

class HostTest : public ::testing::Test, protected TwoHosts {
 protected:
  void TearDown() override { finish(); }
};

}  // namespace libp2p::testing
