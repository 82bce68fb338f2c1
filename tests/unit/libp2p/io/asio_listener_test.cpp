// Listeners on real sockets that come, go and hand their port over.
#include "libp2p/io/asio/asio_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/errc.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "libp2p/io/asio/asio_network.hpp"
#include "unit/libp2p/io/tcp_support.hpp"

namespace libp2p::io {
namespace {

namespace errc = boost::system::errc;
using testing::TcpSocket;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLinger{100};
constexpr std::chrono::seconds kPatience{10};

int handle_of(const Listener& listener) { return static_cast<const AsioListener&>(listener).native_handle(); }

class AsioListenerTest : public ::testing::Test {
 protected:
  struct Served {
    std::unique_ptr<Listener> listener;
    std::vector<std::unique_ptr<Socket>> accepted{};
    bool retired = false;
  };

  std::unique_ptr<Served> listen(const char* ip, std::uint16_t port, std::vector<Listener*> beside = {}) {
    base::Result<std::unique_ptr<Listener>> listener = network.listen(*to_endpoint(ip, port), beside);
    error = listener ? base::ErrorCode{} : listener.error();
    return std::make_unique<Served>(Served{.listener = listener ? std::move(*listener) : nullptr});
  }
  void start(Served& served) {
    served.listener->start([this] { return context.get_executor(); },
                           [&served](base::Result<std::unique_ptr<Socket>> socket) {
                             if (socket) served.accepted.push_back(std::move(*socket));
                           });
  }
  static void retire(Served& served, base::Duration linger = kLinger) {
    served.listener->retire(linger, [&served] {
      served.retired = true;
      served.listener.reset();
    });
  }
  template <class Condition>
  ::testing::AssertionResult run_until(Condition condition) {
    context.restart();
    while (!condition()) {
      if (context.run_one_for(kPatience) == 0) return ::testing::AssertionFailure() << "nothing happens any more";
    }
    return ::testing::AssertionSuccess();
  }
  static Endpoint at(const char* ip, const Served& other) {
    return *to_endpoint(ip, other.listener->local().port);
  }

  boost::asio::io_context context{1};
  AsioNetwork network{context.get_executor(), TcpOptions{}};
  base::ErrorCode error;
};

TEST_F(AsioListenerTest, AnOverlapIsRefusedUnlessTheOtherGoes) {
  const auto going = listen("0.0.0.0", 0);
  const std::uint16_t port = going->listener->local().port;
  listen("127.0.0.1", port);
  EXPECT_EQ(error, errc::address_in_use);
  const auto coming = listen("127.0.0.1", port, {going->listener.get()});
  EXPECT_FALSE(error) << error.message();
  for (const auto* one : {&going, &coming}) {
    EXPECT_EQ(TcpSocket::get(handle_of(*(*one)->listener), SOL_SOCKET, SO_REUSEPORT), 0);
  }
  listen("127.0.0.1", port);
  EXPECT_EQ(error, errc::address_in_use) << "a third one";
}

TEST_F(AsioListenerTest, WildcardsOfBothFamiliesShareAPortAndEachServesItsOwn) {
  if (testing::lacks("::1")) GTEST_SKIP() << "this host has no ::1";
  const auto four = listen("0.0.0.0", 0);
  const auto six = listen("::", four->listener->local().port);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(TcpSocket::get(handle_of(*six->listener), IPPROTO_IPV6, IPV6_V6ONLY), 1);
  start(*four);
  start(*six);
  const TcpSocket by_four = TcpSocket::connected(at("127.0.0.1", *four));
  const TcpSocket by_six = TcpSocket::connected(at("::1", *six));
  ASSERT_TRUE(run_until([&] { return four->accepted.size() + six->accepted.size() == 2; }));
  ASSERT_EQ(four->accepted.size(), 1u);
  EXPECT_EQ(four->accepted.front()->remote(), by_four.local());
  ASSERT_EQ(six->accepted.size(), 1u);
  EXPECT_EQ(six->accepted.front()->remote(), by_six.local());
  EXPECT_EQ(six->accepted.front()->local(), at("::1", *six));
}

TEST_F(AsioListenerTest, APortOfAnotherProgramIsRefusedAlthoughOneOfOursGoes) {
  const auto going = listen("127.0.0.1", 0);
  const std::uint16_t port = going->listener->local().port;
  const TcpSocket foreign = TcpSocket::listening(*to_endpoint("127.0.0.2", port));
  ASSERT_EQ(foreign.failure(), 0);
  listen("0.0.0.0", port, {going->listener.get()});
  EXPECT_EQ(error, errc::address_in_use);
  EXPECT_EQ(TcpSocket::get(handle_of(*going->listener), SOL_SOCKET, SO_REUSEPORT), 0);
  EXPECT_EQ(TcpSocket::connected(going->listener->local()).failure(), 0) << "the old one goes on";
}

TEST_F(AsioListenerTest, WhatWaitsBeforeTheStartIsServed) {
  const auto served = listen("127.0.0.1", 0);
  const TcpSocket client = TcpSocket::connected(served->listener->local());
  start(*served);
  EXPECT_TRUE(run_until([&] { return served->accepted.size() == 1; }));
}

struct Way {
  const char* name;
  const char* from;
  const char* to;
  const char* target;  ///< What both of them serve.
};

class HandOverOfListeners : public AsioListenerTest, public ::testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    if (testing::lacks(GetParam().target)) GTEST_SKIP() << "this host has no " << GetParam().target;
  }
};

