// The notification socket, against one of ours: by path and by abstract name.
#include "service/socket.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "support/temporary_folder.hpp"

namespace service {
namespace {

base::ErrorCode system_error(int number) { return {number, boost::system::system_category()}; }

/// What systemd does: a datagram socket that is read without waiting.
class Manager {
 public:
  explicit Manager(const std::string& path) : descriptor_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, std::begin(address.sun_path));
    if (path[0] == '@') address.sun_path[0] = '\0';
    const std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + (path[0] == '@' ? 0 : 1);
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(size)), 0);
  }
  ~Manager() { ::close(descriptor_); }

  /// The next message; empty if there is none.
  std::string next() const {
    std::array<char, 256> room{};
    const ssize_t got = ::recv(descriptor_, room.data(), room.size(), 0);
    return got > 0 ? std::string{room.data(), static_cast<std::size_t>(got)} : std::string{};
  }

 private:
  int descriptor_;
};

class ServiceSocket : public ::testing::Test {
 protected:
  support::TemporaryFolder folder_;
};

TEST_F(ServiceSocket, SendsEachMessageWholeToAPath) {
  const Manager manager{folder_ / "notify"};
  auto socket = Socket::open(folder_ / "notify");
  ASSERT_TRUE(socket);
  ASSERT_TRUE(socket->send("READY=1\nSTATUS=up\n"));
  ASSERT_TRUE(socket->send(""));
  ASSERT_TRUE(socket->send("STOPPING=1\n"));
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=up\n");
  EXPECT_EQ(manager.next(), "STOPPING=1\n");
  EXPECT_EQ(manager.next(), "");
}

TEST_F(ServiceSocket, SendsToAnAbstractName) {
  const std::string name = "@" + folder_.path().substr(1);
  const Manager manager{name};
  auto socket = Socket::open(name);
  ASSERT_TRUE(socket);
  ASSERT_TRUE(socket->send("READY=1\n"));
  EXPECT_EQ(manager.next(), "READY=1\n");
}

TEST_F(ServiceSocket, AManagerThatDoesNotListenIsAnErrorAndNoMore) {
  auto socket = Socket::open(folder_ / "nobody");
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->send("READY=1\n").error(), system_error(ENOENT));
  const Manager manager{folder_ / "nobody"};
  EXPECT_TRUE(socket->send("READY=1\n")) << "it may come back";
  EXPECT_EQ(manager.next(), "READY=1\n");
}

TEST_F(ServiceSocket, NeverWaitsForAFullQueue) {
  const Manager manager{folder_ / "notify"};
  auto socket = Socket::open(folder_ / "notify");
  ASSERT_TRUE(socket);
  base::Result<void> sent = base::ok();
  for (int i = 0; i < 100'000 && sent; ++i) sent = socket->send("WATCHDOG=1\n");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), system_error(EAGAIN));
}

TEST(ServiceSocketPath, MustBeOne) {
  for (const char* path : {"", "/", "@", "relative", "vsock:2:1"}) {
    EXPECT_EQ(Socket::open(path).error(), system_error(EINVAL)) << path;
  }
  EXPECT_EQ(Socket::open("/" + std::string(200, 'x')).error(), system_error(ENAMETOOLONG));
}

}  // namespace
}  // namespace service
