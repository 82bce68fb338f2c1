// One exchange stream whose messages are handled late, or never. Kind: simulation; no thread, no socket, no real
// time. The peer is a plain libp2p host.
#include <gtest/gtest.h>

#include "libp2p/host.hpp"
#include "node/exchange_channel.hpp"
#include "node/limits.hpp"
#include "whole_node.hpp"

namespace node::testing {
namespace {

namespace asio = boost::asio;

class ExchangeChannelTest : public ::testing::Test, protected Surroundings {
 protected:
  ExchangeChannelTest() : Surroundings{1} {}

  void SetUp() override {
    host.set_handler(std::string{exchange::kProtocol}, [this](libp2p::Stream arrived) -> asio::awaitable<void> {
      channel = std::make_shared<ExchangeChannel>(
          std::move(arrived), exchange::Side::listener,
          ExchangeChannel::Surroundings{.clock = world.clock(), .timers = world.timers(), .tasks = tasks},
          hooks());
      auto running = channel->run();
      co_await std::move(running);
    });
    ASSERT_TRUE(host.listen(address_of(1)));
    const auto dialled = world.run(peer.dial(host.id(), {address_of(1)}), 10s);
    ASSERT_TRUE(dialled && dialled->connection);
    auto opened = world.run(peer.open_stream(host.id(), {std::string{exchange::kProtocol}}), 5s);
    ASSERT_TRUE(opened && *opened);
    stream.emplace(std::move(**opened));
    introduce();
  }
  void TearDown() override {
    stream.reset();
    channel.reset();
    ASSERT_TRUE(world.run(host.stop(), 3s));
    ASSERT_TRUE(world.run(peer.stop(), 3s));
    tasks.cancel_all();
    ASSERT_TRUE(world.run(tasks.join(), 3s));
    world.run_for(1s);
    EXPECT_TRUE(world.at_rest());
  }

  ExchangeChannel::Hooks hooks() {
    return {.received = [this](const exchange::Message&, std::size_t bytes) { received += bytes, ++messages; },
            .sent = [](const exchange::Message&, std::size_t) {},
            .after_handling = [this](std::function<void()> then) { waiting = std::move(then); },
            .closed = [this](base::ErrorCode error) { endings.push_back(error); }};
  }
  /// Both hellos are through.
  void introduce() {
    ASSERT_TRUE(session.send(said, {.body = exchange::Hello{}}));
    ASSERT_TRUE(world.run(stream->write(said), 1s));
    ASSERT_TRUE(world.run_until([this] { return messages == 1; }, 1s));
    channel->send({.body = exchange::Hello{}});
    std::array<std::uint8_t, 4096> chunk{};
    const auto got = world.run(stream->read(chunk), 5s);
    ASSERT_TRUE(got && *got);
    base::ByteSpan in = base::ByteSpan{chunk}.first(**got);
    ASSERT_TRUE(session.next(in));
    received = messages = 0;
  }
  /// The peer says more than is taken, and so its write does not end.
  void flood() {
    said.clear();
    for (std::size_t i = 0; i < kFlood; ++i) {
      ASSERT_TRUE(session.send(said, {.body = exchange::Update{base::Bytes(1024, 0xff)}}));
    }
    EXPECT_FALSE(world.run(stream->write(said), 1s));
    EXPECT_TRUE(waiting);
  }

  static constexpr std::size_t kFlood = 4096;
  sim::Node here{world, internet, resolver, {"10.0.0.1"}};
  sim::Node there{world, internet, resolver, {"10.0.0.2"}};
  libp2p::Host host{here.environment(), {.identity = identity_of(1)}};
  libp2p::Host peer{there.environment(), {.identity = identity_of(2)}};
  libp2p::TaskGroup tasks{world.executor()};
  std::shared_ptr<ExchangeChannel> channel;
  exchange::Session session{exchange::Side::dialer, world.now()};
  std::optional<libp2p::Stream> stream;
  base::Bytes said;
  std::size_t received = 0, messages = 0;
  std::function<void()> waiting;  ///< To be called when all is handled.
  std::vector<base::ErrorCode> endings;
};

TEST_F(ExchangeChannelTest, ReadsNoFurtherThanTheCoreHandles) {
  flood();
  EXPECT_LE(received, kMaxBytesAhead);
  std::size_t before = 0;
  while (waiting) {
    EXPECT_GT(messages, before) << "it went on";
    before = messages;
    std::exchange(waiting, nullptr)();
    world.run_for(1s);
    EXPECT_LE(messages - before, kMaxBytesAhead / 1024);
  }
  EXPECT_EQ(messages, kFlood);
  EXPECT_TRUE(endings.empty());
}

TEST_F(ExchangeChannelTest, AStopDoesNotWaitForTheCore) {
  flood();
  ASSERT_TRUE(world.run(host.stop(), 3s));
  EXPECT_EQ(endings.size(), 1U);
  channel.reset();
  waiting();  // the core comes to it after all
  world.settle();
  EXPECT_EQ(endings.size(), 1U);
}

}  // namespace
}  // namespace node::testing
