// replace_file over a disk that fails or dies at step N, and the real file system behind the same interface.
#include "base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>

#include "base/memory_files.hpp"
#include "base/posix_files.hpp"
#include "base/seeded_rng.hpp"
#include "support/temporary_folder.hpp"

namespace base {
namespace {

constexpr std::size_t kMax = 1 << 20;
const std::string kOld(5000, 'o');
const std::string kNew(7000, 'n');

ErrorCode system_error(int number) { return {number, boost::system::system_category()}; }

std::string text_of(const Result<Bytes>& content) {
  return content ? std::string{as_text(*content)} : content.error().message();
}

std::uint64_t steps_of_one_replacement() {
  MemoryFiles disk;
  disk.put("peers.yaml", kOld);
  EXPECT_TRUE(replace_file(disk, "peers.yaml", as_bytes(kNew), 0644, 1));
  return disk.steps();
}

TEST(ReplaceFile, LeavesTheNewContentAndNothingElse) {
  MemoryFiles disk;
  disk.put("./peers.yaml", kOld);
  ASSERT_TRUE(replace_file(disk, "./peers.yaml", as_bytes(kNew), 0600, 1));
  disk.crash();
  EXPECT_EQ(disk.text("peers.yaml"), kNew);
  EXPECT_EQ(disk.stat("peers.yaml")->mode, 0600U);
  EXPECT_THAT(*disk.list("."), ::testing::ElementsAre("peers.yaml"));
}

TEST(ReplaceFile, WorksWithoutAFormerFile) {
  MemoryFiles disk;
  ASSERT_TRUE(replace_file(disk, "a", as_bytes(kNew), 0644, 1));
  disk.crash();
  EXPECT_EQ(disk.text("a"), kNew);
}

TEST(ReplaceFile, FollowsALinkInsteadOfReplacingIt) {
  MemoryFiles disk;
  ASSERT_TRUE(disk.make_directory("shared", 0755));
  disk.put("shared/peers.yaml", kOld);
  disk.put_link("peers.yaml", "shared/peers.yaml");
  ASSERT_TRUE(replace_file(disk, "peers.yaml", as_bytes(kNew), 0644, 1));
  EXPECT_EQ(disk.text("shared/peers.yaml"), kNew);
  EXPECT_EQ(*disk.resolve("peers.yaml"), "shared/peers.yaml");
}

TEST(ReplaceFile, TouchesNoFileOfAnotherWriterWithTheSameTemporaryName) {
  MemoryFiles disk;
  disk.put("a", kOld);
  disk.put("a.tmp-0000000000000001", "of another writer");
  const auto replaced = replace_file(disk, "a", as_bytes(kNew), 0644, 1);
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error(), system_error(EEXIST));
  EXPECT_EQ(disk.text("a.tmp-0000000000000001"), "of another writer");
  EXPECT_EQ(disk.text("a"), kOld);
}

TEST(ReplaceFile, AFailureOfAnyStepIsReportedAndLeavesOldOrNewContentAndNoTemporaryFile) {
  const std::uint64_t steps = steps_of_one_replacement();
  ASSERT_GE(steps, 6U);
  for (const int error : {ENOSPC, EIO, EROFS, EDQUOT, EMFILE}) {
    for (std::uint64_t step = 0; step < steps; ++step) {
      MemoryFiles disk;
      disk.put("peers.yaml", kOld);
      disk.fail_at(step, error);
      const auto replaced = replace_file(disk, "peers.yaml", as_bytes(kNew), 0644, 1);
      ASSERT_FALSE(replaced) << "step " << step;
      EXPECT_EQ(replaced.error(), system_error(error)) << "step " << step;
      EXPECT_THAT(*disk.list("."), ::testing::ElementsAre("peers.yaml")) << "step " << step;
      EXPECT_THAT(*disk.text("peers.yaml"), ::testing::AnyOf(kOld, kNew)) << "step " << step;
    }
  }
}

TEST(ReplaceFile, ACrashAtAnyStepLeavesOldOrNewContentWhole) {
  const std::uint64_t steps = steps_of_one_replacement();
  for (std::uint64_t step = 0; step <= steps; ++step) {
    for (std::uint64_t seed = 0; seed < 32; ++seed) {
      MemoryFiles disk;
      disk.put("peers.yaml", kOld);
      disk.die_at(step);
      const bool replaced{replace_file(disk, "peers.yaml", as_bytes(kNew), 0644, 1)};
      EXPECT_EQ(replaced, step == steps);
      SeededRng rng{seed};
      seed == 0 ? disk.crash() : disk.crash(rng);
      EXPECT_THAT(*disk.text("peers.yaml"), ::testing::AnyOf(kOld, kNew)) << "step " << step << " seed " << seed;
      if (replaced) EXPECT_EQ(disk.text("peers.yaml"), kNew) << "seed " << seed;
    }
  }
}

TEST(MemoryFiles, ACrashForgetsWhatWasNotSynced) {
  MemoryFiles disk;
  auto file = disk.create("log", 0644);
  ASSERT_TRUE(file);
  ASSERT_TRUE(disk.sync_directory("."));
  ASSERT_TRUE((*file)->write(as_bytes("kept")));
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE((*file)->write(as_bytes(" lost")));
  disk.crash();
  EXPECT_EQ(disk.text("log"), "kept");
  EXPECT_EQ((*file)->write(as_bytes("x")).error(), system_error(EBADF));
}

TEST(MemoryFiles, ACrashForgetsANameWhoseDirectoryWasNotSynced) {
  MemoryFiles disk;
  auto file = disk.create("new", 0644);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->sync());
  disk.crash();
  EXPECT_EQ(disk.text("new"), std::nullopt);
}

