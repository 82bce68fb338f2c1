// A whole node and what it meets outside: peers that speak no exchange, or speak it badly, and a port that is
// taken. Kind: simulation; no thread, no socket, no real time. The stranger is a plain libp2p host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/session.hpp"
#include "node/limits.hpp"
#include "whole_node.hpp"

namespace node::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

namespace asio = boost::asio;

const std::vector<std::string> kExchange{std::string{exchange::kProtocol}};

class AStranger : public ::testing::Test, protected Surroundings {
 protected:
  AStranger() : Surroundings{1} {}
  void SetUp() override { ASSERT_TRUE(stranger.listen(address_of(9))); }
  void TearDown() override {
    ASSERT_NO_FATAL_FAILURE(node.stop());
    ASSERT_TRUE(world.run(stranger.stop(), 3s));
    world.run_for(1s);
    EXPECT_EQ(world.timers().size(), 0u);
    EXPECT_TRUE(world.at_rest());
    node.destroy();
  }

  void dial_the_node() {
    const auto dialled = world.run(stranger.dial(node.id(), {address_of(1)}), 10s);
    ASSERT_TRUE(dialled && dialled->connection);
  }
  libp2p::Stream open_exchange() {
    auto stream = world.run(stranger.open_stream(node.id(), kExchange), 5s);
    EXPECT_TRUE(stream && *stream);
    return std::move(**stream);
  }
  /// Both hellos are through.
  exchange::Session introduce(libp2p::Stream& stream) {
    exchange::Session session{exchange::Side::dialer, world.now()};
    base::Bytes out;
    EXPECT_TRUE(session.send(out, {.body = exchange::Hello{}}));
    EXPECT_TRUE(world.run(stream.write(out), 1s));
    std::array<std::uint8_t, 4096> chunk{};
    const auto got = world.run(stream.read(chunk), 5s);
    EXPECT_TRUE(got && *got);
    base::ByteSpan in = base::ByteSpan{chunk}.first(got && *got ? **got : 0);
    EXPECT_TRUE(session.next(in));
    return session;
  }
  /// The node tells the stranger so many bytes, on the one connection that there is.
  void tell(std::size_t messages, std::size_t bytes_each) {
    std::vector<Command> commands(
        messages, exchange::Send{.peer = stranger.id(),
                                 .connection = node.node().hosts().first().connections().front().id,
                                 .message = {.body = exchange::Update{base::Bytes(bytes_each, 0xff)}}});
    node.node().listening().carry_out(std::move(commands));
    world.settle();
  }
  /// All that the node sends before the stream ends, and whether by a reset.
  std::pair<base::Bytes, bool> read_to_the_end(libp2p::Stream& stream) {
    base::Bytes all;
    for (;;) {
      std::array<std::uint8_t, 512> chunk{};
      const auto got = world.run(stream.read(chunk), 1min);
      if (!got || !*got || **got == 0) return {all, got && !*got};
      base::append(all, base::ByteSpan{chunk}.first(**got));
    }
  }
  bool is_connected() {
    return !stranger.connections().empty() && !node.node().hosts().first().connections().empty();
  }

  WholeNode node{*this, 1};
  sim::Node machine{world, internet, resolver, {"10.0.0.9"}};
  libp2p::Identity identity = identity_of(9);
  libp2p::Host stranger{machine.environment(), {.identity = identity}};
};

TEST_F(AStranger, WithoutTheExchangeStaysConnectedAndIsAskedAgainWhenItHasIt) {
  node.add_peer(identity, address_of(9));
  ASSERT_NO_FATAL_FAILURE(node.start());
  world.run_for(60s);
  ASSERT_TRUE(is_connected());
  EXPECT_THAT(node.values("peer.identified", "exchange"), ElementsAre("false"));
  EXPECT_TRUE(node.lines("exchange.stream.ended").empty());

  int opened = 0;
  stranger.set_handler(kExchange.front(), [&opened](libp2p::Stream stream) -> asio::awaitable<void> {
    ++opened;
    stream.reset();
    co_return;
  });
  EXPECT_TRUE(world.run_until([&] { return opened == 1; }, 2s)) << "identify/push told it";
  EXPECT_TRUE(world.run_until([&] { return opened >= 3; }, 60s)) << "a stream that ends is opened again";
  EXPECT_TRUE(is_connected());
}

