#include "control_socket/place.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

#include "unit/apps/control_socket/support.hpp"

namespace control_socket {
namespace {

namespace fs = std::filesystem;

class PlaceTest : public InFolder {};

bool connects(const std::string& path) {
  const base::Result<Address> address = Address::of(path);
  const base::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  return ::connect(socket.get(), address->get(), address->size()) == 0;
}

TEST_F(PlaceTest, IsForTheOwnerOnlyWhateverTheUmask) {
  const mode_t before = ::umask(0);
  const base::Result<Place> place = Place::take(path());
  ::umask(before);
  ASSERT_TRUE(place);
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_TRUE(connects(path()));
}

TEST_F(PlaceTest, IsLeftClean) {
  ASSERT_TRUE(Place::take(path()));
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(PlaceTest, TheSocketOfACrashedNodeIsReplaced) {
  {
    const base::Result<Address> address = Address::of(path());
    const base::Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::bind(socket.get(), address->get(), address->size()), 0);
  }
  ASSERT_TRUE(fs::exists(path())) << "closing does not remove it";
  const base::Result<Place> place = Place::take(path());
  ASSERT_TRUE(place) << place.error().message();
  EXPECT_TRUE(connects(path()));
}

TEST_F(PlaceTest, ALivingNodeKeepsItsSocket) {
  const base::Result<Place> first = Place::take(path());
  ASSERT_TRUE(first);
  const base::Result<Place> second = Place::take(path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), make_error_code(SocketErrc::in_use));
  EXPECT_TRUE(connects(path()));
}

TEST_F(PlaceTest, AnotherFileOfThatNameIsLeftAlone) {
  std::ofstream{path()} << "mine";
  const base::Result<Place> place = Place::take(path());
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error(), make_error_code(SocketErrc::not_a_socket));
  EXPECT_EQ(fs::file_size(path()), 4U);
}

TEST_F(PlaceTest, WhatStandsThereByThenIsNotRemoved) {
  {
    const base::Result<Place> place = Place::take(path());
    ASSERT_TRUE(place);
    fs::remove(path());
    std::ofstream{path()} << "another's";
  }
  EXPECT_TRUE(fs::exists(path()));
}

TEST_F(PlaceTest, APathLongerThanAnAddressWorksAllTheSame) {
  const std::string deep = folder_ / std::string(120, 'd');
  fs::create_directory(deep);
  {
    const base::Result<Place> place = Place::take(deep + "/control.sock");
    ASSERT_TRUE(place) << place.error().message();
    EXPECT_TRUE(fs::is_socket(deep + "/control.sock"));
    EXPECT_TRUE(connects(deep + "/control.sock"));
    EXPECT_EQ(Place::take(deep + "/control.sock").error(), make_error_code(SocketErrc::in_use));
  }
  EXPECT_FALSE(fs::exists(deep + "/control.sock"));
}

TEST_F(PlaceTest, ADirectoryThatIsNotThereIsAnError) {
  EXPECT_EQ(Place::take(folder_ / "no/control.sock").error().value(), ENOENT);
  EXPECT_EQ(Place::take(folder_ / std::string(120, 's')).error().value(), ENAMETOOLONG);
}

TEST(SocketPath, IsBesideTheConfiguration) {
  EXPECT_EQ(socket_path("conf.yaml"), "./control.sock");
  EXPECT_EQ(socket_path("/etc/node/conf.yaml"), "/etc/node/control.sock");
}

}  // namespace
}  // namespace control_socket