TEST(MemoryFiles, AnUnkindCrashTearsUnsyncedBytesButNeverSyncedOnes) {
  bool torn = false;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    MemoryFiles disk;
    auto file = disk.append_to("log", 0644);
    ASSERT_TRUE(file);
    ASSERT_TRUE(disk.sync_directory("."));
    ASSERT_TRUE((*file)->write(as_bytes("safe")));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE((*file)->write(as_bytes("torn")));
    SeededRng rng{seed};
    disk.crash(rng);
    const std::string left = *disk.text("log");
    EXPECT_TRUE(left.starts_with("safe")) << seed;
    torn = torn || (left.size() > 4 && left != "safetorn");
  }
  EXPECT_TRUE(torn);
}

TEST(MemoryFiles, AFullDiskRefusesChangesAndStillReads) {
  MemoryFiles disk;
  disk.put("a", "content");
  disk.fail_changes(ENOSPC);
  EXPECT_EQ(disk.create("b", 0644).error(), system_error(ENOSPC));
  EXPECT_EQ(text_of(disk.read("a", kMax)), "content");
  disk.fail_changes(0);
  EXPECT_TRUE(disk.create("b", 0644));
}

/// The same behaviour is asked of both disks, so that tests on the fake say something about the real one.
struct DiskCase {
  const char* name;
  bool real;
};

class AnyDisk : public ::testing::TestWithParam<DiskCase> {
 protected:
  void SetUp() override {
    if (!GetParam().real) {
      files_ = std::make_unique<MemoryFiles>();
      root_ = "/disk";
      ASSERT_TRUE(files_->make_directory(root_, 0755));
      return;
    }
    files_ = std::make_unique<PosixFiles>();
    root_ = folder_.emplace().path();
  }
  std::string path(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, std::string_view text) {
    auto file = files_->append_to(path(name), 0640);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write(as_bytes(text)));
    ASSERT_TRUE((*file)->sync());
  }

  std::unique_ptr<Files> files_;
  std::optional<support::TemporaryFolder> folder_;  // of the real disk
  std::string root_;
};

