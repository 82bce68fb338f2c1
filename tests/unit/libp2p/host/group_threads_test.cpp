// Two groups of hosts on real threads and sockets: for the thread sanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>

#include "libp2p/host_group.hpp"

namespace libp2p {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLoops = 3;
constexpr std::size_t kDialers = 12;
constexpr const char* kEcho = "/echo/1.0.0";
constexpr std::chrono::seconds kPatience{60};

Identity identity_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return Identity::from_seed(bytes);
}

asio::awaitable<void> echo(Stream stream) {
  std::array<std::uint8_t, 1024> chunk{};
  for (;;) {
    const base::Result<std::size_t> got = co_await stream.read(chunk);
    if (!got || *got == 0) break;
    const base::Result<void> sent = co_await stream.write(base::ByteSpan{chunk}.first(*got));
    if (!sent) co_return;
  }
  static_cast<void>(co_await stream.close_write());
}

/// A group with a thread for each of its loops, and one more executor to wait on.
class ThreadedGroup {
 public:
  explicit ThreadedGroup(std::uint8_t seed, std::size_t loops) : contexts_(loops) {
    std::vector<asio::io_context*> all;
    for (auto& context : contexts_) {
      context = std::make_unique<asio::io_context>(1);
      guards_.emplace_back(context->get_executor());
      all.push_back(context.get());
    }
    group = std::make_unique<HostGroup>(all, HostOptions{.identity = identity_of(seed)});
    for (std::size_t i = 0; i < loops; ++i) {
      group->host(i).set_handler(kEcho, echo);
      subscriptions_.push_back(group->host(i).subscribe([this](const HostEvent& event) {
        if (std::holds_alternative<ConnectionOpened>(event)) ++opened;
      }));
    }
    for (auto& context : contexts_) threads_.emplace_back([&context] { context->run(); });
  }

  ~ThreadedGroup() {
    asio::co_spawn(*contexts_.front(), group->stop(), asio::use_future).get();
    for (auto& context : contexts_) context->stop();
    for (std::thread& thread : threads_) thread.join();
    subscriptions_.clear();
    group.reset();  // before its loops
  }

  /// Runs `call` on the loop of `host`.
  template <class Call>
  auto on(Host& host, Call call) {
    std::packaged_task<std::invoke_result_t<Call, Host&>()> task{[&host, call] { return call(host); }};
    auto future = task.get_future();
    asio::post(host.executor(), [&task] { task(); });
    return future.get();
  }

  Multiaddr listen() {
    return on(group->first(),
              [](Host& host) { return *host.listen(*Multiaddr::from_text("/ip4/127.0.0.1/tcp/0")); });
  }

  std::unique_ptr<HostGroup> group;
  std::atomic<std::size_t> opened = 0;

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::vector<Host::Subscription> subscriptions_;
  std::vector<std::thread> threads_;
};

asio::awaitable<bool> dial_and_echo(Host& host, PeerId peer, Multiaddr addr) {
  std::vector<Multiaddr> addrs{std::move(addr)};
  auto dialing = host.dial(peer, std::move(addrs));
  const DialResult dialled = co_await std::move(dialing);
  if (!dialled.connection) co_return false;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::string> wanted{kEcho};
    auto opening = host.open_stream(peer, std::move(wanted));
    base::Result<Stream> stream = co_await std::move(opening);
    if (!stream) co_return false;
    base::Bytes words(3'000, static_cast<std::uint8_t>(round));
    const base::Result<void> sent = co_await stream->write(words);
    if (!sent) co_return false;
    base::Bytes back;
    std::array<std::uint8_t, 1024> chunk{};
    while (back.size() < words.size()) {
      const base::Result<std::size_t> got = co_await stream->read(chunk);
      if (!got || *got == 0) co_return false;
      back.insert(back.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(*got));
    }
    if (back != words) co_return false;
  }
  co_return true;
}

TEST(HostGroupThreads, ManyPeersTalkToAGroupOnSeveralThreadsAtOnce) {
  ThreadedGroup server{200, kLoops};
  const Multiaddr bound = server.listen();
  std::vector<std::unique_ptr<ThreadedGroup>> dialers;
  std::vector<std::future<bool>> results;
  for (std::size_t i = 0; i < kDialers; ++i) {
    dialers.push_back(std::make_unique<ThreadedGroup>(static_cast<std::uint8_t>(i + 1), 1));
    Host& host = dialers.back()->group->first();
    results.push_back(
        asio::co_spawn(host.executor(), dial_and_echo(host, server.group->id(), bound), asio::use_future));
  }
  for (std::future<bool>& result : results) {
    ASSERT_EQ(result.wait_for(kPatience), std::future_status::ready);
    EXPECT_TRUE(result.get());
  }
  EXPECT_EQ(server.opened, kDialers);
  const auto metrics =
      asio::co_spawn(server.group->first().executor(), server.group->metrics(), asio::use_future).get();
  EXPECT_EQ(metrics.connections_inbound, kDialers);
  EXPECT_EQ(metrics.handshakes_failed, 0u);
}

TEST(HostGroupThreads, AGroupDialsFromEachPeersOwnLoop) {
  ThreadedGroup center{200, kLoops};
  std::vector<std::unique_ptr<ThreadedGroup>> others;
  std::vector<std::future<bool>> results;
  for (std::size_t i = 0; i < kDialers; ++i) {
    others.push_back(std::make_unique<ThreadedGroup>(static_cast<std::uint8_t>(i + 1), 1));
    const Multiaddr bound = others.back()->listen();
    const PeerId peer = others.back()->group->id();
    Host& host = center.group->host_of(peer);
    results.push_back(asio::co_spawn(host.executor(), dial_and_echo(host, peer, bound), asio::use_future));
  }
  for (std::future<bool>& result : results) {
    ASSERT_EQ(result.wait_for(kPatience), std::future_status::ready);
    EXPECT_TRUE(result.get());
  }
  EXPECT_EQ(center.opened, kDialers);
}

}  // namespace
}  // namespace libp2p
