// The service manager hears of each step, over a socket of ours.
#include "service/manager.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "base/descriptor.hpp"
#include "base/system.hpp"

namespace service {
namespace {

using testing::MatchesRegex;
using testing::StartsWith;

class ServiceManager : public testing::Test {
 protected:
  ServiceManager() {
    std::filesystem::remove(path_);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path_, std::begin(address.sun_path));
    EXPECT_EQ(::bind(receiver_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~ServiceManager() override { std::filesystem::remove(path_); }

  std::string heard() {
    char buffer[512];
    const ssize_t got = ::recv(receiver_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    return got < 0 ? "" : std::string(buffer, static_cast<std::size_t>(got));
  }
  Manager make(const Manager::Environment& environment) {
    return {loop_.get_executor(), clock_, environment,
            [this](const base::ErrorCode& error) { trouble_.push_back(error); }};
  }

  const std::string path_ = testing::TempDir() + "bf-manager-" + std::to_string(::getpid());
  base::Descriptor receiver_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  boost::asio::io_context loop_;
  base::SystemClock clock_;
  std::vector<base::ErrorCode> trouble_;
};

TEST_F(ServiceManager, HearsOfEachStepOfALife) {
  Manager manager = make({.notify_socket = path_});
  manager.status("binding");
  EXPECT_EQ(heard(), "STATUS=binding\n");
  manager.up("3 peers");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=3 peers\n");
  manager.reloading();
  EXPECT_THAT(heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\n"));
  manager.reloaded("as before");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=as before\n");
  manager.stopping();
  EXPECT_EQ(heard(), "STOPPING=1\n");
  EXPECT_TRUE(trouble_.empty());
}

TEST_F(ServiceManager, HearsThatTheLoopTurns) {
  Manager manager = make({.notify_socket = path_, .watchdog_usec = "2000"});
  manager.up("up");
  EXPECT_THAT(heard(), StartsWith("READY=1\n"));
  EXPECT_EQ(heard(), "WATCHDOG=1\n");
  EXPECT_EQ(heard(), "") << "only the loop says so again";
  loop_.run_one();
  EXPECT_EQ(heard(), "WATCHDOG=1\n");
}

TEST_F(ServiceManager, WhereThereIsNoneNothingHappens) {
  Manager manager = make({});
  manager.up("up");
  manager.reloading();
  EXPECT_EQ(heard(), "");
  EXPECT_EQ(loop_.poll(), 0U) << "no watchdog, no timer";
  EXPECT_TRUE(trouble_.empty());
}

TEST_F(ServiceManager, OneThatIsGoneIsTroubleOnceAndNoMore) {
  Manager manager = make({.notify_socket = path_ + "-gone"});
  manager.up("up");
  manager.reloading();
  EXPECT_EQ(trouble_.size(), 1U);
}

TEST_F(ServiceManager, ABadAddressIsTrouble) {
  Manager manager = make({.notify_socket = "relative"});
  EXPECT_EQ(trouble_.size(), 1U);
  manager.up("up");
  EXPECT_EQ(trouble_.size(), 1U);
}

}  // namespace
}  // namespace service