TEST_P(AnyDisk, ReadsBackWhatWasReplaced) {
  ASSERT_TRUE(replace_file(*files_, path("a"), as_bytes(kOld), 0600, 7));
  ASSERT_TRUE(replace_file(*files_, path("a"), as_bytes(kNew), 0600, 7));
  EXPECT_EQ(text_of(files_->read(path("a"), kMax)), kNew);
  EXPECT_EQ(files_->stat(path("a"))->mode, 0600U);
  EXPECT_EQ(files_->stat(path("a"))->size, kNew.size());
  EXPECT_THAT(*files_->list(root_), ::testing::ElementsAre("a"));
}

TEST_P(AnyDisk, ReadsUpToTheLimitAndRefusesMore) {
  write("a", "12345");
  EXPECT_EQ(text_of(files_->read(path("a"), 5)), "12345");
  EXPECT_EQ(files_->read(path("a"), 4).error(), system_error(EFBIG));
}

TEST_P(AnyDisk, ReadsIntoMemoryOfTheCallersUpToItsSize) {
  write("a", "12345");
  Bytes room(6, '.');
  EXPECT_EQ(*files_->read_into(path("a"), room), 5U);
  EXPECT_EQ(as_text(room), "12345.");
  EXPECT_EQ(*files_->read_into(path("a"), MutableBytes{room}.first(5)), 5U);
  EXPECT_EQ(files_->read_into(path("a"), MutableBytes{room}.first(4)).error(), system_error(EFBIG));
  EXPECT_EQ(files_->read_into(path("b"), room).error(), system_error(ENOENT));
  EXPECT_EQ(files_->read_into(root_, room).error(), system_error(EISDIR));
  write("empty", "");
  EXPECT_EQ(*files_->read_into(path("empty"), {}), 0U);
}

TEST_P(AnyDisk, AppendsToWhatIsThere) {
  write("a", "one ");
  write("a", "two");
  EXPECT_EQ(text_of(files_->read(path("a"), kMax)), "one two");
}

TEST_P(AnyDisk, NamesWhatIsNotThere) {
  EXPECT_EQ(files_->read(path("a"), kMax).error(), system_error(ENOENT));
  EXPECT_EQ(files_->stat(path("a")).error(), system_error(ENOENT));
  EXPECT_EQ(files_->remove(path("a")).error(), system_error(ENOENT));
  EXPECT_EQ(files_->rename(path("a"), path("b")).error(), system_error(ENOENT));
  EXPECT_EQ(files_->create(path("none/a"), 0644).error(), system_error(ENOENT));
  EXPECT_EQ(files_->append_to(path("none/a"), 0644).error(), system_error(ENOENT));
  EXPECT_EQ(files_->list(path("none")).error(), system_error(ENOENT));
  EXPECT_EQ(files_->sync_directory(path("none")).error(), system_error(ENOENT));
  EXPECT_EQ(*files_->resolve(path("a")), path("a"));
}

TEST_P(AnyDisk, NeverCreatesOverAFileThatIsThere) {
  write("a", "kept");
  EXPECT_EQ(files_->create(path("a"), 0644).error(), system_error(EEXIST));
  EXPECT_EQ(files_->make_directory(path("a"), 0755).error(), system_error(EEXIST));
  EXPECT_EQ(text_of(files_->read(path("a"), kMax)), "kept");
}

TEST_P(AnyDisk, TellsADirectoryFromAFile) {
  ASSERT_TRUE(files_->make_directory(path("d"), 0700));
  EXPECT_EQ(files_->stat(path("d"))->kind, FileInfo::Kind::directory);
  EXPECT_EQ(files_->read(path("d"), kMax).error(), system_error(EISDIR));
  EXPECT_EQ(files_->append_to(path("d"), 0644).error(), system_error(EISDIR));
  write("d/inside", "x");
  EXPECT_TRUE(files_->sync_directory(path("d")));
  EXPECT_THAT(*files_->list(root_), ::testing::ElementsAre("d"));
}