TEST_P(HandOverOfListeners, ServesWhoCameBeforeAndWhoComesAfter) {
  const auto going = listen(GetParam().from, 0);
  const Endpoint target = at(GetParam().target, *going);
  start(*going);
  const TcpSocket before = TcpSocket::connected(target);  // not accepted yet: the context does not run
  const auto coming = listen(GetParam().to, target.port, {going->listener.get()});
  ASSERT_FALSE(error) << error.message();
  start(*coming);
  retire(*going);
  const TcpSocket after = TcpSocket::connected(target);
  ASSERT_EQ(after.failure(), 0);
  EXPECT_TRUE(run_until([&] { return going->retired && going->accepted.size() + coming->accepted.size() == 2; }));
  EXPECT_GE(going->accepted.size(), 1u);
  const TcpSocket later = TcpSocket::connected(target);
  const std::size_t sofar = coming->accepted.size();
  EXPECT_TRUE(run_until([&] { return coming->accepted.size() == sofar + 1; }));
}

TEST_P(HandOverOfListeners, AnAbortedOneLeavesTheOtherAsItWas) {
  const auto staying = listen(GetParam().from, 0);
  const Endpoint target = at(GetParam().target, *staying);
  start(*staying);
  const auto aborted = listen(GetParam().to, target.port, {staying->listener.get()});
  ASSERT_FALSE(error) << error.message();
  const TcpSocket meanwhile = TcpSocket::connected(target);
  start(*aborted);
  retire(*aborted);
  EXPECT_TRUE(run_until([&] { return aborted->retired; }));
  EXPECT_TRUE(run_until([&] { return aborted->accepted.size() + staying->accepted.size() == 1; }));
  const TcpSocket after = TcpSocket::connected(target);
  const std::size_t sofar = staying->accepted.size();
  EXPECT_TRUE(run_until([&] { return staying->accepted.size() == sofar + 1; }));
}

INSTANTIATE_TEST_SUITE_P(AsioListener, HandOverOfListeners,
                         ::testing::Values(Way{"WildcardToAddress", "0.0.0.0", "127.0.0.1", "127.0.0.1"},
                                           Way{"AddressToWildcard", "127.0.0.1", "0.0.0.0", "127.0.0.1"},
                                           Way{"WildcardToAddressOfIp6", "::", "::1", "::1"},
                                           Way{"AddressToWildcardOfIp6", "::1", "::", "::1"}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(AsioListenerTest, ARetiringOneServesWhatBecomesWholeInTime) {
  const auto going = listen("127.0.0.1", 0);
  const int deferring = 10;  // the kernel does not look at the last segment of a handshake without data
  ::setsockopt(handle_of(*going->listener), IPPROTO_TCP, TCP_DEFER_ACCEPT, &deferring, sizeof deferring);
  start(*going);
  TcpSocket half_open = TcpSocket::connected(going->listener->local());
  retire(*going, kPatience);
  ASSERT_TRUE(half_open.send('x'));
  EXPECT_TRUE(run_until([&] { return going->accepted.size() == 1; }));
  EXPECT_FALSE(going->retired);
}

TEST_F(AsioListenerTest, ARetiredOneHasServedAllThatWaited) {
  const auto going = listen("127.0.0.1", 0);
  start(*going);
  constexpr std::size_t kClients = 50;
  std::vector<TcpSocket> clients;
  clients.reserve(kClients);
  while (clients.size() < kClients) clients.push_back(TcpSocket::connected(going->listener->local()));
  retire(*going, 0ms);
  EXPECT_TRUE(run_until([&] { return going->retired; }));
  EXPECT_EQ(going->accepted.size(), kClients);
}

TEST_F(AsioListenerTest, ARetiredOneFreesItsPort) {
  const auto going = listen("127.0.0.1", 0);
  const std::uint16_t port = going->listener->local().port;
  start(*going);
  retire(*going);
  EXPECT_TRUE(run_until([&] { return going->retired; }));
  const auto next = listen("127.0.0.1", port);
  EXPECT_FALSE(error) << error.message();
}

TEST_F(AsioListenerTest, ARetiringOneRefusesWhereNobodyElseListens) {
  const auto going = listen("127.0.0.1", 0);
  const Endpoint target = going->listener->local();
  start(*going);
  retire(*going);
  EXPECT_TRUE(run_until([&] { return going->retired; }));
  EXPECT_EQ(TcpSocket::connected(target).failure(), ECONNREFUSED);
}

TEST_F(AsioListenerTest, OneThatIsClosedWhileItRetiresSaysNothingMore) {
  const auto going = listen("127.0.0.1", 0);
  start(*going);
  retire(*going, 0ms);
  going->listener->close();
  context.restart();
  context.run();  // comes to its end: no wait is left
  EXPECT_FALSE(going->retired);
}

TEST_F(AsioListenerTest, AConnectionOutlivesTheListenerThatItCameThrough) {
  const auto going = listen("127.0.0.1", 0);
  start(*going);
  TcpSocket client = TcpSocket::connected(going->listener->local());
  ASSERT_TRUE(run_until([&] { return going->accepted.size() == 1; }));
  retire(*going);
  ASSERT_TRUE(run_until([&] { return going->retired; }));
  const std::uint8_t byte = 'y';
  ASSERT_TRUE(going->accepted.front()->try_write(base::ByteSpan{&byte, 1}));
  EXPECT_EQ(client.receive(), 'y');
}

}  // namespace
}  // namespace libp2p::io
