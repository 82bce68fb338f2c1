// What we rely on the kernel for when a port changes hands, one fact a test: docs/adr/0012-listeners-hand-over.md.
#include "libp2p/io/asio/listening_socket.hpp"

#include <fcntl.h>

#include <string>
#include <vector>

#include "unit/libp2p/io/tcp_support.hpp"

namespace libp2p::io {
namespace {

using testing::TcpSocket;

/// A socket that goes and one that comes, one of them for any address of the host.
struct HandOver {
  const char* name;
  const char* from;
  const char* to;
  const char* client;  ///< An address that both serve.
};

class HandOverTest : public ::testing::TestWithParam<HandOver> {
 protected:
  void SetUp() override {
    if (going.failure() != 0) GTEST_SKIP() << "this host has no such address";
    port_ = going.local().port;
  }

  Endpoint at(const char* ip) const { return *to_endpoint(ip, port_); }
  TcpSocket client() const { return TcpSocket::connected(at(GetParam().client)); }
  /// The one that comes, beside the one that goes.
  TcpSocket come() {
    TcpSocket coming{going.local().v6};
    const PortShare share{std::vector{going.fd(), coming.fd()}};
    coming.bind_and_listen(at(GetParam().to));
    return coming;
  }
  /// A connection of which the kernel has not seen the last segment: as good as half-open.
  TcpSocket half_open_client() {
    going.set(IPPROTO_TCP, TCP_DEFER_ACCEPT, 10);
    return client();
  }

  TcpSocket going = TcpSocket::listening(*to_endpoint(GetParam().from, 0));

 private:
  std::uint16_t port_ = 0;
};

TEST_P(HandOverTest, WithoutAShareTheAddressIsInUse) {
  EXPECT_EQ(TcpSocket::listening(at(GetParam().to)).failure(), EADDRINUSE);
  EXPECT_EQ(TcpSocket::listening(at(GetParam().to), /*share=*/true).failure(), EADDRINUSE);
}

TEST_P(HandOverTest, WithAShareBothListen) { EXPECT_EQ(come().failure(), 0); }

TEST_P(HandOverTest, TheShareEndsWithItsObject) {
  const TcpSocket coming = come();
  EXPECT_EQ(TcpSocket::get(going.fd(), SOL_SOCKET, SO_REUSEPORT), 0);
  EXPECT_EQ(TcpSocket::get(coming.fd(), SOL_SOCKET, SO_REUSEPORT), 0);
}

TEST_P(HandOverTest, AThirdSocketThatDoesNotShareGetsNothing) {
  const TcpSocket coming = come();
  for (const char* ip : {GetParam().from, GetParam().to}) {
    EXPECT_EQ(TcpSocket::listening(at(ip)).failure(), EADDRINUSE) << ip << " while both listen";
  }
  going.close();
  for (const char* ip : {GetParam().from, GetParam().to}) {
    EXPECT_EQ(TcpSocket::listening(at(ip)).failure(), EADDRINUSE) << ip << " when the old one is gone";
  }
}

TEST_P(HandOverTest, WhoIsDivertedKeepsWhatIsQueued) {
  TcpSocket queued = client();
  const TcpSocket coming = come();
  ASSERT_NE(divert(going.fd()), Diversion::none);
  TcpSocket accepted = going.accept();
  ASSERT_EQ(accepted.failure(), 0);
  EXPECT_TRUE(accepted.send('a'));
  EXPECT_EQ(queued.receive(), 'a');
}

TEST_P(HandOverTest, WhoIsDivertedKeepsWhatIsHalfOpen) {
  TcpSocket half_open = half_open_client();
  const TcpSocket coming = come();
  ASSERT_NE(divert(going.fd()), Diversion::none);
  ASSERT_TRUE(half_open.send('b'));
  TcpSocket accepted = going.accept();
  ASSERT_EQ(accepted.failure(), 0);
  EXPECT_EQ(accepted.receive(), 'b');
}

TEST_P(HandOverTest, AClosedOneResetsWhatIsHalfOpen) {  // which is why it lingers
  TcpSocket half_open = half_open_client();
  const TcpSocket coming = come();
  going.close();
  half_open.send('b');
  EXPECT_EQ(half_open.receive(), -1);
  EXPECT_EQ(half_open.failure(), ECONNRESET);
}

TEST_P(HandOverTest, NewConnectionsGoToTheOneThatComesAtOnce) {
  const TcpSocket coming = come();
  if (divert(going.fd()) != Diversion::hidden) GTEST_SKIP() << "SO_BINDTOIFINDEX is not permitted here";
  TcpSocket fresh = client();
  ASSERT_EQ(fresh.failure(), 0);
  TcpSocket accepted = coming.accept();
  ASSERT_EQ(accepted.failure(), 0);
  EXPECT_TRUE(accepted.send('c'));
  EXPECT_EQ(fresh.receive(), 'c');
}

TEST_P(HandOverTest, TheSecondChoiceDropsNewConnectionsAndKeepsTheOthers) {
  TcpSocket queued = client();
  TcpSocket half_open = half_open_client();
  if (!drop_new_connections(going.fd())) GTEST_SKIP() << "SO_ATTACH_FILTER is not permitted here";
  ASSERT_TRUE(half_open.send('d'));
  EXPECT_EQ(going.accept().failure(), 0);
  EXPECT_EQ(going.accept().failure(), 0);
  TcpSocket fresh{going.local().v6};
  ASSERT_NE(::fcntl(fresh.fd(), F_SETFL, O_NONBLOCK), -1);
  const auto address = to_asio(at(GetParam().client));
  EXPECT_NE(::connect(fresh.fd(), address.data(), static_cast<socklen_t>(address.size())), 0);
  EXPECT_EQ(errno, EINPROGRESS);
  EXPECT_EQ(going.accept().failure(), EAGAIN);
}

TEST_P(HandOverTest, AConnectionKeepsNothingOfADivertedSocket) {
  TcpSocket half_open = half_open_client();
  ASSERT_NE(divert(going.fd()), Diversion::none);
  half_open.send('e');
  const TcpSocket accepted = going.accept();
  ASSERT_EQ(accepted.failure(), 0);
  EXPECT_EQ(TcpSocket::get(accepted.fd(), SOL_SOCKET, SO_BINDTOIFINDEX), 0);
}

INSTANTIATE_TEST_SUITE_P(ListeningSocket, HandOverTest,
                         ::testing::Values(HandOver{"Ip4WildcardToAddress", "0.0.0.0", "127.0.0.1", "127.0.0.1"},
                                           HandOver{"Ip4AddressToWildcard", "127.0.0.1", "0.0.0.0", "127.0.0.1"},
                                           HandOver{"Ip6WildcardToAddress", "::", "::1", "::1"},
                                           HandOver{"Ip6AddressToWildcard", "::1", "::", "::1"}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace libp2p::io