TEST_P(AnyDisk, RenamesAndRemoves) {
  write("a", "1");
  write("b", "2");
  ASSERT_TRUE(files_->rename(path("a"), path("b")));
  EXPECT_EQ(text_of(files_->read(path("b"), kMax)), "1");
  ASSERT_TRUE(files_->remove(path("b")));
  EXPECT_TRUE(files_->list(root_)->empty());
}

INSTANTIATE_TEST_SUITE_P(Files, AnyDisk, ::testing::Values(DiskCase{"Memory", false}, DiskCase{"Real", true}),
                         [](const auto& c) { return std::string{c.param.name}; });

class RealDisk : public AnyDisk {};

TEST_P(RealDisk, NeverBlocksOnAFifo) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(files_->read(path("fifo"), kMax).error(), system_error(EINVAL));
  EXPECT_FALSE(files_->append_to(path("fifo"), 0600));
  EXPECT_EQ(files_->stat(path("fifo"))->kind, FileInfo::Kind::other);
}

TEST_P(RealDisk, GivesExactlyTheModeWhateverTheUmaskIs) {
  const mode_t before = ::umask(077);
  EXPECT_TRUE(files_->create(path("a"), 0644));
  ::umask(before);
  EXPECT_EQ(files_->stat(path("a"))->mode, 0644U);
}

TEST_P(RealDisk, ReplacesTheTargetOfALinkAlsoOfOneThatDangles) {
  ASSERT_TRUE(files_->make_directory(path("d"), 0755));
  std::filesystem::create_symlink("d/target", path("link"));
  ASSERT_TRUE(replace_file(*files_, path("link"), as_bytes(kOld), 0644, 1));
  ASSERT_TRUE(replace_file(*files_, path("link"), as_bytes(kNew), 0644, 1));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(text_of(files_->read(path("d/target"), kMax)), kNew);
}

TEST_P(RealDisk, RefusesALoopOfLinks) {
  std::filesystem::create_symlink("b", path("a"));
  std::filesystem::create_symlink("a", path("b"));
  EXPECT_EQ(files_->resolve(path("a")).error(), system_error(ELOOP));
}

TEST_P(RealDisk, ReadsAFileWhoseSizeIsNotKnownBeforehand) {
  EXPECT_FALSE(files_->read("/proc/self/stat", kMax)->empty());
  EXPECT_EQ(files_->read("/proc/self/stat", 3).error(), system_error(EFBIG));
}

INSTANTIATE_TEST_SUITE_P(Files, RealDisk, ::testing::Values(DiskCase{"Real", true}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_P(RealDisk, IsSettledOnceNobodyChangesTheFile) {
  using namespace std::chrono_literals;
  write("a", kOld);
  EXPECT_TRUE(*files_->settle(path("a"), 20ms, 5s));
  EXPECT_TRUE(*files_->settle(path("missing"), 20ms, 5s));
  EXPECT_FALSE(*files_->settle(path("a"), 5s, 20ms)) << "not looked at for long enough";
}

struct DirectoryCase {
  const char* name;
  const char* path;
  const char* directory;
};
class DirectoryOf : public ::testing::TestWithParam<DirectoryCase> {};
TEST_P(DirectoryOf, IsWhatStandsBeforeTheLastSlash) {
  EXPECT_EQ(directory_of(GetParam().path), GetParam().directory);
}
INSTANTIATE_TEST_SUITE_P(Files, DirectoryOf,
                         ::testing::Values(DirectoryCase{"Bare", "a", "."}, DirectoryCase{"Dot", "./a", "."},
                                           DirectoryCase{"Root", "/a", "/"},
                                           DirectoryCase{"Deep", "/a/b/c", "/a/b"}),
                         [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace base
