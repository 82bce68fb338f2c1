// Real folders: what editors do to a file shows up as what it is.
#include "base/inotify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "support/temporary_folder.hpp"

namespace base {
namespace {

namespace fs = std::filesystem;
using Kind = FolderEvent::Kind;
using testing::Contains;
using testing::Field;
using testing::IsEmpty;
using testing::Not;

class InotifyTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::create_directory(folder_ / "watched"));
    path_ = folder_ / "watched" / "peers.yaml";
    std::ofstream{path_} << "old\n";
    const std::array folders{(folder_ / "watched").string()};
    auto watch = Inotify{}.watch(folders);
    ASSERT_TRUE(watch) << watch.error().message();
    watch_ = std::move(*watch);
  }

  bool is_readable() const {
    pollfd ready{.fd = watch_->descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 0) == 1;
  }
  static auto event(Kind kind, const std::string& name) {
    return testing::AllOf(Field(&FolderEvent::kind, kind), Field(&FolderEvent::name, name));
  }

  support::TemporaryFolder temporary_;
  const fs::path folder_{temporary_.path()};
  fs::path path_;
  std::unique_ptr<FolderWatch> watch_;
};

TEST_F(InotifyTest, SaysNothingWhileNothingHappens) {
  EXPECT_FALSE(is_readable());
  EXPECT_THAT(watch_->take(), IsEmpty());
}

TEST_F(InotifyTest, AFileThatIsOpenForWritingIsNotFinished) {
  std::ofstream file{path_};
  file << "half" << std::flush;
  EXPECT_TRUE(is_readable());
  const auto half = watch_->take();
  EXPECT_THAT(half, Contains(event(Kind::written, "peers.yaml")));
  EXPECT_THAT(half, Not(Contains(event(Kind::finished, "peers.yaml"))));
  file.close();
  EXPECT_THAT(watch_->take(), Contains(event(Kind::finished, "peers.yaml")));
}

TEST_F(InotifyTest, AnotherFileInItsPlaceIsAFinishedEdit) {
  std::ofstream{folder_ / "watched" / ".peers.yaml.swp"} << "new\n";
  watch_->take();
  fs::rename(folder_ / "watched" / ".peers.yaml.swp", path_);
  EXPECT_THAT(watch_->take(), Contains(event(Kind::finished, "peers.yaml")));
}

TEST_F(InotifyTest, AFileThatGoesIsNamed) {
  fs::remove(path_);
  EXPECT_THAT(watch_->take(), Contains(event(Kind::finished, "peers.yaml")));
}

TEST_F(InotifyTest, ALinkThatIsReplacedIsNamed) {
  fs::create_symlink("peers.yaml", folder_ / "watched" / "link");
  EXPECT_THAT(watch_->take(), Contains(event(Kind::finished, "link")));
}

TEST_F(InotifyTest, AFolderThatIsMovedAwayIsLost) {
  fs::rename(folder_ / "watched", folder_ / "moved");
  EXPECT_THAT(watch_->take(), Contains(Field(&FolderEvent::kind, Kind::lost)));
}

TEST_F(InotifyTest, AFolderInAnotherThatIsMovedAwayIsLost) {
  fs::create_directories(folder_ / "outer" / "middle" / "inner");
  for (const char* moved : {"outer/middle", "outer"}) {
    const std::array folders{(folder_ / "outer" / "middle" / "inner").string()};
    const auto watch = Inotify{}.watch(folders);
    ASSERT_TRUE(watch) << watch.error().message();
    EXPECT_THAT((*watch)->take(), IsEmpty());
    fs::rename(folder_ / moved, folder_ / "away");
    EXPECT_THAT((*watch)->take(), Contains(Field(&FolderEvent::kind, Kind::lost))) << moved;
    fs::rename(folder_ / "away", folder_ / moved);
  }
}

TEST_F(InotifyTest, AFolderAroundAnotherOneIsWatchedInItsOwnRight) {
  fs::create_directory(folder_ / "watched" / "inner");
  for (const bool inner_first : {true, false}) {
    std::array folders{(folder_ / "watched" / "inner").string(), (folder_ / "watched").string()};
    if (!inner_first) std::swap(folders[0], folders[1]);
    const auto watch = Inotify{}.watch(folders);
    ASSERT_TRUE(watch) << watch.error().message();
    std::ofstream{path_} << "new\n";
    EXPECT_THAT((*watch)->take(), Contains(event(Kind::finished, "peers.yaml"))) << inner_first;
  }
}

TEST_F(InotifyTest, AFolderThatIsRemovedIsLost) {
  fs::remove_all(folder_ / "watched");
  EXPECT_THAT(watch_->take(), Contains(Field(&FolderEvent::kind, Kind::lost)));
}

TEST_F(InotifyTest, AFolderThatIsNotThereIsAnError) {
  const std::array folders{(folder_ / "nowhere").string()};
  EXPECT_FALSE(Inotify{}.watch(folders));
}

}  // namespace
}  // namespace base
