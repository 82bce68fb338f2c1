// TCP sockets on loopback, of both families: options, readiness, and moving to another loop.
#include "libp2p/io/asio/asio_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>

#include "unit/libp2p/io/tcp_support.hpp"

namespace libp2p::io {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;
using testing::TcpSocket;

struct Loopback {
  const char* name;
  const char* ip;
};

class AsioSocketTest : public ::testing::TestWithParam<Loopback> {
 protected:
  void SetUp() override {
    if (testing::lacks(GetParam().ip)) GTEST_SKIP() << "this host has no " << GetParam().ip;
    asio::ip::tcp::acceptor acceptor{here, to_asio(*to_endpoint(GetParam().ip, 0))};
    asio::ip::tcp::socket dialled{here}, accepted{here};
    dialled.connect(acceptor.local_endpoint());
    acceptor.accept(accepted);
    descriptors = {dialled.native_handle(), accepted.native_handle()};
    ours = std::make_unique<AsioSocket>(std::move(dialled), options);
    theirs = std::make_unique<AsioSocket>(std::move(accepted), options);
  }

  asio::io_context here{1}, there{1};
  const TcpOptions options{};
  std::vector<int> descriptors;
  std::unique_ptr<AsioSocket> ours, theirs;
};

INSTANTIATE_TEST_SUITE_P(AsioSocket, AsioSocketTest,
                         ::testing::Values(Loopback{"Ip4", "127.0.0.1"}, Loopback{"Ip6", "::1"}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_P(AsioSocketTest, TellsBothEndsAsTheOtherSeesThem) {
  EXPECT_EQ(ours->remote(), theirs->local());
  EXPECT_EQ(theirs->remote(), ours->local());
  EXPECT_EQ(theirs->remote().ip_text(), GetParam().ip);
}

TEST_P(AsioSocketTest, SendsSmallWritesAtOnceHoldsLittleUnsentAndGivesUpOnASilentPeer) {
  for (const int descriptor : descriptors) {
    EXPECT_EQ(TcpSocket::get(descriptor, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(TcpSocket::get(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 128 * 1024);
    EXPECT_EQ(TcpSocket::get(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT), 30'000);
  }
}

TEST_P(AsioSocketTest, TellsWhenThereIsSomethingToRead) {
  bool readable = false;
  ours->wait_readable([&] { readable = true; });
  here.poll();
  EXPECT_FALSE(readable);
  ASSERT_TRUE(theirs->try_write(base::as_bytes("x")));
  here.run_one_for(seconds{5});
  EXPECT_TRUE(readable);
  std::array<std::uint8_t, 4> into{};
  EXPECT_EQ(*ours->try_read(into), 1u);
  EXPECT_EQ(ours->try_read(into).error(), asio::error::would_block);
}

TEST_P(AsioSocketTest, AWaitIsForgottenWhenTheSocketIsClosed) {
  bool called = false;
  ours->wait_readable([&] { called = true; });
  ours->close();
  here.poll();
  EXPECT_FALSE(called);
}

TEST_P(AsioSocketTest, AWaitIsForgottenWhenTheSocketMoves) {
  bool called = false;
  ours->wait_readable([&] { called = true; });
  ours->wait_writable([&] { called = true; });
  ours->move_to(there.get_executor());
  here.restart();
  here.poll();
  EXPECT_FALSE(called) << "whoever waited may be gone with the loop that it belonged to";
}

TEST_P(AsioSocketTest, WaitsOnTheLoopThatItMovedTo) {
  ours->move_to(there.get_executor());
  bool readable = false;
  ours->wait_readable([&] { readable = true; });
  ASSERT_TRUE(theirs->try_write(base::as_bytes("x")));
  there.run_one_for(seconds{5});
  EXPECT_TRUE(readable);
  ASSERT_TRUE(ours->try_write(base::as_bytes("y")));
}

}  // namespace
}  // namespace libp2p::io
