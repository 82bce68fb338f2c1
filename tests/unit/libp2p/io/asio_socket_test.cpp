// TCP sockets on loopback: readiness, and moving to another loop.
#include "libp2p/io/asio/asio_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>

#include "libp2p/io/asio/asio_network.hpp"

namespace libp2p::io {
namespace {

using std::chrono::seconds;

class AsioSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    asio::ip::tcp::acceptor acceptor{here, {asio::ip::address_v4::loopback(), 0}};
    asio::ip::tcp::socket dialled{here}, accepted{here};
    dialled.connect(acceptor.local_endpoint());
    acceptor.accept(accepted);
    ours = std::make_unique<AsioSocket>(std::move(dialled), TcpOptions{});
    theirs = std::make_unique<AsioSocket>(std::move(accepted), TcpOptions{});
  }

  asio::io_context here{1}, there{1};
  std::unique_ptr<AsioSocket> ours, theirs;
};

TEST_F(AsioSocketTest, TellsWhenThereIsSomethingToRead) {
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

TEST_F(AsioSocketTest, AWaitIsForgottenWhenTheSocketIsClosed) {
  bool called = false;
  ours->wait_readable([&] { called = true; });
  ours->close();
  here.poll();
  EXPECT_FALSE(called);
}

TEST_F(AsioSocketTest, AWaitIsForgottenWhenTheSocketMoves) {
  bool called = false;
  ours->wait_readable([&] { called = true; });
  ours->wait_writable([&] { called = true; });
  ours->move_to(there.get_executor());
  here.restart();
  here.poll();
  EXPECT_FALSE(called) << "whoever waited may be gone with the loop that it belonged to";
}

TEST_F(AsioSocketTest, WaitsOnTheLoopThatItMovedTo) {
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