TEST_F(AStranger, WhoseStreamsLastIsAskedAgainAtOnceHoweverManyHaveEnded) {
  node.add_peer(identity, address_of(9));
  std::vector<libp2p::Stream> served;
  stranger.set_handler(kExchange.front(), [&](libp2p::Stream stream) -> asio::awaitable<void> {
    exchange::Session session{exchange::Side::listener, world.now()};
    const base::Result<base::ByteSpan> hello = co_await stream.peek();
    base::ByteSpan in = hello ? *hello : base::ByteSpan{};
    EXPECT_TRUE(session.next(in)->has_value());
    base::Bytes answer;
    EXPECT_TRUE(session.send(
        answer,
        {.body = exchange::Hello{.features = 0, .incarnation = 1, .record = {}, .dialled = {}, .position = {}}}));
    const base::Result<void> written = co_await stream.write(answer);
    EXPECT_TRUE(written);
    served.push_back(std::move(stream));
  });
  ASSERT_NO_FATAL_FAILURE(node.start());
  for (std::size_t ended = 0; ended < 10; ++ended) {
    ASSERT_TRUE(world.run_until([&] { return served.size() > ended; }, 2s)) << "after " << ended;
    world.run_for(1min);
    EXPECT_EQ(node.lines("exchange.stream.ended").size(), ended) << "it is in use";
    served.back().reset();
  }
  served.clear();
}

/// As many addresses as a check dial tries, in a network where nobody answers.
std::vector<libp2p::Multiaddr> silent_addresses() {
  std::vector<libp2p::Multiaddr> addresses;
  for (std::size_t i = 1; i <= exchange::kMaxUsableAddresses; ++i) {
    addresses.push_back(*libp2p::Multiaddr::from_text("/ip4/10.0.1." + std::to_string(i) + "/tcp/9000"));
  }
  return addresses;
}

TEST_F(AStranger, WhoseAddressesAllKeepSilentIsJudgedInTimeAndOnce) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  stranger.set_announced(silent_addresses());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  world.run_for(1min);
  EXPECT_EQ(node.lines("record.unreachable").size(), 1u);
  world.run_for(5min);
  EXPECT_EQ(node.lines("record.unreachable").size(), 1u) << "no check dial was made beside the first";
}

TEST_F(AStranger, IsFoundAtItsLastAddressThoughTheOthersKeepSilent) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  std::vector<libp2p::Multiaddr> addresses = silent_addresses();
  addresses.back() = *libp2p::Multiaddr::from_text("/ip4/10.0.2.9/tcp/9000");
  sim::Node second{world, internet, resolver, {"10.0.2.9"}};
  libp2p::Host same_key{second.environment(), {.identity = identity}};
  ASSERT_TRUE(same_key.listen(addresses.back()));
  stranger.set_announced(addresses);
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  world.run_for(1min);
  EXPECT_THAT(node.values("record.proven", "how"), ElementsAre("check"));
  ASSERT_TRUE(world.run(same_key.stop(), 3s));
}

TEST_F(AStranger, ThatSendsNoMessageIsToldWhyItsStreamEnds) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream stream = open_exchange();
  ASSERT_TRUE(world.run(stream.write(base::Bytes{2, 0xff, 0xff}), 1s));
  const auto [said, was_reset] = read_to_the_end(stream);
  EXPECT_TRUE(was_reset);
  EXPECT_EQ(said, exchange::Session::last_words(exchange::Errc::bad_message));
  world.run_for(30s);
  EXPECT_EQ(node.lines("exchange.stream.ended").size(), 1u);
  EXPECT_TRUE(is_connected()) << "only the stream is at an end";
}

TEST_F(AStranger, ThatKeepsSilentLosesItsStreamAfterTenSeconds) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream stream = open_exchange();
  const base::TimePoint before = world.now();
  const auto [said, was_reset] = read_to_the_end(stream);
  EXPECT_TRUE(was_reset);
  EXPECT_EQ(said, exchange::Session::last_words(exchange::Errc::hello_timeout));
  EXPECT_LE(world.now() - before, 11s);
  EXPECT_GE(world.now() - before, 9s);
}

TEST_F(AStranger, ThatEndsItsStreamInOrderIsAnsweredInOrder) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream stream = open_exchange();
  ASSERT_TRUE(world.run(stream.close_write(), 1s));
  const auto [said, was_reset] = read_to_the_end(stream);
  EXPECT_FALSE(was_reset);
  EXPECT_TRUE(said.empty());
  world.run_for(1s);
  EXPECT_THAT(node.values("exchange.stream.ended", "reason"), ElementsAre("in good order"));
}

TEST_F(AStranger, ThatWasDialledMayNotOpenTheStream) {
  node.add_peer(identity, address_of(9));
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_TRUE(world.run_until([&] { return is_connected(); }, 10s));
  libp2p::Stream stream = open_exchange();
  const auto [said, was_reset] = read_to_the_end(stream);
  EXPECT_TRUE(was_reset);
  EXPECT_TRUE(said.empty());
  EXPECT_TRUE(is_connected());
}

