// Dials on loopback: what the kernel is asked to watch of a connection that came up.
#include "libp2p/io/asio/asio_network.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "unit/libp2p/io/tcp_support.hpp"

namespace libp2p::io {
namespace {

using testing::TcpSocket;

/// The events of each descriptor that an epoll instance of this process watches, as the kernel tells them.
std::vector<std::uint32_t> watched_events() {
  std::vector<std::uint32_t> found;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fdinfo"}) {
    std::ifstream info{entry.path()};
    for (std::string line; std::getline(info, line);) {
      if (!line.starts_with("tfd:")) continue;
      std::uint32_t events = 0;
      std::istringstream{line.substr(line.find("events:") + 7)} >> std::hex >> events;
      found.push_back(events);
    }
  }
  return found;
}

TEST(AsioNetwork, LetsTheKernelWatchADialledConnectionForBytesOnly) {
  boost::asio::io_context context{1};
  AsioNetwork network{context.get_executor(), TcpOptions{}};
  const TcpSocket listener = TcpSocket::listening(*to_endpoint("127.0.0.1", 0));
  const std::size_t before = watched_events().size();
  std::unique_ptr<Socket> dialled;
  const auto operation = network.connect(listener.local(), [&](base::Result<std::unique_ptr<Socket>> socket) {
    ASSERT_TRUE(socket) << socket.error().message();
    dialled = std::move(*socket);
  });
  while (dialled == nullptr) ASSERT_GT(context.run_one_for(std::chrono::seconds{10}), 0u);

  bool called = false;
  dialled->wait_readable([&called] { called = true; });
  const std::vector<std::uint32_t> watched = watched_events();
  EXPECT_GT(watched.size(), before);
  for (const std::uint32_t events : watched) EXPECT_EQ(events & EPOLLOUT, 0u);
  context.poll();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace libp2p::io