TEST_F(AStranger, ThatSaysMuchOverTimeIsReadOn) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream stream = open_exchange();
  exchange::Session session = introduce(stream);
  constexpr std::size_t kAMinute = 256;  // far fewer than would count as abuse
  constexpr std::size_t kEnough = 2 * kMaxBytesAhead / sizeof(exchange::Message);
  base::Bytes minute;
  for (std::size_t i = 0; i < kAMinute; ++i) ASSERT_TRUE(session.send(minute, {.body = exchange::Unknown{}}));
  std::size_t said = 0;
  for (; said < kEnough; said += kAMinute) {
    ASSERT_TRUE(world.run(stream.write(minute), 1s));
    world.run_for(1min);
  }
  EXPECT_EQ(node.count(observe::kExchangeMessages, {"in", "unknown"}), said);
  EXPECT_TRUE(is_connected());
}

TEST_F(AStranger, ThatDoesNotReadWhatItIsToldLosesItsStream) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream stream = open_exchange();
  introduce(stream);
  constexpr std::size_t kMessages = 16;
  constexpr std::size_t kBytesEach = kMaxQueuedBytes / kMessages - 64;  // with what stands around them
  for (int queue = 0; queue < 2; ++queue) tell(kMessages, kBytesEach);  // one is being written, the other waits
  EXPECT_TRUE(node.lines("exchange.stream.ended").empty());
  tell(1, kBytesEach);
  EXPECT_EQ(node.lines("exchange.stream.ended").size(), 1u);
  EXPECT_TRUE(is_connected()) << "only the stream is at an end";
}

TEST_F(AStranger, ThatDoesNotEndAStreamThatItGaveUpLosesItAfterFiveSeconds) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream former = open_exchange();
  introduce(former);
  libp2p::Stream stream = open_exchange();
  introduce(stream);
  EXPECT_EQ(node.level(observe::kStreams, {"inbound"}), 2);
  world.run_for(kStreamEnd - 1s);
  EXPECT_EQ(node.level(observe::kStreams, {"inbound"}), 2);
  world.run_for(2s);
  EXPECT_EQ(node.level(observe::kStreams, {"inbound"}), 1);
  EXPECT_TRUE(is_connected());
}

TEST_F(AStranger, ThatSendsForgedRecordsIsKeptOutForAWhile) {
  ASSERT_NO_FATAL_FAILURE(node.start());
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  libp2p::Stream stream = open_exchange();
  exchange::Session session = introduce(stream);
  base::Bytes out;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(session.send(out, {.body = exchange::Update{base::Bytes(64, 0xff)}}));
  ASSERT_TRUE(world.run(stream.write(out), 1s));
  EXPECT_TRUE(world.run_until([&] { return stranger.connections().empty(); }, 5s));
  EXPECT_THAT(node.messages(), Contains("Peer is disconnected for a while"));

  const auto again = world.run(stranger.dial(node.id(), {address_of(1)}), 10s);
  world.run_for(1s);
  EXPECT_TRUE(again);
  EXPECT_FALSE(is_connected());
  EXPECT_FALSE(node.lines("peer.inbound.failed").empty());
  world.run_for(11min);
  ASSERT_NO_FATAL_FAILURE(dial_the_node());
  world.run_for(1s);
  EXPECT_TRUE(is_connected()) << "not for ever";
}

const libp2p::io::Endpoint kPort{.ip = {10, 0, 0, 1}, .port = 9000, .zone = {}};

TEST(ATakenPort, IsWaitedForAtTheStart) {
  Surroundings around{1};
  WholeNode node{around, 1};
  auto other = node.network().listen(kPort);
  ASSERT_TRUE(other);
  libp2p::io::Timer release{around.world.timers(), [&other] { other->reset(); }};
  release.arm(around.world.now() + 2s);
  ASSERT_NO_FATAL_FAILURE(node.start());
  EXPECT_THAT(node.messages(), Contains("Address is busy, trying again"));
  EXPECT_THAT(node.messages(), Contains("Node started successfully"));
  ASSERT_NO_FATAL_FAILURE(node.stop());
  EXPECT_TRUE(around.world.at_rest());
  node.destroy();
}

TEST(ATakenPort, EndsTheStartAfterHalfAMinute) {
  Surroundings around{1};
  WholeNode node{around, 1};
  auto other = node.network().listen(kPort);
  ASSERT_TRUE(other);
  const base::TimePoint before = around.world.now();
  std::optional<StartFailure> failure;
  ASSERT_NO_FATAL_FAILURE(node.try_to_start(failure));
  EXPECT_EQ(around.world.now() - before, 30s);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->address, address_of(1));
  EXPECT_THAT(node.messages(), Contains("Cannot listen: free the address, or change network.addresses"));
  EXPECT_THAT(node.messages(), Not(Contains("Node started successfully")));
  other->reset();
  ASSERT_NO_FATAL_FAILURE(node.stop());
  EXPECT_TRUE(around.world.at_rest());
  node.destroy();
}

}  // namespace
}  // namespace node::testing
